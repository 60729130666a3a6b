"""Attend and leave: what a scan, a leader or a desk says of somebody, in whatever order, and the hours it makes.

The earliest arrival and the latest leaving count, so that a batch that comes twice or turned around changes nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities import lining_up, queries, signing_up, timetable
from app.activities.errors import OutOfTime
from app.activities.events import ActivityEvent
from app.activities.lifecycle import ActivityState, ShiftState, SignUpAction, SignUpState, sign_up_moved
from app.activities.models import Activity, LateEntry, Shift, SignUp
from app.activities.people import Person
from app.activities.telling import tell_sign_up
from app.activities.timetable import Counted
from app.kit.clock import CHINA
from app.kit.errors import ActionNotAllowed
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.models import HolderKind, Provenance
from app.members import engagements
from app.members import queries as members
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey

S, A = SignUpState, SignUpAction
UNBOOKED = frozenset({S.WAITING, S.PROMOTED, S.NO_SHOW, S.UNMARKED})
"""Whose time may not be booked while they stand so."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """That somebody was seen at a moment, how that is known, and who says so; a scan is said by who scans."""

    at: datetime
    provenance: Provenance
    said_by: Caller | None
    slot_id: uuid.UUID | None = None
    """Where, for who comes without a place."""


async def attend(session: AsyncSession, shift_id: uuid.UUID, person: Person, sighting: Sighting) -> SignUp:
    """Note that somebody is there, with a place or without. Of two arrivals the earlier stands.

    Raises `ActionNotAllowed` for what is over, cancelled or not published, `NotInvited`, `OutOfTime`, `Overlaps`.
    """
    shift, activity, margin = await _on_now(session, shift_id, sighting)
    one = await _theirs(session, shift, activity, person, sighting)
    if one.arrived_at is None and one.left_at is not None:  # who was heard to leave had come by then
        sighting = replace(sighting, at=min(sighting.at, one.left_at))
    before = one.state, one.arrived_at
    await note_arrival(session, shift, one, sighting)
    if (one.state, one.arrived_at) != before:
        tell_sign_up(session, activity, one, ActivityEvent.ATTENDED, sighting.said_by)
        await _finish(session, activity, shift, one, margin, sighting.said_by)
    if shift.state == ShiftState.CLOSED and one.state == S.PRESENT:
        await close(session, activity, shift, [one])
    return one


async def leave(session: AsyncSession, shift_id: uuid.UUID, person: Person, sighting: Sighting) -> SignUp:
    """Note that somebody leaves: their minutes are booked. Of two leavings the later stands.

    Where nobody saw them arrive yet, it waits for that. Raises as `attend` does.
    """
    shift, activity, margin = await _on_now(session, shift_id, sighting)
    one = await _theirs(session, shift, activity, person, sighting)
    if not went(one, sighting):
        return one
    tell_sign_up(session, activity, one, ActivityEvent.LEFT, sighting.said_by)
    await _finish(session, activity, shift, one, margin, sighting.said_by)
    return one


async def _on_now(session: AsyncSession, shift_id: uuid.UUID, sighting: Sighting) -> tuple[Shift, Activity, timedelta]:
    """The shift that a sighting falls into, and how long around it presence counts.

    What was measured counts also where it is heard of late; anything else needs a second person then.
    """
    shift, activity = await queries.shift_of(session, shift_id, hold=True)
    late = shift.state == ShiftState.CLOSED and sighting.provenance != Provenance.MEASURED
    if late or shift.state == ShiftState.CANCELLED or activity.state == ActivityState.DRAFT:
        raise ActionNotAllowed
    margin = await policies.value(session, ActivityKey.PRESENCE_MARGIN, activity.region_code)
    if not timetable.in_time(shift, sighting.at, margin):
        raise OutOfTime
    return shift, activity, margin


async def _theirs(
    session: AsyncSession, shift: Shift, activity: Activity, person: Person, sighting: Sighting
) -> SignUp:
    """Somebody's sign-up, held, or a new one where they came without."""
    ids = await signing_up.ids_of(session, person.id)
    if found := await queries.standing(session, shift.id, ids):
        return found
    await members.wait_in_line(session, person.id)  # two scans at once are one walk-in
    if found := await queries.standing(session, shift.id, ids):
        return found
    if sighting.said_by is None or person.id in sighting.said_by.person_ids:
        await signing_up.check_invited(session, activity, person)
    return await walk_in(session, shift, person, sighting)


async def walk_in(session: AsyncSession, shift: Shift, person: Person, sighting: Sighting) -> SignUp:
    """Somebody who came without a place takes none from others, but is booked as they are. Raises `Overlaps`."""
    one = signing_up.new_sign_up(sighting.said_by, shift, person, S.BOOKED)
    one.walk_in, one.slot_id = True, sighting.slot_id
    session.add(one)
    await lining_up.book(session, shift, one)
    return one


