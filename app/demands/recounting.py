"""When a rule or the calendar changes, the due times of a region's unfinished demands are computed anew."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import clock_queries, deadlines, moving
from app.demands.clock_models import DueRecount
from app.demands.events import DemandEvent
from app.demands.models import Demand
from app.kit import clock
from app.kit.events import Event
from app.kit.timers import Timer
from app.policies.defaults import Key
from app.policies.events import CalendarEvent, PolicyEvent

FOLLOWER = "due times"
RULES = frozenset({Key.DUE_WINDOWS.key, Key.PAUSE_CAP.key, Key.OVERDUE_LADDER.key})
BATCH = 200
"""Demands a transaction, which holds their rows for well under a second."""


async def follow(session: AsyncSession, happened: Sequence[Event]) -> None:
    """Ask for a recount wherever something changed that due times are made of."""
    for event in happened:
        if event.kind in set(CalendarEvent) or (event.kind == PolicyEvent.SET and event.payload["key"] in RULES):
            asked = {"id": event.id, "region_code": event.region_code, "run_at": _begins(event)}
            await session.execute(insert(DueRecount).values(asked).on_conflict_do_nothing())


def _begins(event: Event) -> datetime:
    """When a change counts: at once, or at the first moment of the day from which a setting is valid."""
    valid_from = event.payload.get("valid_from")
    if valid_from is None:
        return event.at
    return max(event.at, datetime.combine(date.fromisoformat(valid_from), time(), clock.CHINA))


async def recount(session: AsyncSession, wanted: DueRecount, _now: datetime) -> None:
    """Recount the next batch; a due time that the desk set by hand stays as it is."""
    demands = await clock_queries.unfinished(session, wanted, BATCH)
    terms: dict[str, deadlines.Terms] = {}
    since = min((demand.due_from for demand in demands), default=None)
    for demand in demands:
        if demand.region_code not in terms and since is not None:
            terms[demand.region_code] = await deadlines.terms(session, demand.region_code, since)
        _apply(session, demand, terms[demand.region_code])
    if len(demands) == BATCH:
        wanted.after_id = demands[-1].id
    else:
        await session.delete(wanted)


def _apply(session: AsyncSession, demand: Demand, terms: deadlines.Terms) -> None:
    before = demand.due_at
    deadlines.apply(demand, terms)
    if demand.due_at != before:
        due_at, was = demand.due_at.isoformat(), before.isoformat()
        moving.tell(session, demand, DemandEvent.RESCHEDULED, None, due_at=due_at, was=was)


RECOUNTS = Timer("recounts", clock_queries.recounts, DueRecount.id, recount)
