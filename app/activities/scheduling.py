"""Shifts: a series of dates, one of them moved or called off without losing who signed up, more or fewer places."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities import lining_up, people, queries
from app.activities.errors import TakenAlready
from app.activities.events import ActivityEvent
from app.activities.lifecycle import (
    OPEN,
    ActivityAction,
    ActivityState,
    ShiftAction,
    ShiftState,
    SignUpAction,
    SignUpState,
    moved,
    shift_moved,
    sign_up_moved,
)
from app.activities.models import Activity, Shift, Slot
from app.activities.schemas import CapacityIn, MoveIn, ShiftsIn, WhyIn
from app.activities.telling import tell, tell_shift, tell_sign_up
from app.activities.timetable import next_look
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.members import engagements
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey


async def plan(session: AsyncSession, activity: Activity, series: ShiftsIn, where: str = "") -> list[Shift]:
    """Make the shifts of a series, each with a slot for every role at every spot."""
    now = clock.now()
    if series.starts_at <= now:
        field = f"{where}.starts_at".lstrip(".")
        raise InvalidRequest.field(field, "in_the_past", "开始时间已过", "it begins in the past")
    rules = await _rules(session, activity)
    spots: list[uuid.UUID | None] = [spot.id for spot in await queries.spots(session, [activity.id])]
    made = []
    for starts_at, ends_at in _dates(series):
        shift = Shift(
            id=new_id(),
            activity_id=activity.id,
            starts_at=starts_at,
            ends_at=ends_at,
            state=ShiftState.PLANNED,
            revision=0,
            changed_at=now,
        )
        _set_clock(shift, now, rules)
        made.append(shift)
    session.add_all(made)
    await session.flush()  # the slots refer to them
    session.add_all(
        Slot(id=new_id(), shift_id=shift.id, spot_id=spot, role=role.name, capacity=role.capacity, taken=0)
        for shift in made
        for spot in spots or [None]
        for role in series.roles
    )
    await session.flush()  # what is shown is read
    return made


def _dates(series: ShiftsIn) -> Iterator[tuple[datetime, datetime]]:
    days, times = (series.repeat.every_days, series.repeat.times) if series.repeat else (1, 1)
    for number in range(times):
        later = timedelta(days=days * number)
        yield series.starts_at + later, series.ends_at + later


async def _rules(session: AsyncSession, activity: Activity) -> tuple[timedelta, timedelta]:
    """How long before a shift it is called to mind, and how long after it its roll may be called."""
    rules = (ActivityKey.REMINDER, ActivityKey.ROLL_CALL_WINDOW)
    reminder, window = await policies.values(session, rules, activity.region_code)
    return reminder, window


def _set_clock(shift: Shift, now: datetime, rules: tuple[timedelta, timedelta]) -> None:
    """Say when to look at a shift whose times are new; who signs up within the reminder's time needs none."""
    shift.reminded = shift.starts_at - rules[0] <= now
    shift.timer_at = next_look(shift, *rules)


async def look_again(session: AsyncSession, activity: Activity, shift: Shift) -> None:
    """Say when to look at a shift next."""
    shift.timer_at = next_look(shift, *await _rules(session, activity))


async def move(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, body: MoveIn) -> Shift:
    """Put one date at other hours. Everybody keeps their place and may leave it until it begins.

    Who is booked elsewhere at the new hours keeps the place too, but must say that they want it.
    """
    shift, activity = await queries.shift_and_activity(session, caller, shift_id, lock=True)
    await people.require_shift(session, caller, activity, ShiftAction.MOVE)
    shift.state, now = shift_moved(shift.state, ShiftAction.MOVE), clock.now()
    if body.starts_at <= now:
        raise InvalidRequest.field("starts_at", "in_the_past", "开始时间已过", "it begins in the past")
    if shift.starts_at <= now:
        raise ActionNotAllowed
    slots = await queries.locked_slots(session, shift.id)
    was = shift.starts_at
    shift.starts_at, shift.ends_at, shift.reason = body.starts_at, body.ends_at, body.reason
    shift.revision, shift.changed_at = shift.revision + 1, now
    _set_clock(shift, now, await _rules(session, activity))
    await _book_anew(session, activity, shift)
    for slot in slots:
        await lining_up.settle(session, activity, shift, slot, now)
    tell_shift(session, activity, shift, ActivityEvent.SHIFT_MOVED, caller, was=was.isoformat())
    return shift


