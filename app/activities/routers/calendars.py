"""`/calendars` and `/me/calendar`: activities in the calendar of a phone."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.activities import calendars
from app.activities.schemas import CalendarLinkOut
from app.kit.http import Session, TransactionalRoute
from app.kit.schema import RegionCode

router = APIRouter(prefix="/me/calendar", tags=["activities 活动"], route_class=CallerRoute)
public = APIRouter(prefix="/calendars", tags=["public 公开"], route_class=TransactionalRoute)


class Feed(Response):
    """An iCalendar feed."""

    media_type = "text/calendar"


FEED: dict[int | str, dict[str, Any]] = {
    200: {"description": "日历 The feed", "content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "未变 Nothing has changed"},
}
Seen = Annotated[str | None, Header(alias="If-None-Match")]


def _feed(body: bytes, seen: str | None) -> Response:
    """The feed, or that it is what the client has."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if seen is not None and tag in seen:
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Feed(body, headers=headers)


@router.get("")
async def link(session: Session, caller: SignedInCaller) -> CalendarLinkOut:
    """Whether my calendar can be opened by a link."""
    return await calendars.link(session, caller)


@router.post("", status_code=status.HTTP_201_CREATED)
async def make_link(session: Session, caller: SignedInCaller) -> CalendarLinkOut:
    """Make a secret address for my calendar; an earlier one opens nothing any more."""
    return await calendars.make_link(session, caller)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def end_link(session: Session, caller: SignedInCaller) -> Response:
    """Let the address open nothing any more."""
    await calendars.end_link(session, caller)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@public.get("/regions/{code}", response_class=Feed, responses=FEED)
async def of_region(session: Session, code: Annotated[RegionCode, Path()], seen: Seen = None) -> Response:
    """The activities of a region that are for residents, as iCalendar."""
    return _feed(await calendars.of_region(session, code), seen)


@public.get("/links/{token}", response_class=Feed, responses=FEED)
async def of_link(session: Session, token: str, seen: Seen = None) -> Response:
    """What the owner of a secret address signed up for, as iCalendar."""
    return _feed(await calendars.of_link(session, token), seen)
