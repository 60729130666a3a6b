"""A file as a table: which sheet, which row is its header, and what stands in each column that is known."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from app.kit.workbooks import guarding
from app.kit.workbooks.columns import Column, header, tidy
from app.kit.workbooks.faults import Fault, Refused

MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 1_000
HEADER_WITHIN = 20
"""Rows in which the header must come: titles and remarks stand above it."""
EXPLAINED = "填写说明"
"""The sheet of a template that holds no rows."""
ZIP, COMPOUND = b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT = ("utf-8-sig", "gb18030")

Line = tuple[int, list[str]]
"""A row's number as the person sees it, and its cells."""


def read(data: bytes, columns: Sequence[Column]) -> list[Line]:
    """The rows below the header of an .xlsx, .xls or CSV file, each in the order of `columns`; raises `Refused`."""
    lines = next(_sheets(data), None)
    rows = _rows(lines, columns) if lines is not None else []
    if not rows:
        raise Refused(Fault.NO_ROWS)
    return rows


def _sheets(data: bytes) -> Iterator[Iterator[Line]]:
    if data.startswith(ZIP):
        guarding.zipped(data, MOST_ROWS + HEADER_WITHIN)
        return _workbook(data)
    if data.startswith(COMPOUND):
        guarding.compound(data)
        return _workbook(data)
    return iter([_csv(data)])


def _workbook(data: bytes) -> Iterator[Iterator[Line]]:
    """The sheets that a person sees and that hold something."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for sheet in book.sheets_metadata:
            seen = sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            if not seen or tidy(sheet.name) == EXPLAINED:
                continue
            opened = book.get_sheet_by_name(sheet.name)
            if opened.end is None:
                continue
            if opened.end[0] >= MOST_ROWS + HEADER_WITHIN:
                raise Refused(Fault.TOO_MANY_ROWS)
            yield _numbered([_text(cell) for cell in row[:MOST_COLUMNS]] for row in opened.iter_rows())
    except PasswordError as error:
        raise Refused(Fault.LOCKED) from error
    except CalamineError as error:
        raise Refused(Fault.DAMAGED) from error


def _csv(data: bytes) -> Iterator[Line]:
    lines = csv.reader(StringIO(_decoded(data), newline=""))
    found, most = 0, MOST_ROWS + HEADER_WITHIN
    try:
        for line in lines:
            cells = line[:MOST_COLUMNS]
            found += 1
            formula = next((at for at, cell in enumerate(cells) if cell.startswith("=")), None)
            if formula is not None:
                raise Refused(Fault.FORMULAS, f"{guarding.letters(formula)}{found}")
            if found > most:
                raise Refused(Fault.TOO_MANY_ROWS)
            yield found, [tidy(cell[:LONGEST_CELL]) for cell in cells]
    except csv.Error as error:
        raise Refused(Fault.DAMAGED) from error


def _decoded(data: bytes) -> str:
    if b"\0" in data or data.lstrip()[:1] == b"<":  # a page that was called .xls
        raise Refused(Fault.UNSUPPORTED)
    for encoding in TEXT:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(Fault.UNSUPPORTED)


def _numbered(rows: Iterable[list[str]]) -> Iterator[Line]:
    return enumerate(rows, 1)


def _text(cell: Any) -> str:
    """A cell as the person sees it: Excel keeps a phone as a number and a day as a moment."""
    if isinstance(cell, str):
        return tidy(cell[:LONGEST_CELL])
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def _rows(lines: Iterator[Line], columns: Sequence[Column]) -> list[Line]:
    at, rest = _header(list(islice(lines, HEADER_WITHIN)), columns)
    rows = [(number, _picked(cells, at)) for number, cells in (*rest, *lines)]
    kept = [(number, cells) for number, cells in rows if any(cells)]
    if len(kept) > MOST_ROWS:
        raise Refused(Fault.TOO_MANY_ROWS)
    return kept


def _header(lines: list[Line], columns: Sequence[Column]) -> tuple[list[int | None], list[Line]]:
    """Where each column stands, and what comes below it; raises `Refused`."""
    fewest_missing = [one.title for one in columns if one.required]
    for place, (_, cells) in enumerate(lines):
        titles = [header(cell) for cell in cells]
        found = [_place(titles, column) for column in columns]
        missing = [one.title for one, at in zip(columns, found, strict=True) if at is None and one.required]
        if not missing:
            return found, lines[place + 1 :]
        if len(missing) < len(fewest_missing):
            fewest_missing = missing
    raise Refused(Fault.NO_HEADER, "、".join(fewest_missing))


def _place(titles: list[str], column: Column) -> int | None:
    known = {header(one) for one in (column.title, *column.also)}
    places = [at for at, title in enumerate(titles) if title in known]
    if len(places) > 1:
        raise Refused(Fault.SAME_HEADER, column.title)
    return places[0] if places else None


def _picked(cells: list[str], at: list[int | None]) -> list[str]:
    return [cells[one] if one is not None and one < len(cells) else "" for one in at]
