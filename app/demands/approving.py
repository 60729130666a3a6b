"""A community's whistle passes the subdistrict: its desk approves the plan, or sends it back with a reason."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import clock_queries, dispatching, moving, queries, relations
from app.demands.events import DemandEvent
from app.demands.lifecycle import Action
from app.demands.models import Demand, NoteKind
from app.demands.plan_models import Approval, Dispatch
from app.demands.schemas import ReasonIn
from app.kit import clock
from app.kit.errors import ActionNotAllowed


async def approve(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> Demand:
    """Let the proposed whistle sound: its clocks begin now. Raises `SlotsBelowClaimed`."""
    demand, plan = await _proposed(session, caller, demand_id, Action.APPROVE)
    _decide(plan, caller, Approval.APPROVED)
    moving.tell(session, demand, DemandEvent.APPROVED, caller, told=[plan.dispatched_by])
    await dispatching.carry_out(session, caller, demand, plan, Action.APPROVE)
    return demand


async def send_back(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Refuse the proposed whistle; the community's desk makes another plan."""
    demand, plan = await _proposed(session, caller, demand_id, Action.SEND_BACK)
    _decide(plan, caller, Approval.SENT_BACK)
    moving.move(demand, Action.SEND_BACK)
    written = moving.note(session, demand, NoteKind.SEND_BACK, body.reason, caller)
    moving.tell(session, demand, DemandEvent.SENT_BACK, caller, note_id=written, told=[plan.dispatched_by])
    await moving.settle(session, demand)
    return demand


async def _proposed(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, action: Action
) -> tuple[Demand, Dispatch]:
    """The demand, locked, with the plan that waits for the desk above."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    relations.require(relations.of(caller, demand), action)
    if not demand.awaits_approval:
        raise ActionNotAllowed
    return demand, (await clock_queries.proposals(session, [demand.id]))[demand.id]


def _decide(plan: Dispatch, caller: Caller, approval: Approval) -> None:
    plan.approval, plan.decided_by, plan.decided_at = approval, caller.account_id, clock.now()
