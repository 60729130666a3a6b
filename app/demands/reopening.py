"""重开: another round under the same plan; too often, at the desk of the level above."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import deadlines, dispatching, following_queries, moving
from app.demands.errors import ReopenLimit
from app.demands.events import DemandEvent
from app.demands.lifecycle import Action, State
from app.demands.models import Demand, NoteKind
from app.demands.schemas import ReasonIn
from app.kit.errors import ActionNotAllowed, Text
from app.policies import service as policies
from app.policies.defaults import Key


async def reopen(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Start another round; beyond the policy's limit it climbs to the level above. Raises `ReopenLimit`."""
    demand = await dispatching.at_the_desk(session, caller, demand_id, Action.REOPEN)
    dispatching.refuse_while_the_filer_is_asked(demand)
    parent = await _parent_under_way(session, demand)
    moving.move(demand, Action.REOPEN)
    demand.result, demand.cause, demand.closed_at, demand.dissatisfied = None, None, None, False
    demand.timer_at = demand.moved_at  # nothing may fall asleep, not even until `settle` sets the clock
    above = await _desk_above(session, demand)
    await moving.end_round(session, demand)
    written = moving.note(session, demand, NoteKind.REOPEN, body.reason, caller)
    demand.round += 1
    demand.reopens += 1
    await deadlines.start(session, demand, demand.moved_at)
    demand.closes = None  # the parts were of the round before
    moving.tell(session, demand, DemandEvent.REOPENED, caller, note_id=written, reopens=demand.reopens)
    if above is not None:
        await dispatching.hand_up(session, caller, demand, above, body.reason)
    await moving.settle(session, demand)
    if parent is not None:
        await moving.settle(session, parent)
    return demand


async def _desk_above(session: AsyncSession, demand: Demand) -> str | None:
    """The desk that a demand climbs to because its own has reopened it often enough."""
    limit = await policies.value(session, Key.REOPEN_LIMIT, demand.region_code)
    if demand.reopens < limit:
        return None
    above = await dispatching.desk_above(session, demand)
    if above is None:
        raise ReopenLimit
    return above


async def _parent_under_way(session: AsyncSession, demand: Demand) -> Demand | None:
    """A part's whole, locked, which must still be waiting for its parts."""
    if demand.parent_id is None:
        return None
    (parent,) = await following_queries.locked(session, [demand.parent_id])
    if parent.state != State.SERVING or parent.round != demand.parent_round:
        raise ActionNotAllowed(Text("主单已结束，请重开主单", "Reopen the demand that it is a part of"))
    return parent
