"""Taking a demand out of the one that it was merged into."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import following_queries, moving
from app.demands.events import DemandEvent
from app.demands.following_models import Merge
from app.demands.lifecycle import Action
from app.demands.models import Demand
from app.kit import clock


async def take_out(session: AsyncSession, demand: Demand, into: Demand, caller: Caller | None, action: Action) -> Merge:
    """Move a merged demand to filed; what it was merged into counts its followers no more. Both are locked."""
    merge = await following_queries.standing_merge(session, demand)
    merge.undone_at, merge.undone_by = clock.now(), caller.account_id if caller else None
    moving.move(demand, action)
    demand.merged_into_id = None
    demand.timer_at = demand.moved_at  # nothing may fall asleep, not even until `settle` sets the clock
    moving.tell(session, into, DemandEvent.LET_GO, caller, from_id=demand.id)
    into.joins = await following_queries.count_joins(session, into)
    demand.joins = await following_queries.count_joins(session, demand)
    return merge
