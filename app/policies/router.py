"""`/policies`, `/calendar` and `/demand-categories`."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.access.models import Role
from app.kit import clock
from app.kit.http import Session, TransactionalRoute
from app.kit.schema import Day, RegionCode
from app.policies import calendars, listing, service
from app.policies.schemas import CalendarOut, CategoryOut, DayIn, DayOut, PolicyIn, PolicyOut

router = APIRouter(tags=["policies 规则"], route_class=CallerRoute)
public = APIRouter(tags=["public 公开"], route_class=TransactionalRoute)


@router.get("/policies")
async def policies(
    session: Session, caller: SignedInCaller, region: Annotated[RegionCode | None, Query()] = None
) -> list[PolicyOut]:
    """Every rule as it stands in a region today."""
    caller.require(frozenset({Role.ADMIN}), region or "")
    return await listing.policies(session, region or "")


@router.put("/policies/{key}")
async def set_policy(session: Session, caller: SignedInCaller, key: str, body: PolicyIn) -> PolicyOut:
    """Set a rule in a region and all below it, from a day on."""
    await service.set_value(session, caller, key, body.region_code, body.value, body.valid_from)
    return await listing.policy(session, key, body.region_code)


@router.get("/calendar")
async def calendar(
    session: Session,
    _: SignedInCaller,
    region: Annotated[RegionCode | None, Query()] = None,
    year: Annotated[int | None, Query(ge=1900, le=2199)] = None,
) -> CalendarOut:
    """The holidays and make-up workdays (调休) of a year, this one unless given, as they stand in a region."""
    return await calendars.year(session, region or "", year or clock.today().year)


@router.put("/calendar/{day}")
async def set_day(session: Session, caller: SignedInCaller, day: Day, body: DayIn) -> DayOut:
    """Enter a day in a region and all below it, or take it back with `kind: null`."""
    return await calendars.set_day(session, caller, day, body)


@public.get("/demand-categories")
async def demand_categories(
    session: Session, region: Annotated[RegionCode | None, Query()] = None
) -> list[CategoryOut]:
    """The service categories with their clocks and points in a region."""
    return await listing.categories(session, region or "")
