"""我也是: others who want the same follow a demand instead of filing it again."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import claiming, following_queries, moving, queries, relations
from app.demands.errors import AlreadyJoined, NotEligible, OwnDemand
from app.demands.events import DemandEvent
from app.demands.following_models import Join
from app.demands.following_queries import JOINABLE
from app.demands.lifecycle import Kind
from app.demands.models import Demand
from app.kit import clock
from app.kit.errors import ActionNotAllowed, Text

FOLLOWER = "follower"
"""As what somebody acts who joined a demand, or whose own was merged into it."""


async def join(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> Demand:
    """Say "me too" of a request within reach of home; once a person, and not of one's own."""
    reaches = await claiming.reaches(session, caller)
    demand = await following_queries.joinable(session, caller, demand_id, reaches)
    if relations.is_filer(caller, demand):
        raise OwnDemand(Text("这是您自己提出的需求", "You filed this yourself"))
    if await following_queries.follows(session, caller, demand):
        raise AlreadyJoined
    if not demand.region_code.startswith(tuple(reaches)):
        raise NotEligible(Text("仅限附近居民附议", "It is for those who live nearby to join"))
    if demand.kind != Kind.REQUEST or demand.state not in JOINABLE:
        raise ActionNotAllowed
    session.add(Join(demand_id=demand.id, account_id=caller.account_id, joined_at=clock.now()))
    demand.joins = await following_queries.count_joins(session, demand)
    moving.tell(session, demand, DemandEvent.JOINED, caller, by=FOLLOWER)
    return demand


async def leave(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> None:
    """Take "me too" back, also where what was joined has been merged since."""
    found = await queries.demand(session, caller, demand_id)
    both = [one for one in (found.id, found.merged_into_id) if one is not None]
    locked = await following_queries.locked(session, both)
    left = [await following_queries.leave(session, caller, one) for one in locked]
    if not any(left):
        raise ActionNotAllowed(Text("您未曾附议", "You have not joined this"))
    for demand in locked:
        demand.joins = await following_queries.count_joins(session, demand)
    moving.tell(session, found, DemandEvent.LEFT, caller, by=FOLLOWER)
