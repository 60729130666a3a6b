"""Appeals that this desk must decide, complaints and suggestions that it must answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import Caller
from app.console import forms, rendering, verbs, waiting, wording
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit.http import Session
from app.kit.schema import Id
from app.oversight.appeals import listing
from app.oversight.appeals.models import AppealKind
from app.oversight.appeals.schemas import AppealFilter, ComplaintFilter

router = APIRouter(route_class=DeskRoute)
UNITS = {AppealKind.HOURS: "分钟数", AppealKind.POINTS: "积分"}
"""What an upheld appeal over something of the ledger gives an amount of."""


@router.get("/appeals")
async def appeals(request: Request, session: Session, caller: DeskCaller, cursor: str | None = None) -> Response:
    """The appeals that wait for my desk, oldest first."""
    found = await listing.appeals(session, caller, AppealFilter(scope="desk", cursor=cursor))
    return rendering.page(
        request,
        "appeals.html",
        caller,
        found=found,
        cursor=cursor,
        waiting=await waiting.waiting(session, caller),
    )


@router.get("/appeals/{appeal_id}")
async def appeal(
    request: Request, session: Session, caller: DeskCaller, appeal_id: Id, done: str | None = None
) -> Response:
    """One appeal, to be decided."""
    return await _appeal(request, session, caller, appeal_id, done=wording.done(done))


@router.post("/appeals/{appeal_id}/{action}")
async def decide(
    request: Request, session: Session, caller: DeskCaller, form: Form, appeal_id: Id, action: str
) -> Response:
    """Say whether an appeal is right."""
    verb = verbs.find(verbs.OF_APPEALS, action)
    if refusal := await verbs.tried(session, caller, verb, appeal_id, form):
        return await _appeal(request, session, caller, appeal_id, again=Again(action, refusal, forms.typed(form)))
    return PlainTextResponse(f"{PLACE}/appeals/{appeal_id}?done=appeal_decided")


async def _appeal(request: Request, session: AsyncSession, caller: Caller, appeal_id: Id, **more: Any) -> Response:
    found = await listing.appeal(session, caller, appeal_id)
    shown = {"done": None, **more}
    return rendering.page(request, "appeal.html", caller, appeal=found, unit=UNITS.get(found.subject_kind), **shown)


@router.get("/complaints")
async def complaints(
    request: Request,
    session: Session,
    caller: DeskCaller,
    scope: Annotated[str, Query(pattern="^(desk|region)$")] = "desk",
    cursor: str | None = None,
) -> Response:
    """Complaints and suggestions: those that wait for my desk, or all of my region."""
    found = await listing.complaints(session, caller, ComplaintFilter(scope=scope, cursor=cursor))
    return rendering.page(
        request,
        "complaints.html",
        caller,
        found=found,
        scope=scope,
        cursor=cursor,
        waiting=await waiting.waiting(session, caller),
    )


@router.get("/complaints/{complaint_id}")
async def complaint(
    request: Request, session: Session, caller: DeskCaller, complaint_id: Id, done: str | None = None
) -> Response:
    """One complaint or suggestion, to be answered."""
    return await _complaint(request, session, caller, complaint_id, done=wording.done(done))


@router.post("/complaints/{complaint_id}/{action}")
async def answer(
    request: Request, session: Session, caller: DeskCaller, form: Form, complaint_id: Id, action: str
) -> Response:
    """Answer for the desk."""
    verb = verbs.find(verbs.OF_COMPLAINTS, action)
    if refusal := await verbs.tried(session, caller, verb, complaint_id, form):
        again = Again(action, refusal, forms.typed(form))
        return await _complaint(request, session, caller, complaint_id, again=again)
    return PlainTextResponse(f"{PLACE}/complaints/{complaint_id}?done=complaint_answered")


async def _complaint(
    request: Request, session: AsyncSession, caller: Caller, complaint_id: Id, **more: Any
) -> Response:
    found = await listing.complaint(session, caller, complaint_id)
    return rendering.page(request, "complaint.html", caller, complaint=found, **{"done": None, **more})
