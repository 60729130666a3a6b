"""`/regions`: the tree of places, for everybody."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.kit.http import Session, TransactionalRoute
from app.kit.pagination import Page
from app.kit.schema import RegionCode
from app.regions import listing
from app.regions.schemas import RegionOut, RegionsWanted

public = APIRouter(prefix="/regions", tags=["public 公开"], route_class=TransactionalRoute)


@public.get("")
async def regions(session: Session, wanted: Annotated[RegionsWanted, Query()]) -> Page[RegionOut]:
    """What lies right below a region, or what a name is found in."""
    return await listing.regions(session, wanted)


@public.get("/{code}")
async def region(session: Session, code: Annotated[RegionCode, Path()]) -> RegionOut:
    """One region."""
    return await listing.region(session, code)
