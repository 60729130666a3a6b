"""`/q/{code}`: the page that any camera opens, for everybody, without script, cookie or sign-in."""

from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.certificates import presenting as certificates
from app.certificates.schemas import CertifiedOut
from app.checkins import landing
from app.checkins.landing import SAYINGS, Landing, Verdict
from app.checkins.wording import NO_PHONE, OF_PURPOSE
from app.console import rendering
from app.console.route import PageRoute
from app.console.shell import Shell
from app.kit import codes, problems
from app.kit.codes import Purpose
from app.kit.crypto import Keyring
from app.kit.errors import AppError, NotFound
from app.kit.http import Session

STATUSES = {Verdict.LIVE: 200, Verdict.NOT_YET: 200, Verdict.NOT_OURS: 404, Verdict.FORGED: 404}
"""Every other code of ours is gone."""
SCHEME = "weixin://dl/business/?appid={app_id}&path=pages/code/index&query={query}"
"""Opens a mini-program from outside of WeChat; its page must be declared there (明文 URL Scheme)."""
router = APIRouter(route_class=PageRoute)


@router.api_route("/{text}", methods=["GET", "HEAD"])
async def page(request: Request, session: Session, text: str) -> Response:
    """What a code is, whether it counts, and what to do next."""
    keyring, settings = request.app.state.keyring, request.app.state.settings
    found = await landing.read(session, keyring, text)
    certified = None
    if found.code and found.code.purpose is Purpose.CERTIFICATE:
        found, certified = await _certified(session, keyring, found)
    html = rendering.TEMPLATES.get_template("code.html").render(
        found=found,
        certified=certified,
        saying=SAYINGS[found.verdict],
        number=codes.in_groups(found.code.number) if found.code and found.place else "",
        words=OF_PURPOSE[found.place.purpose] if found.place else None,
        mini_program=_link(settings.wechat_app_id, found),
        no_phone=NO_PHONE,
    )
    return HTMLResponse(html, STATUSES.get(found.verdict, 410), {"Cache-Control": "no-store"})


async def _certified(session: AsyncSession, keyring: Keyring, found: Landing) -> tuple[Landing, CertifiedOut | None]:
    """What a certificate says; of one that ended, or whose member has gone, that it does not count."""
    try:
        told = await certificates.certified(session, keyring, found.code.text if found.code else "")
    except NotFound:
        return Landing(Verdict.REVOKED, found.code), None
    return (Landing(Verdict.REVOKED, found.code) if told.revoked_at else found), told


def _link(app_id: str | None, found: Landing) -> str | None:
    if app_id is None or found.code is None or found.verdict is not Verdict.LIVE:
        return None
    return SCHEME.format(app_id=app_id, query=quote(f"scene={found.code.text}", safe=""))


def create_landing(state: State) -> FastAPI:
    """The page as an application of its own, sharing the service's state."""
    made = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, middleware=[Middleware(Shell)], routes=router.routes
    )
    made.state = state
    for kind in problems.KNOWN:
        made.add_exception_handler(kind, _refuse)
    return made


def refuse(refusal: AppError) -> ASGIApp:
    """How what stands before all routes refuses whoever asked for this page."""
    return Shell(partial(_refused, refusal))


async def _refused(refusal: AppError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = await _refuse(Request(scope), refusal)
    await answer(scope, receive, send)


async def _refuse(_request: Request, error: Exception) -> Response:
    refusal = problems.refusal(error)
    html = rendering.TEMPLATES.get_template("code_refused.html").render(refusal=refusal)
    headers = {"Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return HTMLResponse(html, refusal.status, headers)
