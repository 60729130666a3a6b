"""The regions as a reader sees them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import NotFound
from app.kit.pagination import Page, page
from app.regions import queries
from app.regions.models import Region
from app.regions.schemas import RegionOut, RegionsWanted, region_out

MOST_TO_CHOOSE = 400
"""A district has some 150; who stands above it finds a community by its name."""


async def regions(session: AsyncSession, wanted: RegionsWanted) -> Page[RegionOut]:
    """One page of regions in the order of their codes."""
    statement = queries.search(wanted.q, wanted.parent) if wanted.q else queries.children(wanted.parent)
    rows, cursor = await page(session, statement, [Region.code], wanted)
    found = [row[0] for row in rows]
    full = await queries.full_names(session, [one.code for one in found])
    return Page(items=[region_out(one, full[one.code]) for one in found], next_cursor=cursor)


async def communities(session: AsyncSession, prefixes: Sequence[str]) -> list[RegionOut]:
    """The first communities and villages below some regions, to choose one from."""
    found = (await session.scalars(queries.communities(prefixes).order_by(Region.code).limit(MOST_TO_CHOOSE))).all()
    full = await queries.full_names(session, [one.code for one in found])
    return [region_out(one, full[one.code]) for one in found]


async def region(session: AsyncSession, code: str) -> RegionOut:
    """One region; raises `NotFound`."""
    found = await queries.region(session, code)
    if found is None:
        raise NotFound
    full = await queries.full_names(session, [code])
    return region_out(found, full[code])
