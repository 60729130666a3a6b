"""Signing in and out at a desk."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from app.access import desk_session, signing_in
from app.access.errors import TooManyAttempts, WrongPassword
from app.access.schemas import PasswordIn
from app.console import forms, rendering
from app.console.rendering import Again
from app.console.route import COOKIE, PLACE, DeskCaller, DeskRoute, Form, PageRoute, signed_in
from app.kit.errors import InvalidRequest
from app.kit.http import Handle, Session

OURS = re.compile(PLACE + r"/[\w\-./?=&%]*")
"""Where signing in may lead: to a page of ours and nowhere else."""
SIGN_IN = "/sign-in"


class SignInRoute(PageRoute):
    """The sign-in form is shown again where it was refused; the refusal's writes are committed before."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def show_again(request: Request) -> Response:
            await request.body()  # kept for the form that is shown again
            try:
                return await handle(request)
            except (WrongPassword, TooManyAttempts, InvalidRequest) as refusal:
                typed = forms.typed(await request.form())
                return rendering.page(
                    request, "sign_in.html", again=Again("sign-in", refusal, typed), to=typed.get("to", [""])[0]
                )

        return show_again


public = APIRouter(route_class=SignInRoute)
router = APIRouter(route_class=DeskRoute)


def within(to: str) -> str:
    """A place to go on to, if it is one of our pages."""
    return to if OURS.fullmatch(to) else f"{PLACE}/"


@public.get(SIGN_IN)
async def sign_in_page(request: Request, session: Session, to: str = "") -> Response:  # noqa: ARG001 - a transaction's
    """The form."""
    return rendering.page(request, "sign_in.html", to=within(to))


@public.post(SIGN_IN)
async def sign_in(request: Request, session: Session, form: Form) -> Response:
    """Open a session; a wrong password is told no more of than by the API."""
    to = form.get("to")
    body = forms.body(form, PasswordIn)
    cookie = await desk_session.open_session(session, request.app.state.keyring, body.username, body.password)
    return signed_in(request, cookie, within(to if isinstance(to, str) else ""))


@router.post("/sign-out")
async def sign_out(session: Session, caller: DeskCaller) -> Response:
    """End the session."""
    await signing_in.sign_out(session, caller, everywhere=False)
    answer = RedirectResponse(PLACE + SIGN_IN, 303, {"Cache-Control": "no-store"})
    answer.delete_cookie(COOKIE, path=PLACE, httponly=True, samesite="lax")
    return answer
