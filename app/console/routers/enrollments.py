"""Reports and wishes to leave that wait for this desk: one click each, or all of a page."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.console import forms, rendering, verbs, waiting, wording
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.enrollments import deciding, presenting
from app.enrollments.schemas import BatchIn, EnrollmentFilter
from app.kit.http import Session
from app.kit.schema import Id

router = APIRouter(route_class=DeskRoute)


@router.get("/enrollments")
async def enrollments(
    request: Request, session: Session, caller: DeskCaller, cursor: str | None = None, done: str | None = None
) -> Response:
    """What waits for my desk, oldest first; that members' names were read is kept."""
    return await _list(request, session, caller, cursor, done=wording.done(done))


@router.post("/enrollments/confirm")
async def confirm_many(session: Session, caller: DeskCaller, form: Form) -> Response:
    """Confirm every report of the page; what could not be stays in the list."""
    caller.require(DISPATCHERS)
    await deciding.confirm_many(session, caller, forms.body(form, BatchIn).ids)
    return PlainTextResponse(f"{PLACE}/enrollments?done=enrollments_confirmed")


@router.post("/enrollments/{enrollment_id}/{action}")
async def decide(
    request: Request, session: Session, caller: DeskCaller, form: Form, enrollment_id: Id, action: str
) -> Response:
    """Confirm or refuse a report, agree to an exit or not."""
    verb = verbs.find(verbs.OF_ENROLLMENTS, action)
    if refusal := await verbs.tried(session, caller, verb, enrollment_id, form):
        again = Again(f"{action} {enrollment_id}", refusal, forms.typed(form))
        return await _list(request, session, caller, None, again=again)
    return PlainTextResponse(f"{PLACE}/enrollments?done=enrollment_{action}")


async def _list(request: Request, session: AsyncSession, caller: Caller, cursor: str | None, **more: Any) -> Response:
    shown = {"done": None, "again": None, **more}
    return rendering.page(
        request,
        "enrollments.html",
        caller,
        found=await presenting.enrollments(session, caller, EnrollmentFilter(scope="desk", cursor=cursor)),
        cursor=cursor,
        waiting=await waiting.waiting(session, caller),
        **shown,
    )
