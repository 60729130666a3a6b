"""The pages as one application, mounted beside the API and sharing its state."""

from functools import partial

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from app.checkins.listing import PAGE
from app.console import forms, landing, rendering
from app.console.rendering import chosen
from app.console.route import PLACE, SAFE, ForeignForm, refuse_foreign
from app.console.routers import (
    activities,
    bindings,
    certificates,
    codes,
    demands,
    drafting,
    enrollments,
    filing,
    inbox,
    oversight,
    rosters,
    scans,
    signing_in,
    worklist,
)
from app.console.shell import Shell
from app.kit import problems
from app.kit.errors import AppError, TokenInvalid

ROUTERS = (
    signing_in.public,
    signing_in.router,
    worklist.router,
    filing.router,
    inbox.router,
    oversight.router,
    bindings.router,
    certificates.router,
    codes.router,
    enrollments.router,
    drafting.router,  # whose paths are no activity's
    scans.router,
    activities.router,
    rosters.sending,
    rosters.router,
    demands.router,
)

PAGE_ROUTES = APIRouter()
"""All pages, put together once in a process."""
for _router in ROUTERS:
    PAGE_ROUTES.include_router(_router)


def create_desk(state: State) -> FastAPI:
    """The pages; `state` is the service's own, which its start-up fills."""
    desk = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, middleware=[Middleware(Shell)], routes=PAGE_ROUTES.routes
    )
    desk.state = state
    for kind in problems.KNOWN:
        desk.add_exception_handler(kind, _refuse)
    desk.mount("/static", StaticFiles(packages=[("app.console", "static")]), name="static")
    desk.mount("/htmx", StaticFiles(packages=[("django_htmx", "static/django_htmx")]), name="htmx")
    return desk


async def _refuse(request: Request, error: Exception) -> Response:
    """A page for a refusal; whoever must sign in first is led there, and a form keeps what was typed."""
    refusal = problems.refusal(error)
    if isinstance(refusal, TokenInvalid) and request.method in SAFE:
        return _to_sign_in(request)
    return rendering.refused(request, refusal, await _typed(request))


async def _typed(request: Request) -> dict[str, list[str]]:
    """What was typed into a form of ours, also where nobody has read it yet."""
    if request.method in SAFE:
        return {}
    try:
        refuse_foreign(request)
        return forms.typed(await request.form())
    except (ForeignForm, HTTPException, ClientDisconnect):  # it is another's, or cannot be read
        return {}


def refuse(request: Request, refusal: AppError) -> ASGIApp:
    """How what stands before all routes refuses: with a page where pages are, with a problem document elsewhere."""
    if request.url.path.startswith(f"{PAGE}/"):
        return landing.refuse(refusal)
    if not f"{request.url.path}/".startswith(f"{PLACE}/"):
        return problems.response(request, refusal)
    return Shell(partial(_refused_page, refusal))


async def _refused_page(refusal: AppError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = await _refuse(Request(scope, receive), refusal)
    await answer(scope, receive, send)


def _to_sign_in(request: Request) -> Response:
    to = (
        ""
        if rendering.is_part(request)
        else f"{request.url.path}{'?' + request.url.query if request.url.query else ''}"
    )
    place = f"{PLACE}/sign-in" + (f"?{chosen(to=to)}" if to else "")
    headers = {"Cache-Control": "no-store"}
    if request.headers.get("hx-request"):  # a part of a page cannot become the sign-in page: the whole must
        return Response(status_code=204, headers={**headers, "HX-Redirect": place})
    return RedirectResponse(place, 303, headers)
