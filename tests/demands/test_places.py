"""A place is converted once, at the edge: kept in WGS-84, shown as it was given or asked for."""

import uuid

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Demand
from app.kit import geo
from app.kit.geo import CoordType, Point
from tests.demands.world import World, filed, ok

GIVEN = {"lng": 116.410244, "lat": 39.919404, "coord_type": "gcj02"}
REAL = (116.404, 39.918)


async def test_a_place_is_kept_in_wgs84_with_a_coarse_cell(world: World, session: AsyncSession) -> None:
    demand = await filed(world.filer, location=GIVEN)
    kept = await session.get_one(Demand, uuid.UUID(demand["id"]))
    assert (kept.lng, kept.lat) == pytest.approx(REAL, abs=1e-4)
    assert (kept.cell_lng, kept.cell_lat) == (116.4, 39.92)


async def test_a_place_is_shown_as_it_was_given_or_asked_for(world: World) -> None:
    demand = await filed(world.filer, location=GIVEN)
    assert demand["location"] == GIVEN
    asked = await ok(world.filer.get(f"/demands/{demand['id']}", coord_type="wgs84"))
    assert asked["location"] == pytest.approx({"lng": REAL[0], "lat": REAL[1], "coord_type": "wgs84"}, abs=1e-4)


async def test_a_place_in_wgs84_is_kept_as_it_is(world: World, session: AsyncSession) -> None:
    demand = await filed(world.filer, location={"lng": REAL[0], "lat": REAL[1], "coord_type": "wgs84"})
    kept = await session.get_one(Demand, uuid.UUID(demand["id"]))
    assert (kept.lng, kept.lat) == REAL
    asked = await ok(world.filer.get(f"/demands/{demand['id']}", coord_type="gcj02"))
    shifted = geo.from_wgs84(Point(*REAL), CoordType.GCJ02)
    assert (asked["location"]["lng"], asked["location"]["lat"]) == pytest.approx(shifted, abs=1e-6)


async def test_a_demand_without_a_place_has_no_cell(world: World, session: AsyncSession) -> None:
    demand = await filed(world.filer, location=None)
    kept = await session.get_one(Demand, uuid.UUID(demand["id"]))
    assert (kept.lng, kept.cell_lng, demand["location"]) == (None, None, None)
