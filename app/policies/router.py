"""`/policies` and `/demand-categories`."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.access.models import Role
from app.kit.http import Session, TransactionalRoute
from app.kit.schema import RegionCode
from app.policies import listing, service
from app.policies.schemas import CategoryOut, PolicyIn, PolicyOut

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


@public.get("/demand-categories")
async def demand_categories(
    session: Session, region: Annotated[RegionCode | None, Query()] = None
) -> list[CategoryOut]:
    """The service categories with their clocks and points in a region."""
    return await listing.categories(session, region or "")
