"""Load the working-day calendar: from a file, or the official days from a package that keeps them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, events, sheets
from app.kit.db import new_id
from app.kit.errors import AppError, Text
from app.kit.sheets import Refused, Report
from app.policies import queries
from app.policies.events import CalendarEvent
from app.policies.models import CalendarDay, DayKind
from app.regions import codes
from app.regions import queries as regions

COLUMNS = ("day", "region", "kind", "name")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_NAME = 100
BATCH = 2_000
"""Rows a statement, far from the 32,767 parameters that one takes."""


class PackageMissing(AppError):
    status, code = 503, "package_missing"
    title = Text(
        "缺少 chinesecalendar：uv run --with chinesecalendar yihu seed holidays …",
        "chinesecalendar is not installed",
    )


class Row(NamedTuple):
    """One day of a region."""

    line: int
    region_code: str
    day: date
    kind: DayKind
    name: str


@dataclass
class Days:
    """What a file says: rows by region and day, and the lines that say nothing."""

    rows: dict[tuple[str, date], Row] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def take(self, line: int, cells: dict[str, str]) -> Text | None:
        """Keep a line, or say why it is no day; the second of one day and region is refused."""
        wrong = next(_faults(cells), None)
        if wrong:
            return wrong
        day = date.fromisoformat(cells["day"])
        row = Row(line, cells["region"], day, DayKind(cells["kind"]), cells["name"])
        first = self.rows.setdefault((row.region_code, day), row)
        if first is not row:
            return Text(f"与第 {first.line} 行是同一天", f"is the same day as line {first.line}")
        return None


def read_file(file: Path) -> Days:
    """The days of a UTF-8 file; raises `UnreadableFile`."""
    return sheets.read_file(file, read)


def read(lines: Iterable[str]) -> Days:
    """The days of a CSV; raises `UnreadableFile` when it is none at all."""
    days = Days()
    days.refused = sheets.read(lines, COLUMNS, days.take)
    return days


def _faults(cells: dict[str, str]) -> Iterator[Text]:
    if not _is_a_day(cells["day"]):
        yield Text("日期应如 2026-10-01", "the day is written like 2026-10-01")
    if cells["kind"] not in set(DayKind):
        yield Text("类型应为 holiday 或 workday", "the kind is holiday or workday")
    if len(cells["name"]) > LONGEST_NAME or "\0" in cells["name"]:
        yield Text(f"名称最多 {LONGEST_NAME} 个字", f"the name takes at most {LONGEST_NAME} characters")


def _is_a_day(written: str) -> bool:
    try:
        return ISO_DAY.fullmatch(written) is not None and date.fromisoformat(written).year > 1900
    except ValueError:
        return False


def official(years: Sequence[int]) -> Days:
    """The State Council's holidays and make-up workdays of some years; raises `PackageMissing`.

    A year that the package does not know is refused by its place in `years`, since it stands on no line.
    """
    try:
        from chinese_calendar import Holiday, constants  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise PackageMissing from None
    days = Days()
    known = {day.year for day in constants.holidays}
    for place, year in enumerate(years, 1):
        if year not in known:
            days.refused.append(Refused(place, Text(f"未收录 {year} 年", f"the year {year} is not known")))
    for kind, named in ((DayKind.HOLIDAY, constants.holidays), (DayKind.WORKDAY, constants.workdays)):
        for day, name in named.items():
            if day.year in years:
                days.rows["", day] = Row(0, "", day, kind, Holiday(name).chinese)
    return days


async def seed(session: AsyncSession, days: Days) -> Report:
    """Write new and changed days only; bad lines stop no good ones."""
    places = await regions.names(session, {row.region_code for row in days.rows.values()})
    good = [row for row in days.rows.values() if not row.region_code or row.region_code in places]
    bad = [
        Refused(row.line, Text(f"没有区域 {row.region_code}", f"there is no region {row.region_code}"))
        for row in days.rows.values()
        if row.region_code and row.region_code not in places
    ]
    stored = await queries.stored_days(session, [row.day for row in good])
    changed = [row for row in good if stored.get((row.region_code, row.day)) != (row.kind, row.name)]
    fresh = sum((row.region_code, row.day) not in stored for row in changed)
    if changed:
        await _write(session, changed)
        above = codes.common(row.region_code for row in changed)
        told = {"loaded": fresh, "updated": len(changed) - fresh}
        events.record(session, CalendarEvent.SEEDED, subject=new_id(), region_code=above, actor=None, **told)
    refused = sorted(days.refused + bad, key=lambda one: one.line)
    return Report(fresh, len(good) - len(changed), len(changed) - fresh, refused)


async def _write(session: AsyncSession, rows: Sequence[Row]) -> None:
    now = clock.now()
    for start in range(0, len(rows), BATCH):
        values = [row._asdict() | {"set_by": None, "set_at": now} for row in rows[start : start + BATCH]]
        for one in values:
            del one["line"]
        written = insert(CalendarDay).values(values)
        replaced = {name: written.excluded[name] for name in ("kind", "name", "set_by", "set_at")}
        await session.execute(written.on_conflict_do_update(index_elements=["region_code", "day"], set_=replaced))
