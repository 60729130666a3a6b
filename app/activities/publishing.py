"""Write an activity, let it be, call it off: from a draft to its end."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import people, queries, scheduling
from app.activities.errors import NothingToSignUpFor
from app.activities.events import ActivityEvent
from app.activities.lifecycle import ActivityAction, ActivityState, ShiftState, moved
from app.activities.models import Activity, Item, Leader, Spot
from app.activities.schemas import ActivityIn, ShiftsIn, WhyIn
from app.activities.telling import tell
from app.demands import queries as demands
from app.demands.filing import check_category
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import Forbidden, InvalidRequest
from app.members import queries as members
from app.organizations import queries as organizations
from app.regions import queries as regions
from app.regions.errors import UnknownRegion

FACTS = ("kind", "category", "title", "description", "brand", "region_code", "organization_id", "audience", "demand_id")
"""What of a body is the activity's own."""


async def draft(session: AsyncSession, caller: Caller, body: ActivityIn) -> Activity:
    """Write down an activity for a region of the caller's, or for an organization that they speak for."""
    await _check(session, caller, body)
    made = Activity(
        id=new_id(),
        state=ActivityState.DRAFT,
        made_by=caller.account_id,
        made_at=clock.now(),
        **{name: getattr(body, name) for name in FACTS},
    )
    session.add(made)
    await session.flush()  # all that follows refers to it
    await _lay_out(session, made, body)
    tell(session, made, ActivityEvent.DRAFTED, caller)
    return made


async def change(session: AsyncSession, caller: Caller, activity_id: uuid.UUID, body: ActivityIn) -> Activity:
    """Write a draft anew; what is published is changed shift by shift."""
    activity = await queries.activity(session, caller, activity_id, lock=True)
    await people.require(session, caller, activity, ActivityAction.CHANGE)
    await _check(session, caller, body)
    activity.state = moved(activity.state, ActivityAction.CHANGE)
    for name in FACTS:
        setattr(activity, name, getattr(body, name))
    await queries.forget_draft(session, activity.id)
    await _lay_out(session, activity, body)
    tell(session, activity, ActivityEvent.CHANGED, caller)
    return activity


async def _check(session: AsyncSession, caller: Caller, body: ActivityIn) -> None:
    hosts = body.organization_id is not None and body.organization_id in caller.organization_ids
    if not hosts and not caller.covers(body.region_code, DISPATCHERS):
        raise Forbidden
    if body.category is not None:
        check_category(body.category)
    if await regions.region(session, body.region_code) is None:
        raise UnknownRegion
    if body.organization_id and await organizations.organization(session, body.organization_id) is None:
        raise InvalidRequest.field("organization_id", "unknown_id", "没有这个组织", "there is no such organization")
    if body.demand_id is not None:
        await demands.demand(session, caller, body.demand_id)
    known = await members.members(session, body.leader_ids)
    for index, one in enumerate(body.leader_ids):
        if one not in known:
            where = f"leader_ids.{index}"
            raise InvalidRequest.field(where, "unknown_id", "没有这位党员", "there is no such member")


async def _lay_out(session: AsyncSession, activity: Activity, body: ActivityIn) -> None:
    session.add_all(Leader(activity_id=activity.id, member_id=one) for one in dict.fromkeys(body.leader_ids))
    session.add_all(
        Item(activity_id=activity.id, position=position, name=one.name, people=one.people)
        for position, one in enumerate(body.items)
    )
    session.add_all(
        Spot(id=new_id(), activity_id=activity.id, position=position, name=one.name, address=one.address)
        for position, one in enumerate(body.spots)
    )
    await session.flush()  # slots refer to the spots
    for index, series in enumerate(body.shifts):
        await scheduling.plan(session, activity, series, f"shifts.{index}")


async def publish(session: AsyncSession, caller: Caller, activity_id: uuid.UUID) -> Activity:
    """Open a draft to those whom it is for; the desk's word."""
    activity = await queries.activity(session, caller, activity_id, lock=True)
    await people.require(session, caller, activity, ActivityAction.PUBLISH)
    published = moved(activity.state, ActivityAction.PUBLISH)
    if not await queries.shifts(session, activity.id, [ShiftState.PLANNED]):
        raise NothingToSignUpFor
    activity.state, activity.published_at = published, clock.now()
    tell(session, activity, ActivityEvent.PUBLISHED, caller)
    return activity


async def add_shifts(session: AsyncSession, caller: Caller, activity_id: uuid.UUID, body: ShiftsIn) -> Activity:
    """More dates for an activity that is published."""
    activity = await queries.activity(session, caller, activity_id, lock=True)
    await people.require(session, caller, activity, ActivityAction.ADD_SHIFTS)
    activity.state = moved(activity.state, ActivityAction.ADD_SHIFTS)
    added = await scheduling.plan(session, activity, body)
    tell(session, activity, ActivityEvent.SHIFTS_ADDED, caller, shift_ids=[one.id for one in added])
    return activity


async def cancel(session: AsyncSession, caller: Caller, activity_id: uuid.UUID, body: WhyIn) -> Activity:
    """Call an activity off with all its shifts that have not begun; one that has is left to its roll call."""
    seen = await queries.activity(session, caller, activity_id)
    await people.require(session, caller, seen, ActivityAction.CANCEL)
    moved(seen.state, ActivityAction.CANCEL)
    for shift in await queries.shifts(session, seen.id, [ShiftState.PLANNED]):
        if shift.starts_at > clock.now():
            await scheduling.call_off(session, caller, seen, shift.id, body.reason)
    activity = await queries.locked_activity(session, seen.id)  # after its shifts, as whatever closes one
    activity.state = moved(activity.state, ActivityAction.CANCEL)
    activity.reason, activity.ended_at = body.reason, clock.now()
    tell(session, activity, ActivityEvent.CANCELLED, caller)
    return activity
