"""What needs the desk now, and every demand of its region."""

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.console import rendering, waiting, wording
from app.console.route import DeskCaller, DeskRoute
from app.demands import listing
from app.demands.lifecycle import Reason, State
from app.demands.schemas import DemandFilter
from app.kit.errors import InvalidRequest
from app.kit.http import Session

router = APIRouter(route_class=DeskRoute)
FILTERS = ("needs_desk", "overdue", "q", "state", "category", "region", "cursor")


def _wanted(request: Request, scope: str) -> DemandFilter:
    """What a list's form asks for; a field left blank is none."""
    asked = {name: value for name in FILTERS if (value := request.query_params.get(name, "").strip())}
    try:
        return DemandFilter.model_validate({**asked, "scope": scope})
    except ValidationError as error:
        raise InvalidRequest from error


@router.get("/")
async def work(request: Request, session: Session, caller: DeskCaller) -> Response:
    """What needs me now, the most urgent first."""
    wanted = _wanted(request, "desk")
    return rendering.page(
        request,
        "work.html",
        caller,
        found=await listing.demands(session, caller, wanted),
        counts=await listing.counts(session, caller),
        wanted=wanted,
        reasons=list(Reason),
        waiting=await waiting.waiting(session, caller),
        done=wording.done(request.query_params.get("done")),
    )


@router.get("/demands")
async def demands(request: Request, session: Session, caller: DeskCaller) -> Response:
    """Every demand under my grant, newest first."""
    wanted = _wanted(request, "region")
    return rendering.page(
        request,
        "demands.html",
        caller,
        found=await listing.demands(session, caller, wanted),
        wanted=wanted,
        states=list(State),
        categories=rendering.categories(),
    )
