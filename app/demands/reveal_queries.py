"""The select of who saw what."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands.models import Demand, Reveal
from app.demands.queries import filed_by_or_for
from app.kit.pagination import PageRequest, page


async def reveals(
    session: AsyncSession, caller: Caller, wanted: PageRequest, demand_id: uuid.UUID | None
) -> tuple[list[tuple[Reveal, Demand]], str | None]:
    """One page of who saw what was filed by or for the caller, newest day first; of one demand where it is named."""
    statement = select(Reveal, Demand).join(Demand, Demand.id == Reveal.demand_id).where(filed_by_or_for(caller))
    if demand_id:
        statement = statement.where(Reveal.demand_id == demand_id)
    order = [Reveal.day, Reveal.demand_id, Reveal.account_id]
    rows, cursor = await page(session, statement, order, wanted, descending=True)
    return [(row[0], row[1]) for row in rows], cursor
