"""Activities: the list, one with the roll of a shift, the roll called by hand, and entries after the fact."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import Caller
from app.activities import listing, queries
from app.activities.lifecycle import Mark, ShiftState
from app.activities.schemas import ActivityFilter, LateEntryFilter, ShiftOut
from app.console import forms, rendering, reviewing, verbs, wording
from app.console.rendering import Again
from app.console.reviewing import WHOLE
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit.http import Session
from app.kit.pagination import PageRequest
from app.kit.schema import Id

router = APIRouter(route_class=DeskRoute)


class Asked(BaseModel):
    """Which shift's roll is shown, from where on, and a member who is looked for by name."""

    shift: Id | None = None
    cursor: str | None = None
    who: Annotated[str, Field(max_length=60), AfterValidator(str.strip)] = ""
    done: str | None = None


@router.get("/activities")
async def activities(
    request: Request, session: Session, caller: DeskCaller, cursor: str | None = None, done: str | None = None
) -> Response:
    """The activities of my regions, the newest first, below the entries that wait for a second person."""
    return await _list(request, session, caller, cursor, done=wording.done(done))


@router.get("/activities/{activity_id}")
async def activity(
    request: Request, session: Session, caller: DeskCaller, activity_id: Id, asked: Annotated[Asked, Query()]
) -> Response:
    """One activity with its shifts, and the roll of one of them; that members' names were read is kept."""
    return await _one(request, session, caller, activity_id, asked)


@router.post("/activities/{activity_id}/{action}")
async def act(
    request: Request, session: Session, caller: DeskCaller, form: Form, activity_id: Id, action: str
) -> Response:
    """Publish an activity or call it off."""
    verb = verbs.find(verbs.OF_ACTIVITIES, action)
    if refusal := await verbs.tried(session, caller, verb, activity_id, form):
        again = Again(action, refusal, forms.typed(form))
        return await _one(request, session, caller, activity_id, Asked(), again)
    return PlainTextResponse(f"{PLACE}/activities/{activity_id}?done=activity_{action}")


@router.post("/shifts/{shift_id}/{action}")
async def act_on_shift(
    request: Request, session: Session, caller: DeskCaller, form: Form, shift_id: Id, action: str
) -> Response:
    """Call the roll of a shift, enter a presence after the fact, move a date or call it off."""
    verb = verbs.find(verbs.OF_SHIFTS, action)
    _, found = await queries.shift_and_activity(session, caller, shift_id)
    if refusal := await verbs.tried(session, caller, verb, shift_id, form):
        again = Again(f"{action} {shift_id}", refusal, forms.typed(form))
        return await _one(request, session, caller, found.id, Asked.model_construct(shift=shift_id), again)
    return PlainTextResponse(f"{PLACE}/activities/{found.id}?shift={shift_id}&done=shift_{action}")


@router.post("/late-entries/{entry_id}/{action}")
async def decide(
    request: Request, session: Session, caller: DeskCaller, form: Form, entry_id: Id, action: str
) -> Response:
    """Vouch for an entry after the fact, or refuse it."""
    verb = verbs.find(verbs.OF_LATE_ENTRIES, action)
    if refusal := await verbs.tried(session, caller, verb, entry_id, form):
        return await _list(request, session, caller, None, again=Again(f"{action} {entry_id}", refusal))
    return PlainTextResponse(f"{PLACE}/activities?done=late_entry_decided")


async def _list(request: Request, session: AsyncSession, caller: Caller, cursor: str | None, **more: Any) -> Response:
    shown = {"done": None, "again": None, **more}
    return rendering.page(
        request,
        "activities.html",
        caller,
        found=await listing.activities(session, caller, ActivityFilter(scope="desk", cursor=cursor)),
        cursor=cursor,
        entries=(await listing.late_entries(session, caller, LateEntryFilter(limit=WHOLE.limit))).items,
        **shown,
    )


async def _one(
    request: Request,
    session: AsyncSession,
    caller: Caller,
    activity_id: uuid.UUID,
    asked: Asked,
    again: Again | None = None,
) -> Response:
    found = await listing.activity(session, caller, activity_id)
    shift, roll = _chosen(found.shifts, asked.shift), None
    if shift and caller.covers(found.region_code):
        roll = await listing.roll(session, caller, shift.id, PageRequest(limit=WHOLE.limit, cursor=asked.cursor))
    return rendering.page(
        request,
        "activity.html",
        caller,
        again=again,
        found=found,
        shift=shift,
        asked=asked,
        roll=roll,
        people=[("", "—"), *((one.id, one.name) for one in (roll.items if roll else []))],
        members=await reviewing.members_found(session, caller, asked.who) if asked.who else [],
        marks=rendering.options([*Mark]),
        done=wording.done(asked.done),
    )


def _chosen(shifts: list[ShiftOut], wanted: uuid.UUID | None) -> ShiftOut | None:
    """The shift that is asked for, else the one that is on, else the next one, else the last."""
    for fits in (
        lambda one: one.id == wanted,
        lambda one: one.state == ShiftState.BEGUN,
        lambda one: one.state == ShiftState.PLANNED,
    ):
        if found := next(filter(fits, shifts), None):
            return found
    return shifts[-1] if shifts else None
