"""Workbooks that we hand out: every cell is text, so that nothing in them is ever computed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import xlsxwriter

from app.kit.workbooks.columns import Column
from app.kit.workbooks.reading import EXPLAINED, MOST_ROWS

RED, WIDTH, WIDE = "#C00000", 18, 60
REASON = "原因"
TEXT = {"num_format": "@", "quote_prefix": True}
"""Stays text also when a person edits it: no phone becomes 1.38E+10, and nothing that begins with = a formula."""
EXPLANATION = ("列名", "是否必填", "填写要求", "可填内容")
MOST_LISTED = 255
"""Characters that a drop-down may hold."""


def template(title: str, columns: Sequence[Column], remarks: Sequence[str] = ()) -> bytes:
    """An empty table to fill in, with a sheet that explains it."""
    with _book() as (book, out):
        sheet = _sheet(book, title, columns)
        for at, column in enumerate(columns):
            if column.choices and len(",".join(column.choices)) <= MOST_LISTED:
                sheet.data_validation(1, at, MOST_ROWS, at, {"validate": "list", "source": list(column.choices)})
        _explain(book, columns, remarks)
    return out.getvalue()


def refused_rows(title: str, columns: Sequence[Column], rows: Iterable[tuple[Sequence[str], str]]) -> bytes:
    """Rows that were refused, as they came, each with its reason in a last column."""
    with _book() as (book, out):
        sheet = _sheet(book, title, (*columns, Column("reason", REASON)))
        plain, red = book.add_format(TEXT), book.add_format(TEXT | {"font_color": RED})
        for number, (cells, reason) in enumerate(rows, 1):
            for at, cell in enumerate(cells):
                sheet.write_string(number, at, _writable(cell), plain)
            sheet.write_string(number, len(columns), _writable(reason), red)
    return out.getvalue()


def titled(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table under a row with its title, as staff send it upward."""
    with _book() as (book, out):
        sheet, text, bold = book.add_worksheet(), book.add_format(TEXT), book.add_format(TEXT | {"bold": True})
        sheet.set_column(0, len(header) - 1, WIDTH)
        sheet.merge_range(0, 0, 0, len(header) - 1, _writable(title), book.add_format(TEXT | {"align": "center"}))
        for number, cells in enumerate((header, *rows), 1):
            for at, cell in enumerate(cells):
                sheet.write_string(number, at, _writable(cell), bold if number == 1 else text)
        sheet.freeze_panes(2, 0)
    return out.getvalue()


@contextmanager
def _book() -> Iterator[tuple[Any, BytesIO]]:
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    yield book, out
    book.close()


def _sheet(book: Any, title: str, columns: Sequence[Column]) -> Any:
    """A sheet with its header, which stays in sight."""
    sheet = book.add_worksheet(title)
    text, bold, red = book.add_format(TEXT), book.add_format(TEXT | {"bold": True}), book.add_format({"color": RED})
    sheet.set_column(0, len(columns) - 1, WIDTH, text)
    for at, column in enumerate(columns):
        if column.required:
            sheet.write_rich_string(0, at, red, "*", bold, column.title, bold)
        else:
            sheet.write_string(0, at, column.title, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _explain(book: Any, columns: Sequence[Column], remarks: Sequence[str]) -> None:
    sheet, bold = book.add_worksheet(EXPLAINED), book.add_format({"bold": True})
    sheet.set_column(0, 1, WIDTH)
    sheet.set_column(2, 3, WIDE)
    for at, title in enumerate(EXPLANATION):
        sheet.write_string(0, at, title, bold)
    for number, column in enumerate(columns, 1):
        required = "必填" if column.required else "选填"
        for at, said in enumerate((column.title, required, column.hint, "、".join(column.choices))):
            sheet.write_string(number, at, said)
    for number, remark in enumerate(remarks, len(columns) + 2):
        sheet.write_string(number, 0, remark)


def _writable(text: str) -> str:
    """A text as XML can hold it, which has no half pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
