"""Scans that wait for a person, and those that are marked: let count or not, one or several at once."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.checkins import deciding
from app.checkins.scan_schemas import ScanFilter
from app.console import forms, rendering, verbs, waiting, wording
from app.console.rendering import Again
from app.console.reviewing import WHOLE
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit.errors import InvalidRequest, NotFound
from app.kit.http import Session
from app.kit.schema import Bool, Id

router = APIRouter(route_class=DeskRoute)


class Asked(BaseModel):
    """Whether those that are marked are shown, from where on, and what was just done."""

    flagged: bool = False
    cursor: str | None = None
    done: str | None = None


class Ticked(BaseModel):
    """The scans that were ticked, and whether they count."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=100)]
    accepted: Bool


@router.get("/scans")
async def scans(request: Request, session: Session, caller: DeskCaller, asked: Annotated[Asked, Query()]) -> Response:
    """What waits for my desk, the newest first; that members' names were read is kept."""
    return await _list(request, session, caller, asked)


@router.post("/scans/decide")
async def decide_many(request: Request, session: Session, caller: DeskCaller, form: Form) -> Response:
    """Decide alike of all that are ticked; what cannot be decided stays in the list."""
    caller.require(DISPATCHERS)
    try:
        ticked = forms.body(form, Ticked)
        verb = verbs.OF_SCANS["accept" if ticked.accepted else "refuse"]
        for one in ticked.ids:
            with suppress(NotFound):
                refusal = await verbs.tried(session, caller, verb, one, form)
                if isinstance(refusal, InvalidRequest):  # what is wrong with the form is wrong for each
                    raise refusal
    except InvalidRequest as error:
        return await _list(request, session, caller, Asked(), Again("many", error, forms.typed(form)))
    return PlainTextResponse(f"{PLACE}/scans?done=scans_decided")


@router.post("/scans/{scan_id}/{action}")
async def decide(
    request: Request, session: Session, caller: DeskCaller, form: Form, scan_id: Id, action: str
) -> Response:
    """Let a scan count, from when it was heard or from another moment, or refuse it."""
    verb = verbs.find(verbs.OF_SCANS, action)
    if refusal := await verbs.tried(session, caller, verb, scan_id, form):
        again = Again(f"{action} {scan_id}", refusal, forms.typed(form))
        return await _list(request, session, caller, Asked(), again)
    return PlainTextResponse(f"{PLACE}/scans?done=scan_decided")


async def _list(
    request: Request, session: AsyncSession, caller: Caller, asked: Asked, again: Again | None = None
) -> Response:
    return rendering.page(
        request,
        "scans.html",
        caller,
        again=again,
        found=await deciding.scans(
            session, caller, ScanFilter(flagged=asked.flagged, cursor=asked.cursor, limit=WHOLE.limit)
        ),
        asked=asked,
        waiting=await waiting.waiting(session, caller),
        done=wording.done(asked.done),
    )
