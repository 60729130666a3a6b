"""Keep the line of a slot moving, and people's time booked."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.activities import line, queries
from app.activities.events import ActivityEvent
from app.activities.lifecycle import SignUpState
from app.activities.models import Activity, Shift, SignUp, Slot
from app.activities.telling import tell_sign_up
from app.kit.timers import Timer
from app.members import engagements
from app.members import queries as members
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey

SOURCE = "activity"
"""What bookings and hours are for."""
TOLD = {SignUpState.PROMOTED: ActivityEvent.PROMOTED, SignUpState.LAPSED: ActivityEvent.LAPSED}


async def settle(session: AsyncSession, activity: Activity, shift: Shift, slot: Slot, now: datetime) -> None:
    """Let promotions lapse and others come after, in a slot that is held."""
    window = await policies.value(session, ActivityKey.ACCEPT_WINDOW, activity.region_code)
    waiting = await queries.line(session, slot.id)
    for one in line.advance(slot, waiting, now, shift.starts_at, window):
        tell_sign_up(session, activity, one, TOLD[one.state], None)


async def book(session: AsyncSession, shift: Shift, one: SignUp) -> None:
    """Book somebody's time for a shift; raises `Overlaps`."""
    await engagements.book(
        session,
        person_id=one.person_id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        source_kind=SOURCE,
        source_id=one.id,
    )


async def book_if_free(session: AsyncSession, shift: Shift, one: SignUp) -> bool:
    """Book somebody's time unless they are booked elsewhere; whether it was done."""
    await members.wait_in_line(session, one.person_id)
    if await engagements.busy(session, one.person_id, shift.starts_at, shift.ends_at):
        return False
    await book(session, shift, one)
    return True


async def _lapse(session: AsyncSession, slot: Slot, now: datetime) -> None:
    shift, activity = await queries.shift_of(session, slot.shift_id)
    await settle(session, activity, shift, slot, now)


PROMOTIONS = Timer("promotions", queries.due_slots, Slot.id, _lapse)
