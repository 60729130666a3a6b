"""Who saw the contact and the exact place of a demand, for whoever they are about."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.demands import queries, relations, reveal_queries
from app.demands.models import Demand, Reveal, SeenAs
from app.demands.presenting import CLAIMANT
from app.demands.reveal_schemas import RevealOut
from app.kit.errors import Forbidden
from app.kit.pagination import Page, PageRequest
from app.kit.schema import mask_name
from app.members import queries as members
from app.regions import queries as regions


async def of_demand(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: PageRequest
) -> Page[RevealOut]:
    """Who saw one demand, newest first; only its filer is told."""
    demand = await queries.demand(session, caller, demand_id)
    if not relations.is_filer(caller, demand):
        raise Forbidden
    return await _page(session, caller, wanted, demand.id)


async def of_mine(session: AsyncSession, caller: Caller, wanted: PageRequest) -> Page[RevealOut]:
    """Who saw any demand that was filed by or for the caller, newest first."""
    return await _page(session, caller, wanted, None)


async def _page(
    session: AsyncSession, caller: Caller, wanted: PageRequest, demand_id: uuid.UUID | None
) -> Page[RevealOut]:
    found, cursor = await reveal_queries.reveals(session, caller, wanted, demand_id)
    member_of = await access.member_ids(session, [reveal.account_id for reveal, _ in found])
    people = await members.members(session, member_of.values())
    identified = await access.members_who_show_it(session, list(people))
    names = {account: people[one].name for account, one in member_of.items() if one in identified}
    desks = await regions.names(session, {demand.handler_region_code for _, demand in found})
    items = [_reveal_out(reveal, demand, names, desks) for reveal, demand in found]
    return Page(items=items, next_cursor=cursor)


def _reveal_out(reveal: Reveal, demand: Demand, names: dict[uuid.UUID, str], desks: dict[str, str]) -> RevealOut:
    """A desk is called by its region, a member who consents by their masked name, anybody else by what they do."""
    if reveal.seen_as == SeenAs.HANDLER:
        name = desks.get(demand.handler_region_code, "")
    else:
        name = mask_name(names.get(reveal.account_id)) or CLAIMANT
    return RevealOut(
        demand_id=demand.id, number=demand.number, day=reveal.day, seen_as=reveal.seen_as, display_name=name
    )
