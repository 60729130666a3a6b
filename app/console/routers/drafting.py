"""The form of an activity: a new one, an earlier one held again, a draft changed; saved, or published at once."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.activities import copying, people, publishing, queries
from app.activities.lifecycle import ActivityAction, moved
from app.activities.models import Activity
from app.activities.schemas import ActivityIn
from app.console import drafting, forms, rendering
from app.console.drafting import Values
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.demands.models import Audience
from app.kit import problems
from app.kit.errors import AppError, InvalidRequest, Text
from app.kit.http import Session
from app.kit.schema import Id, IdFilter
from app.policies.activity_rules import ActivityKind

router = APIRouter(route_class=DeskRoute)
FORM, MORE, FIND = "draft", "_more", "find"


class NotSavedYet(InvalidRequest):
    code = "not_saved_yet"
    title = Text("尚未保存，可以接着填写", "Not saved yet, go on")


class Asked(BaseModel):
    """An earlier activity that is held again, or the demand that a new one serves."""

    like: IdFilter = None
    demand: IdFilter = None


@router.get("/activities/new")
async def new(request: Request, session: Session, caller: DeskCaller, asked: Annotated[Asked, Query()]) -> Response:
    """The form, empty or filled in from what there is."""
    caller.require(DISPATCHERS)
    values: Values = {}
    if asked.like:
        values = await drafting.again(session, caller, asked.like)
    elif asked.demand:
        values = await drafting.for_demand(session, caller, asked.demand)
    return await _form(request, session, caller, values)


@router.post("/activities/new")
async def write(request: Request, session: Session, caller: DeskCaller, form: Form) -> Response:
    """Save it as a draft, or publish it in the same breath."""
    caller.require(DISPATCHERS)
    return await _save(request, session, caller, form, None)


@router.get("/activities/{activity_id}/change")
async def draft(request: Request, session: Session, caller: DeskCaller, activity_id: Id) -> Response:
    """A draft in its form."""
    found = await _draft(session, caller, activity_id)
    return await _form(request, session, caller, forms.said(await copying.written(session, caller, found)), found)


@router.post("/activities/{activity_id}/change")
async def change(request: Request, session: Session, caller: DeskCaller, form: Form, activity_id: Id) -> Response:
    """Write a draft anew."""
    return await _save(request, session, caller, form, await _draft(session, caller, activity_id))


async def _draft(session: AsyncSession, caller: Caller, activity_id: uuid.UUID) -> Activity:
    found = await queries.activity(session, caller, activity_id)
    await people.require(session, caller, found, ActivityAction.CHANGE)
    moved(found.state, ActivityAction.CHANGE)
    return found


async def _save(
    request: Request, session: AsyncSession, caller: Caller, form: FormData, found: Activity | None
) -> Response:
    values = forms.closed_up(form)
    try:
        if MORE in values:
            raise NotSavedYet
        async with session.begin_nested():
            saved = await _saved(session, caller, values, found)
    except (AppError, IntegrityError) as error:
        again = Again(FORM, problems.refusal(error), forms.typed(values))
        return await _form(request, session, caller, again.values, found, again=again)
    done = "publish" if saved.published_at else "draft"
    return PlainTextResponse(f"{PLACE}/activities/{saved.id}?done=activity_{done}")


async def _saved(session: AsyncSession, caller: Caller, values: FormData, found: Activity | None) -> Activity:
    """Who says it in one sentence has said it: the title is the description then."""
    said = values.multi_items()
    if "description" not in values:
        said.append(("description", str(values.get("title", ""))))
    body = forms.body(FormData(said), ActivityIn)
    if found:
        saved = await publishing.change(session, caller, found.id, body)
    else:
        saved = await publishing.draft(session, caller, body)
    if values.get("then") == "publish":
        await publishing.publish(session, caller, saved.id)
    return saved


async def _form(
    request: Request,
    session: AsyncSession,
    caller: Caller,
    values: Values,
    found: Activity | None = None,
    again: Again | None = None,
) -> Response:
    return rendering.page(
        request,
        "draft.html",
        caller,
        again=again,
        sheet=await drafting.sheet(session, caller, values, looked_for=FIND in values.get(MORE, [])),
        found=found,
        like=request.query_params.get("like"),
        kinds=rendering.options([*ActivityKind]),
        audiences=rendering.options([*Audience]),
        categories=[("", "—"), *rendering.categories().items()],
    )
