"""Posters as PDF, a page each; imported where one is printed, since the library takes half a second to load."""

import logging
from collections.abc import Sequence

from fpdf import FPDF
from pylopdf_fonts_zh_cn import sans_path

from app.checkins import qr
from app.checkins.posters import Poster
from app.checkins.wording import NO_PHONE

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of a font
FONT = "sans"
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 16.0
RED, BLACK, GREY, WHITE = (158, 27, 27), (20, 20, 20), (80, 80, 80), (255, 255, 255)
"""The red is as dark as a printer's 75 % grey, so that white letters on it are read in black and white too."""
BAND, CODE_TOP, CODE = 64.0, 95.0, 104.0
STEPS_TOP = 223.0
Ink = tuple[tuple[int, int, int], bool]
"""A colour, and whether bold."""
PLAIN, BOLD, FAINT, ON_RED, BOLD_ON_RED = (BLACK, False), (BLACK, True), (GREY, False), (WHITE, False), (WHITE, True)
Column = tuple[float, float]
"""From where, how wide."""
WHOLE = (MARGIN, WIDTH - 2 * MARGIN)


def pdf(posters: Sequence[Poster]) -> bytes:
    """One document; of the font, only the letters that it needs."""
    sheet = document("、".join(dict.fromkeys(f"{one.community}{one.words.heading}" for one in posters)))
    for poster in posters:
        sheet.add_page()
        _head(sheet, poster)
        _code(sheet, poster)
        _steps(sheet, poster)
        _foot(sheet, poster)
    return bytes(sheet.output())


def document(title: str) -> FPDF:
    """An empty one of A4 pages that speaks Chinese."""
    sheet = FPDF(format="A4")
    sheet.set_auto_page_break(False)
    sheet.set_creator("Yihu")
    sheet.set_lang("zh-CN")
    sheet.set_title(title)
    sheet.add_font(FONT, "", str(sans_path()))
    return sheet


def _head(sheet: FPDF, poster: Poster) -> None:
    sheet.set_fill_color(*RED)
    sheet.rect(0, 0, WIDTH, BAND, style="F")
    line(sheet, poster.whole_name, 10, 22, ON_RED)
    line(sheet, poster.words.heading, 22, 84, BOLD_ON_RED)
    line(sheet, poster.name, BAND + (5 if poster.address else 8), 34, BOLD)
    if poster.address:
        line(sheet, poster.address, BAND + 19, 16)


def _code(sheet: FPDF, poster: Poster) -> None:
    """The code between rules, at ten centimetres large enough for three steps' distance."""
    left = (WIDTH - CODE) / 2
    sheet.set_draw_color(*RED)
    sheet.set_line_width(1.2)
    sheet.rect(left - 2, CODE_TOP - 2, CODE + 4, CODE + 4, style="D", round_corners=True, corner_radius=4)
    code(sheet, poster.url, left, CODE_TOP, CODE)
    line(sheet, f"编号  {poster.number}", CODE_TOP + CODE + 6, 22, BOLD)


def code(sheet: FPDF, url: str, left: float, top: float, side: float) -> None:
    """The code of an address with its quiet zone."""
    rows = qr.modules(url)
    module = side / (len(rows) + 2 * qr.QUIET)
    sheet.set_fill_color(*BLACK)
    for y, row in enumerate(rows):
        for start, end in _runs(row):
            place = left + (start + qr.QUIET) * module, top + (y + qr.QUIET) * module
            sheet.rect(*place, (end - start) * module, module * 1.02, style="F")  # without hairlines between the rows


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Where dark modules begin and end."""
    edges = [x for x, (one, before) in enumerate(zip([*row, False], [False, *row], strict=True)) if one != before]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _steps(sheet: FPDF, poster: Poster) -> None:
    third = (WIDTH - 2 * MARGIN) / 3
    for number, (title, sentence) in enumerate(poster.words.steps):
        left = MARGIN + number * third
        middle = left + third / 2
        sheet.set_fill_color(*RED)
        sheet.ellipse(middle - 7, STEPS_TOP, 14, 14, style="F")
        line(sheet, str(number + 1), STEPS_TOP + 2.2, 26, BOLD_ON_RED, (left, third))
        line(sheet, title, STEPS_TOP + 17, 24, BOLD, (left, third))
        sheet.set_font(FONT, size=14)
        sheet.set_text_color(*BLACK)
        sheet.set_xy(left + 3, STEPS_TOP + 29)
        sheet.multi_cell(third - 6, 6.6, sentence, align="C")


def _foot(sheet: FPDF, poster: Poster) -> None:
    sheet.set_draw_color(*RED)
    sheet.set_line_width(0.6)
    sheet.line(MARGIN, 271, WIDTH - MARGIN, 271)
    line(sheet, NO_PHONE, 275, 15)
    line(sheet, poster.imprint, 285, 10, FAINT)


def line(sheet: FPDF, text: str, top: float, size: float, ink: Ink = PLAIN, column: Column = WHOLE) -> None:
    """One centred line, made smaller until it fits; bold is the same letter with a stroke around it."""
    (color, bold), (left, width) = ink, column
    sheet.set_font(FONT, size=size)
    sheet.set_font_size(min(size, size * width / max(sheet.get_string_width(text) + 1, 1)))
    sheet.set_text_color(*color)
    sheet.set_xy(left, top)
    mode, stroke = ("FILL_STROKE" if bold else "FILL"), sheet.font_size / 32
    with sheet.local_context(text_mode=mode, draw_color=color, line_width=stroke):
        sheet.cell(width, sheet.font_size * 1.15, text, align="C")
