"""The working-day calendar of a region: read it, and enter or take back a day."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Role
from app.kit import clock, events
from app.kit.db import new_id
from app.policies import queries
from app.policies.events import CalendarEvent
from app.policies.models import CalendarDay, DayKind
from app.policies.schemas import CalendarOut, DayIn, DayOut
from app.policies.spans import Calendar
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


async def calendar(session: AsyncSession, region_code: str, since: date) -> Calendar:
    """The calendar of a region from a day on, for counting."""
    found = await queries.days(session, region_code, since)
    return Calendar({one.day: one.kind == DayKind.WORKDAY for one in found})


def known(days: dict[str, str] | None) -> Calendar:
    """The calendar that `queries.days_above` tells of."""
    return Calendar({date.fromisoformat(day): kind == DayKind.WORKDAY for day, kind in (days or {}).items()})


async def year(session: AsyncSession, region_code: str, number: int) -> CalendarOut:
    """What is known of a year's days in a region."""
    found = await queries.days(session, region_code, date(number, 1, 1), date(number, 12, 31))
    return CalendarOut(region_code=region_code, year=number, days=[_shown(one.day, one) for one in found])


async def set_day(session: AsyncSession, caller: Caller, day: date, body: DayIn) -> DayOut:
    """Say what a day is in a region and all below it; no kind takes back what was said there."""
    caller.require(frozenset({Role.ADMIN}), body.region_code)
    if body.region_code and await regions.region(session, body.region_code) is None:
        raise UnknownRegion
    stored = await queries.day(session, body.region_code, day)
    if (stored and stored.kind, stored and stored.name) != (body.kind, body.name if body.kind else None):
        await _write(session, caller, day, body)
    found = await queries.days(session, body.region_code, day, day)
    return _shown(day, found[0] if found else None)


async def _write(session: AsyncSession, caller: Caller, day: date, body: DayIn) -> None:
    if body.kind is None:
        await queries.forget_day(session, body.region_code, day)
    else:
        setting = {"kind": body.kind, "name": body.name, "set_by": caller.account_id, "set_at": clock.now()}
        row = insert(CalendarDay).values(region_code=body.region_code, day=day, **setting)
        await session.execute(row.on_conflict_do_update(index_elements=["region_code", "day"], set_=setting))
    events.record(
        session,
        CalendarEvent.SET,
        subject=new_id(),
        region_code=body.region_code,
        actor=caller.account_id,
        day=day.isoformat(),
        is_now=body.kind,
    )


def _shown(day: date, found: CalendarDay | None) -> DayOut:
    by_kind = {} if found is None else {day: found.kind == DayKind.WORKDAY}
    return DayOut(
        day=day,
        works=Calendar(by_kind).works_on(day),
        kind=found and found.kind,
        name=found and found.name,
        set_in=found and found.region_code,
    )
