"""Loading the working-day calendar from a file and from the package that keeps the official days."""

import sys
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event
from app.kit.sheets import Report, UnreadableFile
from app.policies import calendars, importing
from app.policies.events import CalendarEvent
from app.policies.importing import PackageMissing
from app.policies.models import CalendarDay
from tests.factories import COMMUNITY, a_region

HEADER = "day,region,kind,name"
TWO = ("2026-10-01,,holiday,国庆节", f"2026-10-10,{COMMUNITY},workday,")


async def seeded(session: AsyncSession, *lines: str) -> Report:
    return await importing.seed(session, importing.read([HEADER, *lines]))


async def told(session: AsyncSession) -> list[str]:
    found = select(Event.region_code).where(Event.kind == CalendarEvent.SEEDED).order_by(Event.n)
    return list(await session.scalars(found))


async def test_the_same_file_again_changes_nothing(session: AsyncSession) -> None:
    await a_region(session)
    assert await seeded(session, *TWO) == Report(2, 0, 0, [])
    assert await seeded(session, *TWO) == Report(0, 2, 0, [])
    assert await told(session) == [""]


async def test_a_changed_day_is_updated_and_tells_where(session: AsyncSession) -> None:
    await a_region(session)
    await seeded(session, *TWO)
    assert await seeded(session, TWO[0], f"2026-10-10,{COMMUNITY},holiday,补休") == Report(0, 1, 1, [])
    assert await told(session) == ["", COMMUNITY]
    known = await calendars.calendar(session, COMMUNITY, date(2026, 10, 1))
    assert not known.works_on(date(2026, 10, 10))


async def test_bad_lines_are_named_and_good_ones_loaded(session: AsyncSession) -> None:
    bad = [
        ("2026-13-01,,holiday,", "the day is written like 2026-10-01"),
        ("20261001,,holiday,", "the day is written like 2026-10-01"),
        ("2026-10-02,,feast,", "the kind is holiday or workday"),
        ("2026-10-02,99,holiday,", "there is no region 99"),
        ("2026-10-02,,holiday", "needs 4 columns"),
        (f"2026-10-02,,holiday,{'长' * 101}", "the name takes at most 100 characters"),
        (TWO[0], "is the same day as line 2"),
    ]
    report = await seeded(session, TWO[0], *(line for line, _ in bad))
    assert report.loaded == 1
    assert [(one.line, one.reason.en) for one in report.refused] == [
        (number, reason) for number, (_, reason) in enumerate(bad, 3)
    ]


def test_a_file_of_something_else_is_refused_whole() -> None:
    with pytest.raises(UnreadableFile):
        importing.read(["code,level,name,parent_code"])


async def test_the_official_days_come_from_their_package(session: AsyncSession) -> None:
    report = await importing.seed(session, importing.official([2025, 2026]))
    assert (report.loaded > 50, report.refused) == (True, [])
    known = await calendars.calendar(session, COMMUNITY, date(2025, 1, 1))
    assert not any(known.works_on(date(2026, 10, day)) for day in range(1, 8))
    assert known.works_on(date(2026, 10, 10)), "a Saturday that makes up for a holiday"
    name = await session.scalar(select(CalendarDay.name).where(CalendarDay.day == date(2026, 10, 1)))
    assert name == "国庆节"
    assert await importing.seed(session, importing.official([2026])) == Report(0, known_in(report, 2026), 0, [])


def known_in(report: Report, year: int) -> int:
    """How many of the loaded days are of one of the two years."""
    days = importing.official([year]).rows
    assert 0 < len(days) < report.loaded
    return len(days)


async def test_a_year_that_the_package_does_not_know_is_no_exception(session: AsyncSession) -> None:
    report = await importing.seed(session, importing.official([2026, 2199]))
    assert [(one.line, one.reason.en) for one in report.refused] == [(2, "the year 2199 is not known")]
    assert await session.scalar(select(func.count()).select_from(CalendarDay)) == report.loaded


def test_without_the_package_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    with pytest.raises(PackageMissing, match="not installed"):
        importing.official([2026])
