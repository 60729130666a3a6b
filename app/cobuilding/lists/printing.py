"""A version as PDF; imported where one is printed, since the library takes half a second to load."""

from fpdf.enums import WrapMode
from fpdf.fonts import FontFace

from app.checkins.printing import BLACK, BOLD, FAINT, FONT, HEIGHT, MARGIN, WIDTH, document, line
from app.cobuilding.lists import table
from app.cobuilding.lists.schemas import VersionOut

COLUMNS = (12, 36, 54, 20, 30, 20, 20)
"""Shares of the width."""
FOOT = 14.0


def pdf(found: VersionOut) -> bytes:
    """The table on as many pages as it takes, its header on each."""
    sheet = document(found.title)
    sheet.set_auto_page_break(True, margin=FOOT + 6)
    sheet.set_margin(MARGIN)
    sheet.add_page()
    line(sheet, table.heading(found), 18, 18, BOLD)
    sheet.set_y(32)
    sheet.set_font(FONT, size=10)
    sheet.set_text_color(*BLACK)
    with sheet.table(
        col_widths=COLUMNS,
        headings_style=FontFace(fill_color=(235, 235, 235)),
        line_height=6,
        text_align="LEFT",
        width=WIDTH - 2 * MARGIN,
        wrapmode=WrapMode.CHAR,
    ) as body:
        for cells in (table.HEADER, *table.rows(found)):
            body.row(cells)
    sheet.set_auto_page_break(False)
    for number in range(1, sheet.pages_count + 1):
        sheet.page = number
        line(sheet, f"第 {number} / {sheet.pages_count} 页", HEIGHT - FOOT, 10, FAINT)
    return bytes(sheet.output())