async def note_arrival(session: AsyncSession, shift: Shift, one: SignUp, sighting: Sighting) -> None:
    """Somebody is there: whoever waited for a place has come without one. Raises `Overlaps`."""
    before = one.state
    came(one, sighting)
    if before in UNBOOKED:
        await engagements.release(session, lining_up.SOURCE, [one.id])
        await lining_up.book(session, shift, one)


def came(one: SignUp, sighting: Sighting) -> None:
    """What an arrival changes of a sign-up; of two, the earlier stands."""
    before = one.state
    one.state, one.due_at = sign_up_moved(before, A.ATTEND), None
    one.walk_in = one.walk_in or before == S.WAITING
    if one.arrived_at is None or sighting.at < one.arrived_at:
        one.arrived_at, one.arrival = sighting.at, sighting.provenance


def went(one: SignUp, sighting: Sighting) -> bool:
    """What a leaving changes of a sign-up; nothing, and False, where a later one stands."""
    if one.left_at is not None and not one.auto_left and sighting.at <= one.left_at:
        return False
    if one.arrived_at is None:
        one.state = sign_up_moved(one.state, A.LEAVE)
    one.left_at, one.departure, one.auto_left = sighting.at, sighting.provenance, False
    return True


def finished(shift: Shift, one: SignUp, margin: timedelta) -> Counted | None:
    """The minutes of who has arrived and left, noted in their sign-up; None for who has not."""
    found = timetable.counted(shift, one, margin)
    if found is not None:
        one.minutes, one.state = found.minutes, sign_up_moved(one.state, A.LEAVE)
    return found


async def _finish(
    session: AsyncSession,
    activity: Activity,
    shift: Shift,
    one: SignUp,
    margin: timedelta,
    said_by: Caller | None,
) -> None:
    """Book the minutes of who has arrived and left, or put them right where they were booked before."""
    first = one.state != S.DONE
    found = finished(shift, one, margin)
    if found is None:
        return
    on = day_of(shift)
    counts = await policies.value(session, ActivityKey.ACTIVITY_HOURS, activity.region_code, on)
    if not policies.for_category(counts, activity.kind):
        return
    source, booked_by = Source(lining_up.SOURCE, one.id), said_by.account_id if said_by else None
    if not first:
        await booking.correct_minutes(
            session, source, minutes=found.minutes, provenance=found.provenance, booked_by=booked_by
        )
        return
    await booking.book_minutes(
        session,
        source,
        [await _holder(session, one)],
        minutes=found.minutes,
        provenance=found.provenance,
        region_code=activity.region_code,
        served_at=found.until,
        booked_by=booked_by,
    )


def day_of(shift: Shift) -> date:
    """The day whose rules say whether a shift counts as service."""
    return shift.starts_at.astimezone(CHINA).date()


async def _holder(session: AsyncSession, one: SignUp) -> Holder:
    """Whose hours these are, with the organization that they belong to now."""
    if one.person_kind == HolderKind.ACCOUNT:
        return Holder(HolderKind.ACCOUNT, one.person_id, None)
    member = await members.member(session, one.person_id)
    return Holder(HolderKind.MEMBER, one.person_id, member.organization_id if member else None)


async def enter(session: AsyncSession, entry: LateEntry, caller: Caller) -> SignUp:
    """Put a presence after the fact in the place of whatever is known; it carries a mark. Raises `Overlaps`."""
    shift, activity = await queries.shift_of(session, entry.shift_id, hold=True)
    person = Person(entry.person_kind, entry.person_id, None)
    seen = Sighting(entry.arrived_at, Provenance.ENTERED, caller)
    one = await queries.standing(session, shift.id, await signing_up.ids_of(session, person.id))
    if one is None:
        one = await walk_in(session, shift, person, seen)
    one.arrived_at = one.arrival = None
    await note_arrival(session, shift, one, seen)
    one.left_at, one.departure, one.auto_left, one.late = entry.left_at, Provenance.ENTERED, False, True
    margin = await policies.value(session, ActivityKey.PRESENCE_MARGIN, activity.region_code)
    tell_sign_up(session, activity, one, ActivityEvent.ENTERED, caller)
    await _finish(session, activity, shift, one, margin, caller)
    return one


async def close(session: AsyncSession, activity: Activity, shift: Shift, found: Sequence[SignUp]) -> None:
    """Check out whom nobody saw leave, up to the cap; of who was never marked nothing is said."""
    rules = (ActivityKey.AUTO_CHECK_OUT_CAP, ActivityKey.PRESENCE_MARGIN)
    cap, margin = await policies.values(session, rules, activity.region_code)
    for one in found:
        if one.arrived_at is None:
            one.state = sign_up_moved(one.state, A.CLOSE)
            continue
        one.left_at = timetable.left_by_itself(shift, one.arrived_at, cap)
        one.departure, one.auto_left = Provenance.ENTERED, True
        tell_sign_up(session, activity, one, ActivityEvent.LEFT, None)
        await _finish(session, activity, shift, one, margin, None)
