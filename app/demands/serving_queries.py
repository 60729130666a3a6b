"""Which claims somebody who scans a code may mean."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands.lifecycle import LIVE
from app.demands.models import Claim, Demand
from app.demands.queries import held_by
from app.regions.queries import around


async def served_around(session: AsyncSession, caller: Caller, region_code: str) -> Sequence[Claim]:
    """The caller's live claims on demands around a region, the oldest first."""
    joined = select(Claim).join(Demand, Demand.id == Claim.demand_id)
    mine = joined.where(held_by(caller), Claim.state.in_(LIVE), around(Demand.region_code, region_code))
    return (await session.scalars(mine.order_by(Claim.id))).all()