async def _book_anew(session: AsyncSession, activity: Activity, shift: Shift) -> None:
    for one in await queries.of_shift(session, shift.id, OPEN):
        one.leave_freely = True
        if one.state == SignUpState.PROMOTED:
            one.due_at = shift.starts_at
        if one.state != SignUpState.BOOKED:
            continue
        await engagements.release(session, lining_up.SOURCE, [one.id])
        if not await lining_up.book_if_free(session, shift, one):
            one.state, one.due_at = sign_up_moved(one.state, SignUpAction.QUEUE), shift.starts_at
            tell_sign_up(session, activity, one, ActivityEvent.REQUEUED, None)


async def cancel(session: AsyncSession, caller: Caller, shift_id: uuid.UUID, body: WhyIn) -> Shift:
    """Call one date off; the others stand."""
    seen, activity = await queries.shift_and_activity(session, caller, shift_id)
    await people.require_shift(session, caller, activity, ShiftAction.CANCEL)
    shift = await call_off(session, caller, activity, seen.id, body.reason)
    await conclude(session, activity.id)
    return shift


async def call_off(
    session: AsyncSession, caller: Caller, activity: Activity, shift_id: uuid.UUID, reason: str
) -> Shift:
    """Cancel a shift that has not begun, and free everybody's time."""
    shift = await queries.shift(session, shift_id, lock=True)
    shift.state, now = shift_moved(shift.state, ShiftAction.CANCEL), clock.now()
    if shift.starts_at <= now:
        raise ActionNotAllowed
    shift.reason, shift.changed_at, shift.timer_at = reason, now, None
    slots = await queries.locked_slots(session, shift.id)
    released = await queries.of_shift(session, shift.id, OPEN)
    for one in released:
        one.state, one.due_at, one.ended_at = sign_up_moved(one.state, SignUpAction.RELEASE), None, now
        tell_sign_up(session, activity, one, ActivityEvent.RELEASED, None)
    await engagements.release(session, lining_up.SOURCE, [one.id for one in released])
    for slot in slots:
        slot.taken, slot.timer_at = 0, None
    tell_shift(session, activity, shift, ActivityEvent.SHIFT_CANCELLED, caller)
    return shift


async def conclude(session: AsyncSession, activity_id: uuid.UUID) -> None:
    """End an activity of which no shift is left: as held where one was, else as cancelled."""
    activity = await queries.locked_activity(session, activity_id)
    if activity.state != ActivityState.PUBLISHED or await queries.shifts(session, activity.id, queries.RUNNING):
        return
    held = bool(await queries.shifts(session, activity.id, [ShiftState.CLOSED]))
    activity.state = moved(activity.state, ActivityAction.END if held else ActivityAction.CANCEL)
    activity.ended_at = clock.now()
    tell(session, activity, ActivityEvent.ENDED if held else ActivityEvent.CANCELLED, None)


async def resize(session: AsyncSession, caller: Caller, slot_id: uuid.UUID, body: CapacityIn) -> Activity:
    """Make room for more, who come in from the waiting list, or for fewer, but for nobody who has a place."""
    slot, shift, activity = await queries.slot_with_all(session, caller, slot_id)
    await people.require_shift(session, caller, activity, ShiftAction.RESIZE)
    shift_moved(shift.state, ShiftAction.RESIZE)
    if body.capacity < slot.taken:
        raise TakenAlready
    slot.capacity = body.capacity
    await lining_up.settle(session, activity, shift, slot, clock.now())
    tell_shift(session, activity, shift, ActivityEvent.RESIZED, caller, slot_id=slot.id, capacity=slot.capacity)
    return activity
