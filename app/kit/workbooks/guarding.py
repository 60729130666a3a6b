"""What a workbook may not be: looked at before a reader of workbooks opens it."""

import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import olefile

from app.kit.workbooks.faults import Fault, Refused

MOST_ENTRIES, MOST_UNPACKED, MOST_RATIO = 1_000, 50 << 20, 100
SMALL = 64 << 10
"""Bytes of an entry below which its ratio is no concern."""
MOST_DIRECTORY = 1 << 20
END, END_SIZE, LONGEST_COMMENT = b"PK\5\6", 22, 65_535
PART = 1 << 18
SHOWN = 5
"""Cells with formulas that are named."""
FOREIGN = re.compile(r"(?i)vbaproject|macrosheets|activex|/embeddings/|\.bin$|oleobject")
HARMLESS_BINARY = re.compile(r"(?i)printersettings\d*\.bin$")
LINKING = re.compile(r"(?i)externallinks/|xl/connections\.xml|querytables/")
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
SHEET = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
BOOK, PICTURES = "xl/workbook.xml", "xl/media/"
OVERLAP = 4_096
BIFF_FORMULA, BIFF_ENDS = 0x0006, 4


def zipped(data: bytes, most_rows: int) -> None:
    """Raise `Refused` for an .xlsx that is a bomb, a program, or more than a table of values."""
    _directory(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _entries(entries)
            rows = 0
            for entry in entries:
                rows += _document(archive, entry, most_rows - rows)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Refused(Fault.DAMAGED) from error


def _directory(data: bytes) -> None:
    """The directory's own size is looked at before it is read: one of a million entries takes a second."""
    end = data.rfind(END, max(0, len(data) - LONGEST_COMMENT - END_SIZE))
    if end < 0 or end + END_SIZE > len(data):
        raise Refused(Fault.DAMAGED)
    entries, size = struct.unpack_from("<HI", data, end + 10)
    if entries > MOST_ENTRIES or size > MOST_DIRECTORY:
        raise Refused(Fault.TOO_COMPLEX)


def _entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise Refused(Fault.TOO_COMPLEX)
    names = {one.filename.lower() for one in entries}
    if BOOK not in names:
        raise Refused(Fault.UNSUPPORTED)
    if len(names) < len(entries):  # two readers might read two different ones
        raise Refused(Fault.DAMAGED)
    for one in entries:
        if one.file_size > max(SMALL, MOST_RATIO * one.compress_size):
            raise Refused(Fault.TOO_COMPLEX)
        if one.flag_bits & 1:
            raise Refused(Fault.LOCKED)
        if FOREIGN.search(one.filename) and not HARMLESS_BINARY.search(one.filename):
            raise Refused(Fault.MACROS)
        if LINKING.search(one.filename):
            raise Refused(Fault.LINKS)


def _document(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_rows: int) -> int:
    """Look through one entry; answers how many rows of a sheet it holds, wherever it lies and whatever its name."""
    is_sheet, rows, before = False, 0, b""
    for part in _parts(archive, entry):
        text = before + part
        hidden = not before and b"\0" in part[:4]  # in UTF-16
        if not entry.filename.startswith(PICTURES) and (hidden or DOCTYPE.search(text)):
            raise Refused(Fault.ENTITIES)
        if entry.filename.endswith(".rels"):
            _relations(text)
        is_sheet = is_sheet or SHEET.search(text) is not None
        if is_sheet:
            rows += len(ROW.findall(part))
            if rows > most_rows:
                raise Refused(Fault.TOO_MANY_ROWS)
            if FORMULA.search(text):
                raise Refused(Fault.FORMULAS, _cells_with_formulas(text))
        before = part[-OVERLAP:]
    return rows


def _parts(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as document:
        while part := document.read(PART):
            yield part


def _relations(text: bytes) -> None:
    """A link that a person may click is none that the file takes values from."""
    for relation in RELATION.findall(text):
        if b"external" in relation.lower() and b"/hyperlink" not in relation.lower():
            raise Refused(Fault.LINKS)


def _cells_with_formulas(text: bytes) -> str:
    named = []
    for formula in islice(FORMULA.finditer(text), SHOWN):
        cells = CELL.findall(text, max(0, formula.start() - OVERLAP), formula.start())
        named += [cells[-1].decode()] if cells else []
    return "、".join(named) or "?"


def compound(data: bytes) -> None:
    """Raise `Refused` for an .xls with formulas or macros, and for an .xlsx that was locked with a password."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            names = {"/".join(path).lower() for path in container.listdir(storages=True)}
            if "encryptedpackage" in names:
                raise Refused(Fault.LOCKED)
            if any("vba" in name or "macros" in name for name in names):
                raise Refused(Fault.MACROS)
            book = next((name for name in ("workbook", "book") if name in names), None)
            if book is None:
                raise Refused(Fault.UNSUPPORTED)
            found = list(islice(_formulas(container.openstream(book).read()), SHOWN))
    except Refused:
        raise
    except Exception as error:  # whatever a parser of broken containers stumbles over
        raise Refused(Fault.DAMAGED) from error
    if found:
        raise Refused(Fault.FORMULAS, "、".join(found))


def _formulas(stream: bytes) -> Iterator[str]:
    """The cells of an .xls that hold formulas: records of a kind, a length and, of these, row and column."""
    at = 0
    while at + BIFF_ENDS <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == BIFF_FORMULA and at + 8 <= len(stream):
            row, column = struct.unpack_from("<HH", stream, at + BIFF_ENDS)
            yield f"{letters(column)}{row + 1}"
        at += BIFF_ENDS + length


def letters(column: int) -> str:
    """The name of a column, `A` for the first."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name
