"""`/activities`, `/shifts` and `/slots`: what people come together for."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.activities import listing, presenting, publishing, scheduling
from app.activities.schemas import (
    ActivityDetail,
    ActivityFilter,
    ActivityIn,
    ActivityOut,
    CapacityIn,
    MoveIn,
    ShiftsIn,
    WhyIn,
)
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id

router = APIRouter(tags=["activities 活动"], route_class=CallerRoute)


@router.get("/activities")
async def activities(
    session: Session, caller: SignedInCaller, wanted: Annotated[ActivityFilter, Query()]
) -> Page[ActivityOut]:
    """Activities: open ones of my region, mine, or my desk's."""
    return await listing.activities(session, caller, wanted)


@router.post("/activities", status_code=status.HTTP_201_CREATED)
async def draft(session: Session, caller: SignedInCaller, body: ActivityIn) -> ActivityDetail:
    """Write an activity down, for the desk of its region or the organization that holds it."""
    return await presenting.activity_out(session, caller, await publishing.draft(session, caller, body))


@router.get("/activities/{activity_id}")
async def activity(session: Session, caller: SignedInCaller, activity_id: Id) -> ActivityDetail:
    """One activity with its shifts, and what I signed up for."""
    return await listing.activity(session, caller, activity_id)


@router.put("/activities/{activity_id}")
async def change(session: Session, caller: SignedInCaller, activity_id: Id, body: ActivityIn) -> ActivityDetail:
    """Write a draft anew."""
    return await presenting.activity_out(session, caller, await publishing.change(session, caller, activity_id, body))


@router.post("/activities/{activity_id}/publish")
async def publish(session: Session, caller: SignedInCaller, activity_id: Id) -> ActivityDetail:
    """Open it to those whom it is for."""
    return await presenting.activity_out(session, caller, await publishing.publish(session, caller, activity_id))


@router.post("/activities/{activity_id}/shifts", status_code=status.HTTP_201_CREATED)
async def add_shifts(session: Session, caller: SignedInCaller, activity_id: Id, body: ShiftsIn) -> ActivityDetail:
    """Add a date, or a series of them."""
    found = await publishing.add_shifts(session, caller, activity_id, body)
    return await presenting.activity_out(session, caller, found)


@router.post("/activities/{activity_id}/cancel")
async def cancel(session: Session, caller: SignedInCaller, activity_id: Id, body: WhyIn) -> ActivityDetail:
    """Call it off."""
    return await presenting.activity_out(session, caller, await publishing.cancel(session, caller, activity_id, body))


@router.post("/shifts/{shift_id}/move")
async def move(session: Session, caller: SignedInCaller, shift_id: Id, body: MoveIn) -> ActivityDetail:
    """Put one date at other hours; everybody keeps their place and may leave it freely."""
    shift = await scheduling.move(session, caller, shift_id, body)
    return await listing.activity(session, caller, shift.activity_id)


@router.post("/shifts/{shift_id}/cancel")
async def cancel_shift(session: Session, caller: SignedInCaller, shift_id: Id, body: WhyIn) -> ActivityDetail:
    """Call one date off."""
    shift = await scheduling.cancel(session, caller, shift_id, body)
    return await listing.activity(session, caller, shift.activity_id)


@router.put("/slots/{slot_id}")
async def resize(session: Session, caller: SignedInCaller, slot_id: Id, body: CapacityIn) -> ActivityDetail:
    """Make room for more or fewer; who waits comes in."""
    return await presenting.activity_out(session, caller, await scheduling.resize(session, caller, slot_id, body))
