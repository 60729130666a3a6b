"""Who saw whom: for whoever it is about."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.demands import revealing
from app.demands.reveal_schemas import RevealOut
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.kit.schema import Id

router = APIRouter(tags=["privacy 隐私"], route_class=CallerRoute)


@router.get("/demands/{demand_id}/reveals")
async def reveals_of_demand(
    session: Session, caller: SignedInCaller, demand_id: Id, wanted: Annotated[PageRequest, Query()]
) -> Page[RevealOut]:
    """Who saw the contact and exact place of a demand of mine, by day."""
    return await revealing.of_demand(session, caller, demand_id, wanted)


@router.get("/me/reveals")
async def my_reveals(
    session: Session, caller: SignedInCaller, wanted: Annotated[PageRequest, Query()]
) -> Page[RevealOut]:
    """Who saw the contact and exact place of anything that was filed by or for me."""
    return await revealing.of_mine(session, caller, wanted)
