"""What the clock does to shifts: call them to mind, begin and close them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.activities import lining_up, presence, queries, scheduling
from app.activities.events import ActivityEvent
from app.activities.lifecycle import ShiftAction, ShiftState, SignUpState, shift_moved
from app.activities.models import Activity, Shift
from app.activities.telling import tell_shift
from app.kit.timers import Timer

AT_ONCE = 200
"""People whom one firing checks out; the rest come with the next."""


async def fire(session: AsyncSession, shift: Shift, now: datetime) -> None:
    """Do what is due with a shift, one step a firing."""
    _, activity = await queries.shift_of(session, shift.id)
    if shift.state == ShiftState.BEGUN:
        await _close(session, activity, shift)
    elif shift.starts_at <= now:
        await _begin(session, activity, shift, now)
    else:
        shift.reminded = True
        tell_shift(session, activity, shift, ActivityEvent.SHIFT_REMINDED, None)
        await scheduling.look_again(session, activity, shift)


async def _begin(session: AsyncSession, activity: Activity, shift: Shift, now: datetime) -> None:
    """From now on nobody is promoted, and who waits waits no more."""
    shift.state = shift_moved(shift.state, ShiftAction.BEGIN)
    for slot in await queries.locked_slots(session, shift.id):
        await lining_up.settle(session, activity, shift, slot, now)
    tell_shift(session, activity, shift, ActivityEvent.SHIFT_BEGUN, None)
    await scheduling.look_again(session, activity, shift)


async def _close(session: AsyncSession, activity: Activity, shift: Shift) -> None:
    """Close the roll when everybody is accounted for."""
    some = await queries.of_shift(session, shift.id, [SignUpState.BOOKED, SignUpState.PRESENT], AT_ONCE)
    await presence.close(session, activity, shift, some)
    if len(some) == AT_ONCE:
        return
    shift.state, shift.timer_at = shift_moved(shift.state, ShiftAction.CLOSE), None
    tell_shift(session, activity, shift, ActivityEvent.SHIFT_CLOSED, None)
    await scheduling.conclude(session, activity.id)


SHIFTS = Timer("shifts", queries.due_shifts, Shift.id, fire)
