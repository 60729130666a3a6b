"""One demand on one screen, and everything that its desk can do to it and to its claims."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import Caller
from app.console import forms, rendering, reviewing, verbs, wording
from app.console.rendering import Again
from app.console.reviewing import Review, Wanted
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.demands import listing
from app.kit.http import Session
from app.kit.schema import Id

Name = Annotated[str, Field(max_length=60), AfterValidator(str.strip)]


class Asked(BaseModel):
    """What of the screen is asked for."""

    contact: bool = False
    candidates: bool = False
    who: Name = ""
    unit: Name = ""
    place: Name = ""
    since: str | None = None
    done: str | None = None


router = APIRouter(route_class=DeskRoute)
Text = Annotated[str, Query(max_length=60)]
USUAL = Wanted()
CHOSEN = {"several": "member_ids", "leaders": "leader_ids"}
"""The field of members to choose from, where it is not that of one."""


@router.get("/demands/{demand_id}")
async def demand(
    request: Request, session: Session, caller: DeskCaller, demand_id: Id, wanted: Annotated[Asked, Query()]
) -> Response:
    """The screen; with `contact` it shows whom to call, with `candidates` whom to ask: both are kept as seen."""
    asked = Wanted(**wanted.model_dump(exclude={"done"}))
    found = await _reviewed(request, session, caller, demand_id, asked)
    return _screen(request, caller, found, asked, done=wording.done(wanted.done))


@router.post("/demands/{demand_id}/{action}")
async def act(
    request: Request, session: Session, caller: DeskCaller, form: Form, demand_id: Id, action: str
) -> Response:
    """Do something to a demand."""
    verb = verbs.find(verbs.OF_DEMANDS, action)
    if refusal := await verbs.tried(session, caller, verb, demand_id, form):
        return await _again(request, session, caller, demand_id, Again(action, refusal, forms.typed(form)))
    place = f"{PLACE}/" if verb.leaves else f"{PLACE}/demands/{demand_id}"
    return PlainTextResponse(f"{place}?done={action}")


@router.post("/claims/{claim_id}/{action}")
async def act_on_claim(
    request: Request, session: Session, caller: DeskCaller, form: Form, claim_id: Id, action: str
) -> Response:
    """Do something to a claim, for somebody who is offline."""
    verb = verbs.find(verbs.OF_CLAIMS, action)
    found = await listing.one_claim(session, caller, claim_id)
    if refusal := await verbs.tried(session, caller, verb, claim_id, form):
        again = Again(f"{action} {claim_id}", refusal, forms.typed(form))
        return await _again(request, session, caller, found.demand_id, again)
    return PlainTextResponse(f"{PLACE}/demands/{found.demand_id}?done={action}")


async def _again(
    request: Request, session: AsyncSession, caller: Caller, demand_id: uuid.UUID, again: Again
) -> Response:
    return _screen(request, caller, await _reviewed(request, session, caller, demand_id), again=again)


async def _reviewed(
    request: Request, session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: Wanted = USUAL
) -> Review:
    return await reviewing.review(session, caller, request.app.state.keyring, demand_id, wanted)


def _screen(
    request: Request,
    caller: Caller,
    shown: Review,
    sought: Wanted = USUAL,
    *,
    again: Again | None = None,
    done: str | None = None,
) -> Response:
    categories = [(one.code, one.name) for one in shown.categories]
    questions = {asked.code: asked.text for one in shown.categories for asked in one.questions}
    return rendering.page(
        request,
        "demand.html",
        caller,
        again=again,
        review=shown,
        sought=sought,
        categories=categories,
        questions=questions,
        done=done,
    )


@router.get("/members")
async def members(request: Request, session: Session, caller: DeskCaller, kind: str, who: Text = "") -> Response:
    """Members to choose from, as a part of a form: `one`, `several`, or those who lead an activity."""
    found, field = await reviewing.members_found(session, caller, who), CHOSEN.get(kind, "member_id")
    return rendering.page(request, "members.html", caller, found=found, asked=who, field=field)


@router.get("/similar")
async def similar(
    request: Request, session: Session, caller: DeskCaller, title: Text = "", region_code: Text = ""
) -> Response:
    """What was asked for nearby in like words, as a part of the form of filing."""
    found = await reviewing.similar_found(session, caller, title.strip(), region_code)
    return rendering.page(request, "similar.html", caller, found=found, asked=title.strip())


@router.get("/places")
async def places(request: Request, session: Session, caller: DeskCaller, place: Text = "") -> Response:
    """Communities and what stands above them, by their names, as a part of a form."""
    found = await reviewing.places_found(session, place)
    return rendering.page(request, "places.html", caller, found=found, asked=place)


@router.get("/organizations")
async def organizations(
    request: Request, session: Session, caller: DeskCaller, unit: Text = "", kind: str = "several"
) -> Response:
    """Organizations to choose from, as a part of a form: several, or `one`."""
    found = await reviewing.organizations_found(session, caller, unit)
    return rendering.page(request, "organizations.html", caller, found=found, asked=unit, several=kind != "one")
