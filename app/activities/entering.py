"""补录: a presence after the roll was closed. A desk enters so many a month; a second person must vouch for each."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import people, presence, queries, roll_calling, timetable
from app.activities.errors import OutOfTime, QuotaSpent
from app.activities.events import LateEntryEvent
from app.activities.lifecycle import ShiftAction, shift_moved
from app.activities.models import LateEntry
from app.activities.schemas import EntryDecisionIn, LateEntryIn
from app.kit import clock, events
from app.kit.clock import CHINA
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, Text
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey

NOT_OWN = Text("不能补录本人的参与", "Nobody enters their own presence")
SECOND = Text("须由录入人和本人之外的另一人确认", "Somebody else than who entered it, and whom it is about, confirms")


async def enter(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, body: LateEntryIn) -> LateEntry:
    """Note a presence that the roll missed; nothing counts before it is confirmed. Raises `QuotaSpent`, `OutOfTime`."""
    shift, activity = await queries.shift_and_activity(session, caller, shift_id)
    await people.require_shift(session, caller, activity, ShiftAction.ENTER)
    person = await roll_calling.whom(session, shift, body)
    if person.id in caller.person_ids:
        raise Forbidden(NOT_OWN)
    shift_moved(shift.state, ShiftAction.ENTER)
    rules = (ActivityKey.PRESENCE_MARGIN, ActivityKey.LATE_ENTRIES)
    margin, most = await policies.values(session, rules, activity.region_code)
    if not all(timetable.in_time(shift, at, margin) for at in (body.arrived_at, body.left_at)):
        raise OutOfTime
    now = clock.now()
    month = now.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    await queries.wait_to_enter(session, activity.region_code)  # of two at once, the second counts the first
    if await queries.entries_since(session, activity.region_code, month) >= most:
        raise QuotaSpent
    made = LateEntry(
        id=new_id(),
        shift_id=shift.id,
        region_code=activity.region_code,
        person_kind=person.kind,
        person_id=person.id,
        arrived_at=body.arrived_at,
        left_at=body.left_at,
        reason=body.reason,
        entered_by=caller.account_id,
        entered_at=now,
    )
    session.add(made)
    _tell(session, made, LateEntryEvent.ENTERED, caller)
    return made


async def decide(session: AsyncSession, caller: Caller, entry_id: uuid.UUID, body: EntryDecisionIn) -> LateEntry:
    """Vouch for an entry, as a second person, or refuse it. Raises `Overlaps`."""
    entry = await queries.late_entry(session, caller, entry_id)
    caller.require(DISPATCHERS, entry.region_code)
    if caller.account_id == entry.entered_by or entry.person_id in caller.person_ids:
        raise Forbidden(SECOND)
    if entry.decided_by is not None:
        raise ActionNotAllowed
    entry.accepted, entry.decided_by, entry.decided_at = body.accepted, caller.account_id, clock.now()
    if body.accepted:
        await presence.enter(session, entry, caller)
    _tell(session, entry, LateEntryEvent.ACCEPTED if body.accepted else LateEntryEvent.REFUSED, caller)
    return entry


def _tell(session: AsyncSession, entry: LateEntry, kind: LateEntryEvent, caller: Caller) -> None:
    events.record(
        session,
        kind,
        subject=entry.id,
        region_code=entry.region_code,
        actor=caller.account_id,
        shift_id=entry.shift_id,
    )
