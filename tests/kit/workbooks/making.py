"""Files as people send them, and as nobody should."""

import struct
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
import xlwt

from app.kit.workbooks.columns import Column

COLUMNS = (Column("name", "姓名", required=True), Column("phone", "手机号"), Column("since", "入党时间"))
HEADER = ("姓名", "手机号", "入党时间")
ZHANG = ("张三", "13800000001", "1999.7")
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def xlsx(*rows: Sequence[Any], sheet: str = "名册", merged: str = "") -> bytes:
    """A workbook as Excel saves it: text as text, numbers as numbers, below a merged title where there is one."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    made = book.add_worksheet(sheet)
    first = 0
    if merged:
        made.merge_range(0, 0, 0, 2, merged)
        first = 1
    for number, row in enumerate(rows, first):
        for at, cell in enumerate(row):
            made.write(number, at, cell)
    book.close()
    return out.getvalue()


def xls(*rows: Sequence[Any]) -> bytes:
    """A workbook of 1997."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名册")
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            sheet.write(number, at, cell)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def csv(*rows: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    """Lines with commas."""
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def rezipped(book: bytes, entries: dict[str, bytes | None]) -> bytes:
    """A workbook with some entries replaced, added, or (None) left out."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one not in entries:
                new.writestr(one, old.read(one))
        for name, data in entries.items():
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    """The XML of a worksheet."""
    return f"{HEAD}{before}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()


SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(rows: str, before: str = "") -> bytes:
    """A workbook whose only sheet says this."""
    return rezipped(xlsx(HEADER, ZHANG), {SHEET: sheet(rows, before)})


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that must be refused, each with the code that says why."""
    good = xlsx(HEADER, ZHANG)
    rows = "".join(f"<row><c><v>{n * 7_919 % 10**8}</v></c></row>" for n in range(1_000_000))
    inline = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    entity = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    relations = (
        '<Relationships xmlns="x"><Relationship Id="r1" Type="{}" Target="{}" TargetMode="External"/></Relationships>'
    )
    external = relations.format("http://x/externalLinkPath", "file:///etc/passwd").encode()
    single_quoted = external.replace(b'"', b"'")
    lying = bytearray(good)
    directory = lying.rfind(b"PK\1\2")
    struct.pack_into("<I", lying, directory + 24, 10)
    return {
        "zeros of 60 MB": (rezipped(good, {SHEET: b"0" * (60 << 20)}), "too_complex"),
        "zeros of 40 MB": (rezipped(good, {"xl/zeros.xml": b" " * (40 << 20)}), "too_complex"),
        "ten thousand entries": (rezipped(good, {f"x/{n}": b"" for n in range(10_000)}), "too_complex"),
        "a million rows": (with_sheet(rows), "too_many_rows"),
        "a million rows under another name": (
            rezipped(
                good,
                {
                    SHEET: None,
                    "xl/odd.dat": sheet(rows),
                    "xl/_rels/workbook.xml.rels": zipfile.ZipFile(BytesIO(good))
                    .read("xl/_rels/workbook.xml.rels")
                    .replace(b"worksheets/sheet1.xml", b"odd.dat"),
                },
            ),
            "too_many_rows",
        ),
        "one cell in the last corner": (with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "too_"),
        "two corners": (
            with_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
            "too_",
        ),
        "a formula": (with_sheet(inline + '<row r="2"><c r="B2"><f>1+1</f><v>2</v></c></row>'), "formulas"),
        "a formula with a prefix": (
            with_sheet(inline + '<x:row r="2"><x:c r="C2"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>'),
            "formulas",
        ),
        "a shared formula": (with_sheet('<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'), "formulas"),
        "entities": (with_sheet(inline, entity), "entities"),
        "an external entity": (
            with_sheet(inline, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
            "entities",
        ),
        "entities in UTF-16": (rezipped(good, {SHEET: sheet(inline, entity).decode().encode("utf-16")}), "entities"),
        "macros": (rezipped(good, {"xl/vbaProject.bin": b"x"}), "macros"),
        "an embedded object": (rezipped(good, {"xl/embeddings/oleObject1.bin": b"x"}), "macros"),
        "a link to another file": (rezipped(good, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "external_links"),
        "an external target": (rezipped(good, {"xl/worksheets/_rels/sheet1.xml.rels": external}), "external_links"),
        "an external target in single quotes": (
            rezipped(good, {"xl/worksheets/_rels/sheet1.xml.rels": single_quoted}),
            "external_links",
        ),
        "a connection": (rezipped(good, {"xl/connections.xml": b"<x/>"}), "external_links"),
        "cut short": (good[: len(good) // 2], "damaged_file"),
        "no directory": (b"PK\3\4" + b"\0" * 100, "damaged_file"),
        "a directory that lies": (bytes(lying), "damaged_file"),
        "no workbook": (rezipped(good, {"xl/workbook.xml": None}), "unsupported_file"),
        "no XML": (rezipped(good, {SHEET: b"\x89PNG not a sheet"}), "damaged_file"),
        "an old workbook with a formula": (xls(HEADER, ("张三", xlwt.Formula("1+1"))), "formulas"),
        "an old workbook cut short": (xls(HEADER, ZHANG)[:1_500], "damaged_file"),
        "a page": (b"<html><table><tr><td>x</td></tr></table></html>", "unsupported_file"),
        "a photo": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unsupported_file"),
        "a formula in a CSV": (csv(HEADER, ("=1+1", "", "")), "formulas"),
        "a million lines": ("姓名\n".encode() + b"x\n" * 1_000_000, "too_many_rows"),
        "an endless line": (b"x," * 3_000_000, "no_header"),
        "nothing": (b"", "no_header"),
    }
