"""Phones that several members share: the desk says who an account is."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.console import forms, rendering, verbs, waiting, wording
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit.http import Session
from app.kit.pagination import PageRequest
from app.kit.schema import Id
from app.members import listing

router = APIRouter(route_class=DeskRoute)


@router.get("/bindings")
async def bindings(
    request: Request, session: Session, caller: DeskCaller, cursor: str | None = None, done: str | None = None
) -> Response:
    """The accounts that wait to be told apart; that members' names were read is kept."""
    return await _list(request, session, caller, cursor, done=wording.done(done))


@router.post("/bindings/{binding_id}/{action}")
async def decide(
    request: Request, session: Session, caller: DeskCaller, form: Form, binding_id: Id, action: str
) -> Response:
    """Say who an account is, or that it is none of the candidates."""
    verb = verbs.find(verbs.OF_BINDINGS, action)
    if refusal := await verbs.tried(session, caller, verb, binding_id, form):
        again = Again(f"{action} {binding_id}", refusal, forms.typed(form))
        return await _list(request, session, caller, None, again=again)
    return PlainTextResponse(f"{PLACE}/bindings?done=binding_decided")


async def _list(request: Request, session: AsyncSession, caller: Caller, cursor: str | None, **more: Any) -> Response:
    shown = {"done": None, "again": None, **more}
    return rendering.page(
        request,
        "bindings.html",
        caller,
        found=await listing.bindings(session, caller, PageRequest(cursor=cursor)),
        cursor=cursor,
        decides=caller.reach(DISPATCHERS),
        waiting=await waiting.waiting(session, caller),
        **shown,
    )
