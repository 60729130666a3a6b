"""`/notifications`: one's own inbox."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id
from app.notifications import reading
from app.notifications.schemas import NotificationFilter, NotificationOut, QuietIn, QuietOut, ReadAllIn, UnreadOut

router = APIRouter(prefix="/notifications", tags=["notifications 消息"], route_class=CallerRoute)


@router.get("")
async def notifications(
    session: Session, caller: SignedInCaller, wanted: Annotated[NotificationFilter, Query()]
) -> Page[NotificationOut]:
    """My messages, newest first."""
    return await reading.notifications(session, caller, wanted)


@router.get("/counts")
async def counts(session: Session, caller: SignedInCaller) -> UnreadOut:
    """How many of my messages are unread."""
    return await reading.counts(session, caller)


@router.get("/quiet")
async def quiet(session: Session, caller: SignedInCaller) -> QuietOut:
    """Which groups of messages I have muted."""
    return await reading.quiet(session, caller)


@router.put("/quiet")
async def set_quiet(session: Session, caller: SignedInCaller, body: QuietIn) -> QuietOut:
    """Mute groups of messages (免打扰): never what became of my own demand, or changes of a service I promised."""
    return await reading.set_quiet(session, caller, body)


@router.post("/read-all")
async def read_all(session: Session, caller: SignedInCaller, body: ReadAllIn) -> UnreadOut:
    """Mark everything up to a moment as read; what came later stays."""
    return await reading.read_all(session, caller, body)


@router.post("/{notification_id}/read")
async def read(session: Session, caller: SignedInCaller, notification_id: Id) -> UnreadOut:
    """Mark one message as read."""
    return await reading.read(session, caller, notification_id)
