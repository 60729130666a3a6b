"""日历订阅: a community's open activities for everybody, and one's own behind a secret link."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.activities import calendar_queries as queries
from app.activities import ical
from app.activities.ical import Line
from app.activities.models import CalendarLink
from app.activities.schemas import CalendarLinkOut
from app.kit import clock
from app.kit.errors import NotFound
from app.regions import queries as regions

PLACE = "/api/v1/calendars"
"""Where the routes that open feeds stand."""
PAST = timedelta(days=60)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def make_link(session: AsyncSession, caller: Caller) -> CalendarLinkOut:
    """A new address of one's own calendar, shown this once; an earlier one opens nothing any more."""
    token, now = secrets.token_urlsafe(24), clock.now()
    await queries.put_link(session, caller.account_id, _hashed(token), now)
    return CalendarLinkOut(made_at=now, address=f"{PLACE}/links/{token}")


async def link(session: AsyncSession, caller: Caller) -> CalendarLinkOut:
    """Whether one's own calendar can be opened by a link."""
    found = await session.get(CalendarLink, caller.account_id)
    return CalendarLinkOut(made_at=found.made_at if found else None)


async def end_link(session: AsyncSession, caller: Caller) -> None:
    """Let the address open nothing any more."""
    if found := await session.get(CalendarLink, caller.account_id):
        await session.delete(found)


async def of_region(session: AsyncSession, code: str) -> bytes:
    """What is open to the residents of a region and all below it; raises `NotFound`."""
    region = await regions.region(session, code)
    if region is None:
        raise NotFound
    rows = await queries.open_to_residents(session, code, clock.now() - PAST)
    spots = await queries.spot_names(session, [activity.id for activity, _ in rows])
    lines = [
        Line(activity, shift, spots.get(activity.id, region.name), ical.status_of(shift)) for activity, shift in rows
    ]
    return ical.written(f"{region.name}活动", lines)


async def of_link(session: AsyncSession, token: str) -> bytes:
    """What somebody signed up for; raises `NotFound` alike for what was never given and what opens nothing any more."""
    found = await queries.link_of(session, _hashed(token))
    if found is None:
        raise NotFound
    account = await access.account(session, found.account_id)
    own = [account.id, *([account.member_id] if account.member_id else [])]
    rows = await queries.signed_up(session, own, clock.now() - PAST)
    spots = await queries.spot_names(session, [row[1].id for row in rows])
    lines = [
        Line(activity, shift, spot or spots.get(activity.id, ""), ical.status_of(shift, one.state))
        for one, activity, shift, spot in rows
    ]
    return ical.written("我的活动", lines)
