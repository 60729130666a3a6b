"""报名: sign up oneself or somebody who is offline, take a place that came free, cancel."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.activities import line, lining_up, people, queries
from app.activities.errors import AlreadySignedUp, NotInvited, TooLateToCancel
from app.activities.events import ActivityEvent
from app.activities.lifecycle import ActivityState, ShiftAction, SignUpAction, SignUpState, shift_moved, sign_up_moved
from app.activities.models import Activity, Shift, SignUp, Slot
from app.activities.people import Person
from app.activities.schemas import SignUpIn
from app.activities.telling import tell_sign_up
from app.demands import reaching
from app.demands.models import Audience
from app.kit import clock
from app.kit.db import made, new_id
from app.kit.errors import ActionNotAllowed, Text
from app.ledger.models import HolderKind
from app.members import engagements
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey


async def sign_up(session: AsyncSession, caller: Caller, slot_id: uuid.UUID, body: SignUpIn) -> SignUp:
    """Take a place, or the next one in the waiting list. Of two at once for the last place, the second waits.

    Raises, in this order: `NotInvited` (but for whom an organizer signs up), `AlreadySignedUp`,
    `ActionNotAllowed`, `Overlaps`.
    """
    slot, shift, activity = await queries.slot_with_all(session, caller, slot_id)
    person, ids = await _whom(session, caller, activity, body)
    if await queries.standing(session, shift.id, ids) is not None:
        raise AlreadySignedUp
    shift_moved(shift.state, ShiftAction.SIGN_UP)
    now = clock.now()
    if activity.state != ActivityState.PUBLISHED or shift.starts_at <= now:
        raise ActionNotAllowed
    one = new_sign_up(caller, shift, person, line.first_state(slot))
    one.slot_id = slot.id
    line.take(slot, one.state)
    session.add(one)
    await session.flush()  # its number is its place in the line
    booked = one.state == SignUpState.BOOKED
    if booked:
        await lining_up.book(session, shift, one)
    tell_sign_up(session, activity, one, ActivityEvent.SIGNED_UP if booked else ActivityEvent.QUEUED, caller)
    return one


async def _whom(
    session: AsyncSession, caller: Caller, activity: Activity, body: SignUpIn
) -> tuple[Person, Sequence[uuid.UUID]]:
    """Who is to take part, and every id that they may be known by."""
    if body.member_id is None or body.member_id == caller.member_id:
        person = await people.of_caller(session, caller)
        await check_invited(session, activity, person)
        return person, caller.person_ids
    await people.require_shift(session, caller, activity, ShiftAction.SIGN_UP)
    return await people.of_member(session, body.member_id), await ids_of(session, body.member_id)


async def ids_of(session: AsyncSession, person_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Every id that a member or a resident may be known by."""
    account = await access.account_of_member(session, person_id)
    return [person_id, account.id] if account else [person_id]


async def check_invited(session: AsyncSession, activity: Activity, person: Person) -> None:
    """Raise `NotInvited` unless an activity is for such people, and within reach of where they are enrolled."""
    within = await reaching.reaches(session, {person.id: person.home_region_code})
    require_invited(activity, person, within[person.id])


def require_invited(activity: Activity, person: Person, within: Sequence[str]) -> None:
    """Raise `NotInvited` unless an activity is for such people, and lies in or around some regions."""
    asked = Audience.MEMBERS if person.kind == HolderKind.MEMBER else Audience.RESIDENTS
    near = any(activity.region_code.startswith(one) or one.startswith(activity.region_code) for one in within)
    if activity.audience not in (asked, Audience.ALL) or not near:
        raise NotInvited


def new_sign_up(caller: Caller | None, shift: Shift, person: Person, state: SignUpState) -> SignUp:
    """A sign-up that is made now, not written yet."""
    return made(
        SignUp,
        id=new_id(),
        shift_id=shift.id,
        person_kind=person.kind,
        person_id=person.id,
        state=state,
        walk_in=False,
        leave_freely=False,
        auto_left=False,
        late=False,
        made_by=caller.account_id if caller else person.id,
        made_at=clock.now(),
    )


async def accept(session: AsyncSession, caller: Caller, sign_up_id: uuid.UUID) -> SignUp:
    """Say that one wants the place that came free. Raises `Overlaps`."""
    one, slot, shift, activity = await _held(session, caller, sign_up_id)
    now = clock.now()
    if one.due_at is not None and one.due_at <= now:
        raise ActionNotAllowed(Text("已过确认时限", "The time to accept is over"))
    one.state, one.due_at = sign_up_moved(one.state, SignUpAction.ACCEPT), None
    await lining_up.book(session, shift, one)
    tell_sign_up(session, activity, one, ActivityEvent.ACCEPTED, caller)
    await lining_up.settle(session, activity, shift, slot, now)
    return one


async def cancel(session: AsyncSession, caller: Caller, sign_up_id: uuid.UUID) -> SignUp:
    """Give a place or the wait for one up; who is next comes in. Raises `TooLateToCancel`.

    Until its start an organizer may cancel for somebody at any time, and everybody whose shift was moved.
    """
    one, slot, shift, activity = await _held(session, caller, sign_up_id)
    now = clock.now()
    sign_up_moved(one.state, SignUpAction.CANCEL)
    if shift.starts_at <= now:
        raise TooLateToCancel
    if one.state == SignUpState.BOOKED and not one.leave_freely:
        until = shift.starts_at - await policies.value(session, ActivityKey.CANCEL_UNTIL, activity.region_code)
        if until < now and not await people.relations(session, caller, activity):
            raise TooLateToCancel
    line.give_back(slot, one, SignUpAction.CANCEL, now)
    await engagements.release(session, lining_up.SOURCE, [one.id])
    tell_sign_up(session, activity, one, ActivityEvent.WITHDRAWN, caller)
    await lining_up.settle(session, activity, shift, slot, now)
    return one


async def _held(session: AsyncSession, caller: Caller, sign_up_id: uuid.UUID) -> tuple[SignUp, Slot, Shift, Activity]:
    """A sign-up that the caller may change, with its slot, both held in that order."""
    seen = await queries.sign_up(session, caller, sign_up_id)
    shift, activity = await queries.shift_of(session, seen.shift_id, hold=True)
    if not people.is_own(caller, seen):
        await people.require_shift(session, caller, activity, ShiftAction.SIGN_UP)
    if seen.slot_id is None:
        raise ActionNotAllowed  # walked in: there is nothing to give up
    slot = await queries.locked_slot(session, seen.slot_id)
    return await queries.locked_sign_up(session, seen.id), slot, shift, activity
