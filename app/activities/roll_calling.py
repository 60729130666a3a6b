"""点名: a leader or a desk says by hand who was there, who left and who did not come."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities import lining_up, people, presence, queries
from app.activities.events import ActivityEvent
from app.activities.lifecycle import Mark, ShiftAction, SignUpAction, shift_moved, sign_up_moved
from app.activities.models import Activity, Shift, SignUp
from app.activities.people import Person
from app.activities.presence import Sighting
from app.activities.schemas import LateEntryIn, MarkIn, RollCallIn
from app.activities.telling import tell_sign_up
from app.kit import clock
from app.kit.errors import ActionNotAllowed, InvalidRequest, Text
from app.ledger.models import Provenance
from app.members import engagements


async def call_roll(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, body: RollCallIn) -> list[SignUp]:
    """Mark people one after the other; all marks stand, or none.

    A leader's word on others is a confirmation; on themselves it is their own word.
    """
    shift, activity = await queries.shift_and_activity(session, caller, shift_id)
    await people.require_shift(session, caller, activity, ShiftAction.ROLL_CALL)
    shift_moved(shift.state, ShiftAction.ROLL_CALL)
    return [await _mark(session, caller, activity, shift, mark) for mark in body.marks]


async def _mark(session: AsyncSession, caller: Caller, activity: Activity, shift: Shift, mark: MarkIn) -> SignUp:
    person = await whom(session, shift, mark)
    match mark.mark:
        case Mark.PRESENT:
            return await presence.attend(session, shift.id, person, _seen(caller, person, mark.at))
        case Mark.LEFT:
            return await presence.leave(session, shift.id, person, _seen(caller, person, mark.at))
        case Mark.ATTENDED:
            arrived = _seen(caller, person, mark.arrived_at or shift.starts_at)
            await presence.attend(session, shift.id, person, arrived)
            left = _seen(caller, person, mark.left_at or shift.ends_at)
            return await presence.leave(session, shift.id, person, left)
        case Mark.NO_SHOW:
            return await _no_show(session, caller, activity, shift, person)
    return await _excuse(session, caller, activity, shift, person)


async def whom(session: AsyncSession, shift: Shift, said: MarkIn | LateEntryIn) -> Person:
    """Whom a mark or an entry is about; raises `InvalidRequest`."""
    if said.member_id is not None:
        return await people.of_member(session, said.member_id)
    one = await queries.sign_up_in(session, shift.id, said.sign_up_id)
    if one is None:
        raise InvalidRequest.field("sign_up_id", "unknown_id", "该场次没有这条报名", "no such sign-up of this shift")
    return Person(one.person_kind, one.person_id, None)


def _seen(caller: Caller, person: Person, at: datetime | None) -> Sighting:
    now = clock.now()
    if at is not None and at > now:
        raise ActionNotAllowed(Text("时间尚未到", "That is still to come"))
    known = Provenance.ENTERED if person.id in caller.person_ids else Provenance.CONFIRMED
    return Sighting(at or now, known, caller)


async def _no_show(session: AsyncSession, caller: Caller, activity: Activity, shift: Shift, person: Person) -> SignUp:
    if shift.starts_at > clock.now():
        raise ActionNotAllowed(Text("活动尚未开始", "It has not begun yet"))
    one = await _standing(session, shift, person)
    one.state, one.said_by = sign_up_moved(one.state, SignUpAction.NO_SHOW), caller.account_id
    await engagements.release(session, lining_up.SOURCE, [one.id])
    tell_sign_up(session, activity, one, ActivityEvent.NO_SHOW, caller)
    return one


async def _excuse(session: AsyncSession, caller: Caller, activity: Activity, shift: Shift, person: Person) -> SignUp:
    one = await _standing(session, shift, person)
    one.state, one.said_by = sign_up_moved(one.state, SignUpAction.EXCUSE), caller.account_id
    tell_sign_up(session, activity, one, ActivityEvent.EXCUSED, caller)
    return one


async def _standing(session: AsyncSession, shift: Shift, person: Person) -> SignUp:
    one = await queries.standing(session, shift.id, [person.id])
    if one is None:
        raise ActionNotAllowed
    return one
