"""The codes of places: made, renewed and revoked, printed as posters, and shown on a screen."""

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.checkins import listing, placing, qr
from app.checkins.listing import Site
from app.checkins.models import PlacePurpose
from app.checkins.router import printed, site_of
from app.checkins.schemas import MOST_POSTERS, PlaceIn, PlacesWanted
from app.checkins.wording import NO_PHONE
from app.console import forms, rendering, reviewing, verbs, wording
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit import clock
from app.kit.errors import AppError
from app.kit.http import Session
from app.kit.schema import Id
from app.regions import listing as regions

router = APIRouter(route_class=DeskRoute)
Here = Annotated[Site, Depends(site_of)]
Chosen = Annotated[list[Id], Query(min_length=1, max_length=MOST_POSTERS)]


class Asked(BaseModel):
    """Which page of the list, or the number that somebody reads out; and a community that is looked for."""

    cursor: str | None = None
    number: Annotated[str, Field(max_length=40)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    done: str | None = None


@router.get("/codes")
async def codes(request: Request, session: Session, caller: DeskCaller, asked: Annotated[Asked, Query()]) -> Response:
    """The codes of my regions, the newest first; or the one whose number somebody reads out."""
    return await _list(request, session, caller, asked)


@router.post("/codes")
async def make(request: Request, session: Session, caller: DeskCaller, form: Form) -> Response:
    """Make the code of a place."""
    caller.require(DISPATCHERS)
    try:
        await placing.make(session, caller, forms.body(form, PlaceIn))
    except AppError as error:
        return await _list(request, session, caller, Asked(), Again("make", error, forms.typed(form)))
    return PlainTextResponse(f"{PLACE}/codes?done=code_made")


@router.post("/codes/{place_id}/{action}")
async def change(
    request: Request, session: Session, caller: DeskCaller, form: Form, place_id: Id, action: str
) -> Response:
    """Renew or revoke a code."""
    verb = verbs.find(verbs.OF_PLACES, action)
    if refusal := await verbs.tried(session, caller, verb, place_id, form):
        return await _list(request, session, caller, Asked(), Again(f"{action} {place_id}", refusal, forms.typed(form)))
    return PlainTextResponse(f"{PLACE}/codes?done=code_changed")


@router.get("/codes/posters")
async def posters(
    request: Request, session: Session, caller: DeskCaller, site: Here, place_id: Chosen, as_pdf: bool = False
) -> Response:
    """The posters of some places, to be printed from the browser or as a file."""
    found = await listing.posters(session, caller, site, place_id)
    if as_pdf:
        return await printed(found)
    return rendering.page(request, "posters.html", posters=found, svg=qr.svg, no_phone=NO_PHONE)


@router.get("/codes/{place_id}/screen")
async def screen(request: Request, session: Session, caller: DeskCaller, site: Here, place_id: Id) -> Response:
    """The rotating code of a place, which the page itself asks for anew."""
    place = await listing.place(session, caller, site, place_id)
    code = await listing.screen_code(session, caller, site, place_id)
    left = math.ceil((code.next_at - clock.now()).total_seconds())
    return rendering.page(request, "screen.html", place=place, code=code, svg=qr.svg, left=max(1, left))


async def _list(
    request: Request, session: AsyncSession, caller: Caller, asked: Asked, again: Again | None = None
) -> Response:
    near = await regions.communities(session, caller.reach(DISPATCHERS))
    wanted, sought = PlacesWanted(cursor=asked.cursor, number=asked.number.strip() or None), asked.place.strip()
    return rendering.page(
        request,
        "codes.html",
        caller,
        again=again,
        found=await listing.places(session, caller, await site_of(request), wanted),
        wanted=wanted,
        makes=bool(caller.reach(DISPATCHERS)),
        places=[(one.code, one.full_name) for one in near] if len(near) < regions.MOST_TO_CHOOSE else [],
        sought=sought,
        found_places=await reviewing.places_found(session, sought) if sought else [],
        purposes=rendering.options([*PlacePurpose]),
        done=wording.done(asked.done),
    )
