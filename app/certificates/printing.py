"""Certificates as PDF; imported where one is printed, since the library takes half a second to load."""

from collections.abc import Sequence
from datetime import date

from fpdf import FPDF
from fpdf.enums import WrapMode

from app.certificates.models import NamedBy, Revocation
from app.certificates.schemas import CertificateOut, Line
from app.checkins.printing import (
    BLACK,
    BOLD,
    FAINT,
    FONT,
    HEIGHT,
    MARGIN,
    PLAIN,
    RED,
    WIDTH,
    code,
    document,
    line,
)
from app.kit.clock import CHINA
from app.ledger.models import Provenance

KNOWN_BY = {
    Provenance.MEASURED: "签到计时",
    Provenance.CONFIRMED: "他人确认",
    Provenance.ENTERED: "本人填报",
}
RESIDENT = {NamedBy.DESK: "居民，姓名经社区核对", NamedBy.HOLDER: "居民，姓名由本人填写"}
"""What stands where a member's organization does."""
ENDED = {Revocation.ISSUER: "签发方撤销", Revocation.HOURS: "有时长被更正或冲销"}
COLUMNS = (("日期", 28.0), ("内容", 66.0), ("地点", 42.0), ("时长", 24.0), ("来源", 18.0))
ROW, FIRST_TOP, TOP, BOTTOM = 7.0, 166.0, 24.0, HEIGHT - 24
ON_FIRST, ON_OTHERS = int((BOTTOM - FIRST_TOP) / ROW) - 1, int((BOTTOM - TOP) / ROW) - 1
"""Rows that a page holds below the heads of the columns."""
SIDE = 44.0


def pdf(found: CertificateOut, url: str) -> bytes:
    """The sheet with its code, and all services on as many pages as they take."""
    sheet = document(f"{found.name}服务记录证明")
    rest = found.lines[ON_FIRST:]
    pages = [found.lines[:ON_FIRST], *(rest[at : at + ON_OTHERS] for at in range(0, len(rest), ON_OTHERS))]
    for number, lines in enumerate(pages):
        sheet.add_page()
        if number == 0:
            _head(sheet, found, url)
        _rows(sheet, lines, TOP if number else FIRST_TOP)
        line(sheet, f"编号 {found.number} · 第 {number + 1} / {len(pages)} 页", HEIGHT - 16, 10, FAINT)
    return bytes(sheet.output())


def _head(sheet: FPDF, found: CertificateOut, url: str) -> None:
    line(sheet, "服务记录证明", 20, 34, BOLD)
    line(sheet, f"编号 {found.number}", 36, 13, FAINT)
    shares = "，".join(f"{name} {spent(getattr(found.by_provenance, how))}" for how, name in KNOWN_BY.items())
    who = found.organization_name or RESIDENT[found.named_by]
    said = (
        f"兹证明{found.name}（{who}）在 {_day(found.since)}至{_day(found.until)}期间，"
        f"参加活动 {found.activities} 次，服务居民 {found.services} 次，"
        f"服务时长合计 {spent(found.minutes)}。其中：{shares}。"
    )
    sheet.set_font(FONT, size=14)
    sheet.set_text_color(*BLACK)
    sheet.set_xy(MARGIN, 50)
    sheet.multi_cell(WIDTH - 2 * MARGIN, 8.5, said, align="L", wrapmode=WrapMode.CHAR)
    if found.revoked_at and found.revocation:
        ended = f"已于 {_day(found.revoked_at.astimezone(CHINA).date())}撤销：{ENDED[found.revocation]}"
        line(sheet, ended, 97, 20, (RED, True))
    code(sheet, url, MARGIN, 110, SIDE)
    beside = MARGIN + SIDE + 4, WIDTH - 2 * MARGIN - SIDE - 4
    for text, top in (
        ("扫码核验：看编号、期间和时长与本页是否一致。", 117),
        ("时长更正、冲销或签发方撤销后，核验页写明撤销时间。", 126),
        (f"签发日期 {_day(found.issued_at.astimezone(CHINA).date())}", 135),
    ):
        line(sheet, text, top, 12, PLAIN, beside)


def _rows(sheet: FPDF, lines: Sequence[Line], top: float) -> None:
    _row(sheet, [title for title, _ in COLUMNS], top, bold=True)
    for place, one in enumerate(lines, start=1):
        cells = (one.on.isoformat(), one.title, one.place, spent(one.minutes), KNOWN_BY[one.provenance])
        _row(sheet, cells, top + place * ROW)


def _row(sheet: FPDF, cells: Sequence[str], top: float, *, bold: bool = False) -> None:
    left = MARGIN
    sheet.set_font(FONT, size=10)
    for text, (_, width) in zip(cells, COLUMNS, strict=True):
        line(sheet, _fitting(sheet, text, width - 2), top, 10, BOLD if bold else PLAIN, (left, width))
        left += width
    sheet.set_draw_color(*(BLACK if bold else (200, 200, 200)))
    sheet.set_line_width(0.2)
    sheet.line(MARGIN, top + ROW - 1, WIDTH - MARGIN, top + ROW - 1)


def _fitting(sheet: FPDF, text: str, width: float) -> str:
    """A text, cut where it is wider than its column."""
    if sheet.get_string_width(text) <= width:
        return text
    while text and sheet.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def spent(minutes: int) -> str:
    """`1 小时 20 分`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (hours and f"{hours} 小时", (rest or not hours) and f"{rest} 分") if part)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
