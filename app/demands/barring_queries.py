"""The select of what is around a demand and may forbid what its own row would allow."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.caller import Caller
from app.demands.dispatching import TOP_DESK_CODE_LENGTH
from app.demands.lifecycle import DONE, LIVE, State
from app.demands.models import Claim, Demand, Service
from app.demands.queries import may_claim_again
from app.kit import clock
from app.policies.defaults import Key
from app.policies.queries import nearest_value
from app.regions.models import Region


async def around(session: AsyncSession, caller: Caller, demand_ids: Sequence[uuid.UUID]) -> Sequence[Row[Any]]:
    """What stands around some demands, a row each; rules are as they are stored."""
    twin, whole, today = aliased(Demand), aliased(Demand), clock.today()
    under_way = and_(whole.state == State.SERVING, whole.round == Demand.parent_round)
    above = exists().where(
        Region.code == Demand.handler_region_code, func.length(Region.parent_code) >= TOP_DESK_CODE_LENGTH
    )
    of_round = and_(Claim.demand_id == Demand.id, Claim.round == Demand.round)
    served = exists().where(of_round, Claim.state.in_([*LIVE, *DONE]), Service.claim_id == Claim.id)
    statement = select(
        Demand.id,
        may_claim_again(caller).label("may_claim_again"),
        exists().where(twin.merged_into_id == Demand.id).label("has_twins"),
        exists().where(whole.id == Demand.parent_id, ~under_way).label("whole_has_ended"),
        above.label("has_desk_above"),
        served.label("was_served"),
        exists().where(of_round, Claim.state.in_([*LIVE])).label("is_claimed"),
        nearest_value(Key.REOPEN_LIMIT.key, Demand.region_code, today).label("reopen_limit"),
        nearest_value(Key.APPEAL_WINDOW.key, Demand.handler_region_code, today).label("appeal_window"),
    )
    return (await session.execute(statement.where(Demand.id.in_(demand_ids)))).all()
