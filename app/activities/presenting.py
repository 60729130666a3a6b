"""Activities, sign-ups and entries as one caller may see them, with what they may do now."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import people, presenting_queries, queries, signing_up
from app.activities.errors import NotInvited
from app.activities.lifecycle import (
    IN_LINE,
    MOVES,
    SHIFT_MOVES,
    SHIFT_WHO,
    WHO,
    ActivityState,
    ShiftAction,
    ShiftState,
    SignUpState,
)
from app.activities.models import Activity, LateEntry, Shift, SignUp, Slot
from app.activities.people import Relations
from app.activities.schemas import (
    ActivityDetail,
    ActivityOut,
    EntryToDecideOut,
    ItemOut,
    LateEntryOut,
    RollOut,
    ShiftOut,
    SignUpOut,
    SlotOut,
    SpotOut,
)
from app.activities.timetable import WEAKEST
from app.kit import clock
from app.organizations import queries as organizations
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey
from app.regions import queries as regions

HEAD = {"region_name", "organization_name", "starts_at", "shift_count", "free"}
"""What a list says of an activity that its row does not."""


async def activities_out(session: AsyncSession, found: Sequence[Activity]) -> list[ActivityOut]:
    """Some activities as a list shows them."""
    ids = [one.id for one in found]
    heads, free = await presenting_queries.heads(session, ids), await presenting_queries.free(session, ids)
    places = await regions.full_names(session, {one.region_code for one in found})
    hosts = await organizations.organizations(session, [one.organization_id for one in found])
    shown = []
    for one in found:
        starts_at, count = heads.get(one.id, (None, 0))
        host = hosts.get(one.organization_id) if one.organization_id else None
        shown.append(
            ActivityOut(
                **{name: getattr(one, name) for name in ActivityOut.model_fields if name not in HEAD},
                region_name=places.get(one.region_code, ""),
                organization_name=host.name if host else None,
                starts_at=starts_at,
                shift_count=count,
                free=free.get(one.id, 0),
            )
        )
    return shown


async def activity_out(session: AsyncSession, caller: Caller, activity: Activity) -> ActivityDetail:
    """One activity whole."""
    (head,) = await activities_out(session, [activity])
    related, now = await people.relations(session, caller, activity), clock.now()
    invited = await _is_invited(session, caller, activity)
    shifts = await queries.shifts(session, activity.id, list(ShiftState))
    ids = [shift.id for shift in shifts]
    slots, waiting = await queries.slots(session, ids), await presenting_queries.waiting(session, ids)
    mine = await queries.mine_in(session, caller, activity.id)
    return ActivityDetail(
        **dict(head),
        description=activity.description,
        items=[ItemOut.model_validate(one) for one in await queries.items(session, activity.id)],
        spots=[SpotOut.model_validate(one) for one in await queries.spots(session, [activity.id])],
        shifts=[
            ShiftOut(
                **{name: getattr(shift, name) for name in ("id", "starts_at", "ends_at", "state", "reason")},
                slots=[_slot_out(slot, waiting) for slot in slots if slot.shift_id == shift.id],
                actions=_shift_actions(activity, shift, related, invited, now),
            )
            for shift in shifts
        ],
        leader_ids=list(await queries.leaders(session, activity.id)) if related else None,
        mine=await sign_ups_out(session, caller, mine),
        actions=[str(action) for action, who in WHO.items() if related & who and (activity.state, action) in MOVES],
    )


def _slot_out(slot: Slot, waiting: dict[uuid.UUID, int]) -> SlotOut:
    known = {name: getattr(slot, name) for name in SlotOut.model_fields if name != "waiting"}
    return SlotOut(**known, waiting=waiting.get(slot.id, 0))


async def _is_invited(session: AsyncSession, caller: Caller, activity: Activity) -> bool:
    try:
        await signing_up.check_invited(session, activity, await people.of_caller(session, caller))
    except NotInvited:
        return False
    return True


def _shift_actions(activity: Activity, shift: Shift, related: Relations, invited: bool, now: datetime) -> list[str]:
    """What a caller may do to a shift: who is invited may sign up without organizing anything."""
    found = []
    for action, who in SHIFT_WHO.items():
        may = related & who or (action == ShiftAction.SIGN_UP and invited)
        if may and (shift.state, action) in SHIFT_MOVES and _fits(activity, shift, action, now):
            found.append(str(action))
    return found


def _fits(activity: Activity, shift: Shift, action: ShiftAction, now: datetime) -> bool:
    """Whether what the table cannot know allows it too."""
    match action:
        case ShiftAction.SIGN_UP:
            return activity.state == ActivityState.PUBLISHED and now < shift.starts_at
        case ShiftAction.MOVE | ShiftAction.CANCEL:
            return now < shift.starts_at
    return activity.state != ActivityState.DRAFT


async def sign_up_out(session: AsyncSession, caller: Caller, one: SignUp) -> SignUpOut:
    """A sign-up that the caller has just seen or changed."""
    (shown,) = await sign_ups_out(session, caller, [one])
    return shown


async def sign_ups_out(session: AsyncSession, caller: Caller, found: Sequence[SignUp]) -> list[SignUpOut]:
    """Some sign-ups, each with what the caller may do to it."""
    if not found:
        return []
    whole = await presenting_queries.whole(session, found)
    positions = await presenting_queries.positions(session, found)
    activities = {row[2].id: row[2] for row in whole.values()}
    codes = {one.region_code for one in activities.values()}
    until = await policies.value_in_each(session, ActivityKey.CANCEL_UNTIL, codes)
    related = {one.id: await people.relations(session, caller, one) for one in activities.values()}
    shown = []
    for one in found:
        _, shift, activity, slot, spot = whole[one.id]
        known = [one.arrival, one.departure] if one.minutes is not None else []
        own, organizes = people.is_own(caller, one), bool(related[activity.id])
        shown.append(
            SignUpOut(
                **{name: getattr(one, name) for name in PLAIN},
                activity_id=activity.id,
                activity_title=activity.title,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                role=slot.role if slot else None,
                spot=spot.name if spot else None,
                position=positions.get(one.id),
                provenance=min((how for how in known if how), key=WEAKEST.index, default=None),
                actions=_sign_up_actions(one, shift, until[activity.region_code], organizes)
                if own or organizes
                else [],
            )
        )
    return shown


PLAIN = frozenset(SignUpOut.model_fields) - {
    *("activity_id", "activity_title", "starts_at", "ends_at", "role", "spot"),
    *("position", "provenance", "actions"),
}
"""What a sign-up says of itself."""


def _sign_up_actions(one: SignUp, shift: Shift, until: timedelta, organizes: bool) -> list[str]:
    now, found = clock.now(), []
    if one.slot_id is None or shift.starts_at <= now or shift.state != ShiftState.PLANNED:
        return []
    if one.state == SignUpState.PROMOTED and one.due_at is not None and now < one.due_at:
        found.append("accept")
    in_time = one.leave_freely or organizes or now <= shift.starts_at - until
    if one.state in IN_LINE or (one.state == SignUpState.BOOKED and in_time):
        found.append("cancel")
    return found


async def roll_out(session: AsyncSession, caller: Caller, found: Sequence[SignUp]) -> list[RollOut]:
    """The lines of a roll, with the names of who is on it."""
    shown = await sign_ups_out(session, caller, found)
    names = await presenting_queries.names(session, found)
    return [
        RollOut(
            **dict(line),
            person_kind=one.person_kind,
            person_id=one.person_id,
            name=names.get(one.person_id, presenting_queries.RESIDENT),
        )
        for line, one in zip(shown, found, strict=True)
    ]


async def entries_out(session: AsyncSession, caller: Caller, found: Sequence[LateEntry]) -> list[EntryToDecideOut]:
    """Some entries after the fact, with what the caller may do to them."""
    names = await presenting_queries.names(session, found)
    titles = await presenting_queries.titles(session, [one.shift_id for one in found])
    shown = []
    for one in found:
        second = caller.account_id != one.entered_by and one.person_id not in caller.person_ids
        decides = one.decided_by is None and second and caller.covers(one.region_code, DISPATCHERS)
        shown.append(
            EntryToDecideOut(
                **dict(LateEntryOut.model_validate(one)),
                activity_title=titles[one.shift_id],
                name=names.get(one.person_id, presenting_queries.RESIDENT),
                reason=one.reason,
                actions=["decide"] if decides else [],
            )
        )
    return shown
