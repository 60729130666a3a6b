"""The routes of the desk's pages: as those of the API, but with a cookie, and with forms instead of JSON."""

import hashlib
import uuid
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from app.access import desk_session
from app.access.caller import Caller
from app.kit.errors import AppError, Forbidden, Text
from app.kit.http import Handle, TransactionalRoute

COOKIE, PLACE = "yihu_desk", "/desk"
SAFE = frozenset({"GET", "HEAD"})


class ForeignForm(AppError):
    status, code = 403, "foreign_form"
    title = Text("请求来自其他网站，已拒绝", "The form was sent from another site")


class StaleForm(AppError):
    status, code = 403, "stale_form"
    title = Text("页面是上次登录时打开的，请刷新后再提交", "The page was opened in an earlier session")


class NotStaff(Forbidden):
    code = "not_staff"
    title = Text("工作台仅供社区、街道工作人员使用", "The desk pages are for staff")


class PageRoute(TransactionalRoute):
    """A page that anybody may open; a form on it must come from this site."""

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID | None:  # noqa: ARG002
        """Nobody in particular, once it is known where a form came from."""
        refuse_foreign(request)
        return None


class DeskRoute(TransactionalRoute):
    """A page for signed-in staff; what it answers 200 to a form is where the browser goes next (303).

    So that is what is kept for a second sending of the same form, such as a double click.
    """

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID:
        """Resolve the cookie's session; a revoked sign-in or grant counts from this request on."""
        refuse_foreign(request)
        if request.method not in SAFE:
            request.state.form = await request.form()
        keyring = request.app.state.keyring
        desk = await desk_session.desk(session, keyring, request.cookies.get(COOKIE, ""))
        request.state.desk, caller = desk, desk.caller
        if request.method not in SAFE:
            token = request.state.form.get("_token")
            if not desk_session.is_form_token(keyring, caller, token if isinstance(token, str) else ""):
                raise StaleForm
        if not caller.is_staff and not request.url.path.endswith("/sign-out"):
            raise NotStaff
        return caller.account_id

    def takes_kept_places(self, request: Request) -> bool:
        """Whoever has signed in at a desk goes on working while a crowd asks for more than can be done."""
        return desk_session.is_ours(request.app.state.keyring, request.cookies.get(COOKIE, ""))

    async def key_of(self, request: Request) -> str | None:
        """A form carries a secret of its own, so the same bytes to the same place are the same sending."""
        return hashlib.sha256(request.url.path.encode() + b"\n" + await request.body()).hexdigest()

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def lead(request: Request) -> Response:
            if request.method not in SAFE:
                await request.body()  # kept, so that the form can be read from it and the whole of it be digested
            answer = await handle(request)
            if request.method in SAFE or answer.status_code >= 300:
                return answer
            return RedirectResponse(bytes(answer.body).decode(), 303, {"Cache-Control": "no-store"})

        return lead


def refuse_foreign(request: Request) -> None:
    """Raise `ForeignForm` unless what changes something was sent from a page of this very host."""
    if request.method in SAFE:
        return
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignForm


def _caller_of(request: Request) -> Caller:
    desk: desk_session.Desk = request.state.desk
    return desk.caller


async def _form_of(request: Request) -> FormData:
    return await request.form()  # read before and kept by the request


DeskCaller = Annotated[Caller, Depends(_caller_of)]
"""Whoever is signed in at a desk."""
Form = Annotated[FormData, Depends(_form_of)]
"""What was sent."""


def is_secure(request: Request) -> bool:
    """Whether the cookie may only travel encrypted: always in production, else where the page itself does."""
    return request.url.scheme == "https" or request.app.state.settings.env == "production"


def signed_in(request: Request, cookie: str, to: str) -> Response:
    """Go on with a session."""
    answer = RedirectResponse(to, 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(desk_session.LIFE.total_seconds()),
        path=PLACE,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer
