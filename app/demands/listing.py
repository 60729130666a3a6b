"""The lists of demands and claims, and single claims, as a caller may see them."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import claiming, counting_queries, presenting, queries, recommending
from app.demands.models import Claim
from app.demands.schemas import ClaimFilter, ClaimOut, CountsOut, DemandFilter, DemandOut
from app.kit.errors import Forbidden
from app.kit.pagination import Page, PageRequest


async def demands(session: AsyncSession, caller: Caller, wanted: DemandFilter) -> Page[DemandOut]:
    """One page of demands; the desk's and the region's lists are for staff."""
    if wanted.scope in ("desk", "region") and not caller.is_staff:
        raise Forbidden
    if wanted.scope == "open":
        return await recommending.open_demands(session, caller, wanted)
    found, cursor = await queries.demands(session, caller, wanted)
    return Page(items=await presenting.demands_out(session, caller, found), next_cursor=cursor)


async def counts(session: AsyncSession, caller: Caller) -> CountsOut:
    """How many demands each list holds."""
    reaches = await claiming.reaches(session, caller)
    numbers = await counting_queries.counts(session, caller, reaches)
    return CountsOut(**numbers, needs_desk=await counting_queries.reasons(session, caller))


async def claims(session: AsyncSession, caller: Caller, wanted: ClaimFilter) -> Page[ClaimOut]:
    """One page of claims; the desk's list is for staff, an organization's for its liaisons."""
    if (wanted.scope == "desk" and not caller.is_staff) or (wanted.scope == "organization" and not caller.is_liaison):
        raise Forbidden
    found, cursor = await queries.claims(session, caller, wanted)
    return Page(items=await _claims_out(session, caller, found), next_cursor=cursor)


async def claims_of_demand(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: PageRequest
) -> Page[ClaimOut]:
    """One page of a demand's claims."""
    demand = await queries.demand(session, caller, demand_id)
    found, cursor = await queries.claims_on(session, caller, demand, wanted)
    return Page(items=await _claims_out(session, caller, found), next_cursor=cursor)


async def one_claim(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> ClaimOut:
    """One claim that the caller may see."""
    found, demand = await queries.claim_and_demand(session, caller, claim_id)
    return await presenting.claim_out(session, caller, found, demand)


async def claim(session: AsyncSession, caller: Caller, found: Claim) -> ClaimOut:
    """A claim that the caller has just changed."""
    (shown,) = await _claims_out(session, caller, [found])
    return shown


async def _claims_out(session: AsyncSession, caller: Caller, found: Sequence[Claim]) -> list[ClaimOut]:
    demands = await queries.demands_by_id(session, [claim.demand_id for claim in found])
    return await presenting.claims_out(session, caller, found, demands)
