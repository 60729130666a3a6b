"""Make the code of a place, renew it with a new poster, and revoke it."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.checkins import queries
from app.checkins.events import PlaceEvent
from app.checkins.models import CodeState, Place, PlaceCode
from app.checkins.queries import Placed
from app.checkins.schemas import PlaceIn, RenewIn
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.regions import queries as regions


async def make(session: AsyncSession, caller: Caller, body: PlaceIn) -> Placed:
    """The first code of a place of one's region."""
    caller.require(DISPATCHERS, body.region_code)
    region = await regions.region(session, body.region_code)
    if region is None:
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such region")
    _must_come(body.expires_at)
    place = Place(
        id=new_id(),
        region_code=region.code,
        purpose=body.purpose,
        name=body.name or region.name,
        address=body.address,
        lng=body.location and body.location.wgs84.lng,
        lat=body.location and body.location.wgs84.lat,
        coord_type=body.location and body.location.coord_type,
        version=1,
        made_by=caller.account_id,
        made_at=clock.now(),
    )
    session.add(place)
    await session.flush()  # its code refers to it
    return place, _hang(session, caller, PlaceEvent.MADE, place, body.expires_at)


async def renew(session: AsyncSession, caller: Caller, place_id: uuid.UUID, body: RenewIn) -> Placed:
    """The next code of a place: the one before it says that it was replaced. Of two at once, both make one."""
    place, _ = await _own(session, caller, place_id)
    _must_come(body.expires_at)
    place.version += 1
    return place, _hang(session, caller, PlaceEvent.RENEWED, place, body.expires_at)


async def revoke(session: AsyncSession, caller: Caller, place_id: uuid.UUID) -> Placed:
    """From now on the code of a place does not count, until it is renewed."""
    place, code = await _own(session, caller, place_id)
    if code.state(place, clock.now()) is not CodeState.LIVE:
        raise ActionNotAllowed
    code.revoked_at, code.revoked_by = clock.now(), caller.account_id
    _tell(session, caller, PlaceEvent.REVOKED, place)
    return place, code


async def _own(session: AsyncSession, caller: Caller, place_id: uuid.UUID) -> Placed:
    placed = await queries.place(session, caller, place_id, lock=True)
    caller.require(DISPATCHERS, placed[0].region_code)
    return placed


def _must_come(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidRequest.field("expires_at", "in_the_past", "有效期须晚于现在", "expires_at must be in the future")


def _hang(
    session: AsyncSession, caller: Caller, kind: PlaceEvent, place: Place, expires_at: datetime | None
) -> PlaceCode:
    code = PlaceCode(
        place_id=place.id,
        version=place.version,
        made_by=caller.account_id,
        made_at=clock.now(),
        expires_at=expires_at,
    )
    session.add(code)
    _tell(session, caller, kind, place)
    return code


def _tell(session: AsyncSession, caller: Caller, kind: PlaceEvent, place: Place) -> None:
    events.record(
        session,
        kind,
        subject=place.id,
        region_code=place.region_code,
        actor=caller.account_id,
        version=place.version,
    )
