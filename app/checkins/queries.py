"""Every select of check-ins; `visible_to` says which places a caller may see."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.checkins.models import Place, PlaceCode
from app.checkins.schemas import PlacesWanted
from app.kit import codes
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.regions.queries import under

Placed = tuple[Place, PlaceCode]
"""A place with one of its codes."""


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """The places of one's regions."""
    return under(Place.region_code, caller.reach())


def _placed() -> Select[Place, PlaceCode]:
    """Places with their newest codes."""
    newest = (PlaceCode.place_id == Place.id) & (PlaceCode.version == Place.version)
    return select(Place, PlaceCode).join(PlaceCode, newest)


async def places(session: AsyncSession, caller: Caller, wanted: PlacesWanted) -> tuple[list[Placed], str | None]:
    """One page of places, the newest first."""
    statement = _placed().where(visible_to(caller))
    if wanted.region_code is not None:
        statement = statement.where(under(Place.region_code, [wanted.region_code]))
    if wanted.purpose is not None:
        statement = statement.where(Place.purpose == wanted.purpose)
    if wanted.number is not None:
        numbered = select(PlaceCode.place_id).where(PlaceCode.number == codes.plain(wanted.number))
        statement = statement.where(Place.id.in_(numbered))
    rows, cursor = await page(session, statement, [Place.id], wanted, descending=True)
    return [(row[0], row[1]) for row in rows], cursor


async def some_places(session: AsyncSession, caller: Caller, place_ids: Sequence[uuid.UUID]) -> list[Placed]:
    """Some places in the order of their ids; raises `NotFound` where one is absent or unseen."""
    statement = _placed().where(Place.id.in_(place_ids), visible_to(caller)).order_by(Place.id)
    found = [(row[0], row[1]) for row in await session.execute(statement)]
    if len(found) < len(set(place_ids)):
        raise NotFound
    return found


async def place(session: AsyncSession, caller: Caller, place_id: uuid.UUID, *, lock: bool = False) -> Placed:
    """One place with its newest code, locked where asked; raises `NotFound` for absent and unseen alike."""
    if lock:  # by itself, so that who waits reads the code of whoever was first
        await session.execute(select(Place.id).where(Place.id == place_id, visible_to(caller)).with_for_update())
    statement = _placed().where(Place.id == place_id, visible_to(caller))
    row = (await session.execute(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def numbered(session: AsyncSession, number: str) -> Placed | None:
    """The place that a code of this number hung or hangs at."""
    statement = select(Place, PlaceCode).join(PlaceCode, PlaceCode.place_id == Place.id)
    row = (await session.execute(statement.where(PlaceCode.number == number))).one_or_none()
    return (row[0], row[1]) if row else None
