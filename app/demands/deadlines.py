"""When a demand is due: its category's window from when its clock began, and longer by what the clock stood still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Demand
from app.kit import clock
from app.policies import calendars
from app.policies import service as policies
from app.policies.defaults import Key
from app.policies.spans import Calendar, Span, WorkingDays, after


@dataclass(frozen=True, slots=True)
class Terms:
    """What rules and calendar say of due times in one region on one day."""

    windows: dict[str, Span]
    pause_cap: timedelta
    calendar: Calendar

    def due(self, category: str, start: datetime, paused: timedelta = timedelta()) -> datetime:
        """When what began at `start` is due; a pause may not end in a due time on a day off."""
        window = policies.for_category(self.windows, category)
        end = after(start, window, self.calendar) + paused
        return self.calendar.roll(end) if paused and isinstance(window, WorkingDays) else end


async def terms(session: AsyncSession, region_code: str, since: datetime) -> Terms:
    """The terms of a region today, with its calendar from a moment on."""
    windows, cap = await policies.values(session, (Key.DUE_WINDOWS, Key.PAUSE_CAP), region_code)
    day = since.astimezone(clock.CHINA).date()
    return Terms(windows, cap, await calendars.calendar(session, region_code, day))


async def start(session: AsyncSession, demand: Demand, at: datetime) -> None:
    """Start the clock of a new demand, or of another round."""
    start_on(demand, at, await terms(session, demand.region_code, at))


def start_on(demand: Demand, at: datetime, found: Terms) -> None:
    """Start the clock of a new demand, or of another round, on some terms."""
    demand.due_from, demand.due_by_hand = at, None
    demand.paused, demand.paused_at, demand.paused_until = timedelta(), None, None
    apply(demand, found)


async def pause(session: AsyncSession, demand: Demand, at: datetime) -> None:
    """Stop the clock until its filer answers, or until all pauses together are as long as they may be."""
    found = await terms(session, demand.region_code, demand.due_from)
    demand.paused_at = demand.paused_until = at
    apply(demand, found)


async def resume(session: AsyncSession, demand: Demand, at: datetime) -> None:
    """Let the clock go on."""
    if demand.paused_at is None or demand.paused_until is None:
        return
    stood_still = min(at, demand.paused_until) - demand.paused_at
    demand.paused += max(stood_still, timedelta())
    demand.paused_at = demand.paused_until = None
    await reckon(session, demand)


def set_by_hand(demand: Demand, due_at: datetime) -> None:
    """Make it due when the desk says."""
    demand.due_by_hand, demand.paused = due_at, timedelta()
    _move(demand, due_at)


async def reckon(session: AsyncSession, demand: Demand) -> None:
    """Compute the due time anew, by the rules of where it is now."""
    apply(demand, await terms(session, demand.region_code, demand.due_from))


def apply(demand: Demand, found: Terms) -> None:
    """Set the due time, and the end of a pause, as these terms have it."""
    pause = timedelta()
    if demand.paused_at is not None:
        pause = max(found.pause_cap - demand.paused, timedelta())
        demand.paused_until = demand.paused_at + pause
    if demand.due_by_hand is not None:
        due_at = demand.due_by_hand + demand.paused + pause
    else:
        due_at = found.due(demand.category, demand.due_from, demand.paused + pause)
    _move(demand, due_at)


def _move(demand: Demand, due_at: datetime) -> None:
    """Set the due time; a new one that can still be kept lets the ladder begin at its foot again."""
    if due_at != demand.due_at and due_at > clock.now() and demand.paused_at is None:
        demand.climbed = 0
    demand.due_at = due_at
    wake(demand, due_at)


def wake(demand: Demand, at: datetime) -> None:
    """Have the worker look at the due time and the whistle's clocks not later than at a moment."""
    demand.alarm_at = min(at, demand.alarm_at or at)
