"""`/claims` and `/demands/{id}/claims`: claiming and serving."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, HotRoute, SignedInCaller, tries
from app.demands import claiming, claiming_hot, listing, serving
from app.demands.schemas import (
    ClaimFilter,
    ClaimIn,
    ClaimMembersIn,
    ClaimOut,
    CompleteIn,
    ConfirmIn,
    GiveUpIn,
)
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.kit.schema import Id

CLAIM, COMPLETE, CONFIRM = ClaimIn(), CompleteIn(), ConfirmIn()
"""What an empty request means: a mini-program may send no body at all."""

router = APIRouter(tags=["claims 接单"], route_class=CallerRoute)
hot = APIRouter(tags=["claims 接单"], route_class=HotRoute)


@hot.post("/demands/{demand_id}/claims", status_code=status.HTTP_201_CREATED)
@tries(claiming_hot.claim)
async def claim(session: Session, caller: SignedInCaller, demand_id: Id, body: ClaimIn = CLAIM) -> ClaimOut:
    """Claim a demand (接单) for oneself, for an organization, or, by the desk, for a member who is offline."""
    made = await claiming.claim(session, caller, demand_id, body)
    return await listing.claim(session, caller, made)


@router.get("/demands/{demand_id}/claims")
async def claims_of_demand(
    session: Session, caller: SignedInCaller, demand_id: Id, wanted: Annotated[PageRequest, Query()]
) -> Page[ClaimOut]:
    """A demand's claims: all for its desk and filer, one's own for others."""
    return await listing.claims_of_demand(session, caller, demand_id, wanted)


@router.get("/claims")
async def claims(session: Session, caller: SignedInCaller, wanted: Annotated[ClaimFilter, Query()]) -> Page[ClaimOut]:
    """A list of claims: mine, my organizations', or those on my desk's demands."""
    return await listing.claims(session, caller, wanted)


@router.get("/claims/{claim_id}")
async def one_claim(session: Session, caller: SignedInCaller, claim_id: Id) -> ClaimOut:
    """One claim."""
    return await listing.one_claim(session, caller, claim_id)


@router.post("/claims/{claim_id}/accept")
async def accept(session: Session, caller: SignedInCaller, claim_id: Id) -> ClaimOut:
    """Take an offer; for a whistle, acknowledge it (签收)."""
    return await listing.claim(session, caller, await claiming.accept(session, caller, claim_id))


@router.post("/claims/{claim_id}/decline")
async def decline(session: Session, caller: SignedInCaller, claim_id: Id, body: GiveUpIn) -> ClaimOut:
    """Refuse an offer, without penalty."""
    return await listing.claim(session, caller, await claiming.decline(session, caller, claim_id, body))


@router.post("/claims/{claim_id}/contact")
async def contact(session: Session, caller: SignedInCaller, claim_id: Id) -> ClaimOut:
    """Note that the filer was called."""
    return await listing.claim(session, caller, await claiming.contact(session, caller, claim_id))


@router.post("/claims/{claim_id}/withdraw")
async def withdraw(session: Session, caller: SignedInCaller, claim_id: Id, body: GiveUpIn) -> ClaimOut:
    """Give a claim back."""
    return await listing.claim(session, caller, await claiming.withdraw(session, caller, claim_id, body))


@router.post("/claims/{claim_id}/complete")
async def complete(session: Session, caller: SignedInCaller, claim_id: Id, body: CompleteIn = COMPLETE) -> ClaimOut:
    """Say what was done, also without having checked in."""
    return await listing.claim(session, caller, await serving.complete(session, caller, claim_id, body))


@router.post("/claims/{claim_id}/confirm")
async def confirm(session: Session, caller: SignedInCaller, claim_id: Id, body: ConfirmIn = CONFIRM) -> ClaimOut:
    """Vouch for a service: the desk or the filer, never who served."""
    return await listing.claim(session, caller, await serving.confirm(session, caller, claim_id, body))


@router.post("/claims/{claim_id}/no-show")
async def no_show(session: Session, caller: SignedInCaller, claim_id: Id, body: GiveUpIn) -> ClaimOut:
    """Note that somebody did not come."""
    return await listing.claim(session, caller, await claiming.no_show(session, caller, claim_id, body))


@router.put("/claims/{claim_id}/members")
async def name_members(session: Session, caller: SignedInCaller, claim_id: Id, body: ClaimMembersIn) -> ClaimOut:
    """Say who serves for an organization; the hours are theirs."""
    return await listing.claim(session, caller, await claiming.name_members(session, caller, claim_id, body))
