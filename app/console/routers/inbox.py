"""The clerk's own messages."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from app.console import forms, rendering
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit import clock
from app.kit.http import Session
from app.notifications import reading
from app.notifications.schemas import NotificationFilter, ReadAllIn

router = APIRouter(route_class=DeskRoute)


@router.get("/inbox")
async def inbox(request: Request, session: Session, caller: DeskCaller, cursor: str | None = None) -> Response:
    """My messages, newest first."""
    found = await reading.notifications(session, caller, NotificationFilter(cursor=cursor))
    loaded = found.items[0].at if found.items else clock.now()
    return rendering.page(request, "inbox.html", caller, found=found, loaded=loaded, cursor=cursor)


@router.post("/inbox/read")
async def read(session: Session, caller: DeskCaller, form: Form) -> Response:
    """Mark everything that was shown as read; what came later stays unread."""
    await reading.read_all(session, caller, forms.body(form, ReadAllIn))
    return PlainTextResponse(f"{PLACE}/inbox")


@router.get("/unread")
async def unread(request: Request, session: Session, caller: DeskCaller) -> Response:
    """How many messages I have not read, as a part of every page."""
    return rendering.page(request, "unread.html", caller, counts=await reading.counts(session, caller))
