"""下单: open, assign, whistle; return, reject, transfer, escalate; finish, close."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.demands import deadlines, moving, plans, queries, relations
from app.demands.causes import Cause
from app.demands.errors import SlotsBelowClaimed
from app.demands.events import DemandEvent
from app.demands.lifecycle import LIVE, Action, ClaimAction, ClaimState, Kind, Mode, Reason, State
from app.demands.models import NOT_DONE, Claim, ClaimantKind, Demand, NoteKind, Outcome
from app.demands.plan_models import Approval, Dispatch
from app.demands.schemas import CloseIn, DispatchIn, ReasonIn, RejectIn, TransferIn
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest, Text
from app.members import engagements
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import queries as regions

WHISTLE_CLOCKS = (Key.WHISTLE_ACKNOWLEDGE, Key.WHISTLE_CONTACT, Key.WHISTLE_ARRIVE)
DESK_CODE_LENGTH = 12
"""A community's code; what lies below it is handled by the community's desk."""
TOP_DESK_CODE_LENGTH = 6
"""A district's desk is the last one that a demand can be escalated to."""


def desk_of(region_code: str) -> str:
    """Whose desk handles what is filed in a region."""
    return region_code[:DESK_CODE_LENGTH]


async def at_the_desk(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, action: Action) -> Demand:
    """The demand, locked, for an action that its desk asks for."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    relations.require(relations.of(caller, demand), action)
    return demand


async def dispatch(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: DispatchIn) -> Demand:
    """Put a demand out, or give it a new plan; live claims stay, offers of the old plan end."""
    demand = await at_the_desk(session, caller, demand_id, Action.DISPATCH)
    await put_out(session, caller, demand, body)
    return demand


async def put_out(session: AsyncSession, caller: Caller, demand: Demand, body: DispatchIn) -> None:
    """Give a demand its plan, or propose it to the desk above. Raises `SlotsBelowClaimed` and `Overlaps`."""
    plan = await plans.plan(session, caller, demand, body)
    refuse_while_parts_are_open(demand)
    session.add(plan)
    written = moving.note(session, demand, NoteKind.DISPATCH, body.note, caller) if body.note else None
    if await plans.needs_approval(session, caller, demand, plan):
        await _propose(session, caller, demand, plan, written)
    else:
        await carry_out(session, caller, demand, plan, Action.DISPATCH, written)


async def _propose(
    session: AsyncSession, caller: Caller, demand: Demand, plan: Dispatch, note_id: uuid.UUID | None
) -> None:
    """Let a plan wait for the subdistrict's word; what is under way goes on meanwhile."""
    moving.move(demand, Action.PROPOSE)
    plan.approval = Approval.PROPOSED
    told = await access.dispatchers_at(session, relations.subdistrict_of(demand) or "")
    reason = Reason.WHISTLE_TO_APPROVE
    moving.tell(session, demand, DemandEvent.PROPOSED, caller, note_id=note_id, told=told, reason=reason)
    await moving.settle(session, demand)


async def carry_out(
    session: AsyncSession,
    caller: Caller | None,
    demand: Demand,
    plan: Dispatch,
    action: Action,
    note_id: uuid.UUID | None = None,
) -> None:
    """Put a plan in force and make its offers; live claims stay, offers of the old plan end."""
    moving.move(demand, action)
    demand.closes = None
    if plan.slots < demand.claimed:
        raise SlotsBelowClaimed
    await moving.release(session, demand, ClaimState.OFFERED)
    moved = (demand.starts_at, demand.ends_at) != (plan.starts_at, plan.ends_at)
    _apply(demand, plan)
    if plan.due_at is not None:
        deadlines.set_by_hand(demand, plan.due_at)
    elif plan.category is not None:
        await deadlines.reckon(session, demand)
    if moved:
        await _rebook(session, demand)
    moving.tell(session, demand, DemandEvent.DISPATCHED, caller, mode=plan.mode, note_id=note_id)
    for kind, claimant_id in plans.offered_to(plan):
        await _offer(session, caller, demand, plan, kind, claimant_id)
    await moving.settle(session, demand)


def _apply(demand: Demand, plan: Dispatch) -> None:
    demand.mode, demand.audience, demand.slots = plan.mode, plan.audience, plan.slots
    demand.starts_at, demand.ends_at, demand.skills = plan.starts_at, plan.ends_at, list(plan.skills)
    demand.category = plan.category or demand.category


async def fall_back(session: AsyncSession, demand: Demand) -> None:
    """Offer a demand that was open, and that nobody took, to the next in line, if there is any."""
    plan = await plans.fallback(session, demand)
    if plan is not None:
        session.add(plan)
        await carry_out(session, None, demand, plan, Action.DISPATCH)


async def _rebook(session: AsyncSession, demand: Demand) -> None:
    """Move the bookings of live claims to the plan's new time."""
    live = await queries.claims_of_round(session, demand, [*LIVE])
    await engagements.release(session, moving.CLAIM_SOURCE, [claim.id for claim in live])
    for claim in live:
        await book(session, demand, claim)


async def book(session: AsyncSession, demand: Demand, claim: Claim) -> None:
    """Book a claim's people for the time of its demand; a post and an open window book nobody."""
    if demand.kind == Kind.POST or demand.starts_at is None or demand.ends_at is None:
        return
    people = [claim.claimant_id]
    if claim.claimant_kind == ClaimantKind.ORGANIZATION:
        people = (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])
    for person in people:
        await engagements.book(
            session,
            person_id=person,
            starts_at=demand.starts_at,
            ends_at=demand.ends_at,
            source_kind=moving.CLAIM_SOURCE,
            source_id=claim.id,
        )


async def _offer(
    session: AsyncSession,
    caller: Caller | None,
    demand: Demand,
    plan: Dispatch,
    kind: ClaimantKind,
    claimant_id: uuid.UUID,
) -> None:
    """Offer the demand to somebody who does not hold it, has not done it, and has not said that they cannot come."""
    held = await queries.claim_of(session, demand, claimant_id)
    if held is not None or await queries.cannot_come(session, demand, claimant_id):
        return
    now = clock.now()
    whistle = demand.mode == Mode.WHISTLE
    claim = Claim(
        id=new_id(),
        demand_id=demand.id,
        round=demand.round,
        claimant_kind=kind,
        claimant_id=claimant_id,
        organization_id=claimant_id if kind == ClaimantKind.ORGANIZATION else None,
        places=plans.places_each(plan),
        state=ClaimState.OFFERED,
        departmental=whistle,
        made_by=caller.account_id if caller else plan.dispatched_by,
        made_at=now,
        expires_at=now + await policies.value(session, Key.OFFER_WINDOW, demand.region_code),
    )
    if whistle:
        await _start_whistle(session, demand, claim, now)
    session.add(claim)
    moving.tell(session, demand, DemandEvent.OFFERED, caller, claim)


async def _start_whistle(session: AsyncSession, demand: Demand, claim: Claim, now: datetime) -> None:
    acknowledge, contact, arrive = await policies.values(session, WHISTLE_CLOCKS, demand.region_code)
    claim.acknowledge_by, claim.contact_by, claim.arrive_by = now + acknowledge, now + contact, now + arrive
    deadlines.wake(demand, now)


async def _send_back(session: AsyncSession, caller: Caller, demand: Demand, action: Action, reason: str) -> uuid.UUID:
    """Take a demand out of its plan by one of the desk's moves; answers the note that says why."""
    moving.move(demand, action)
    await moving.release(session, demand, ClaimState.OFFERED)
    demand.mode = demand.audience = None
    return moving.note(session, demand, NoteKind(action), reason, caller)


async def return_(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Ask the filer for what is missing; unanswered, the demand closes."""
    demand = await at_the_desk(session, caller, demand_id, Action.RETURN)
    written = await _send_back(session, caller, demand, Action.RETURN, body.reason)
    await deadlines.pause(session, demand, demand.moved_at)
    moving.tell(session, demand, DemandEvent.RETURNED, caller, note_id=written)
    await moving.settle(session, demand)
    return demand


async def reject(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: RejectIn) -> Demand:
    """Refuse a demand, with a reason that its filer reads."""
    demand = await at_the_desk(session, caller, demand_id, Action.REJECT)
    demand.cause = body.cause
    written = await _send_back(session, caller, demand, Action.REJECT, body.reason)
    moving.tell(session, demand, DemandEvent.REJECTED, caller, note_id=written, cause=body.cause)
    await moving.settle(session, demand)
    return demand


async def transfer(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: TransferIn) -> Demand:
    """Hand a demand to the desk that it belongs to; its first desk keeps sight of it."""
    demand = await at_the_desk(session, caller, demand_id, Action.TRANSFER)
    region = await regions.region(session, body.region_code)
    if region is None or len(region.code) < TOP_DESK_CODE_LENGTH:
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such desk")
    written = await _send_back(session, caller, demand, Action.TRANSFER, body.reason)
    if not demand.region_code.startswith(region.code):
        demand.region_code = region.code  # it was filed in the wrong place
        await deadlines.reckon(session, demand)  # by that region's rules, and still since it was filed
    moving.tell(session, demand, DemandEvent.TRANSFERRED, caller, note_id=written, to=region.code)
    demand.handler_region_code = desk_of(region.code)  # after telling: the desk that had it did it
    await moving.settle(session, demand)
    return demand


async def escalate(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Hand a demand to the desk of the level above."""
    demand = await at_the_desk(session, caller, demand_id, Action.ESCALATE)
    above = await desk_above(session, demand)
    if above is None:
        raise ActionNotAllowed(Text("已是最高一级", "There is no desk above this one"))
    await hand_up(session, caller, demand, above, body.reason)
    await moving.settle(session, demand)
    return demand


async def desk_above(session: AsyncSession, demand: Demand) -> str | None:
    """The region whose desk stands above a demand's handler, None above a district's."""
    above = await regions.parent_code_of(session, demand.handler_region_code)
    return above if above is not None and len(above) >= TOP_DESK_CODE_LENGTH else None


async def hand_up(session: AsyncSession, caller: Caller, demand: Demand, above: str, reason: str) -> None:
    """Take a demand out of its plan and give it to the desk above."""
    written = await _send_back(session, caller, demand, Action.ESCALATE, reason)
    moving.tell(session, demand, DemandEvent.ESCALATED, caller, note_id=written, to=above)
    demand.handler_region_code = above  # after telling: the desk that had it did it


async def finish(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> Demand:
    """Say that enough is done: nobody else is waited for."""
    demand = await at_the_desk(session, caller, demand_id, Action.FINISH)
    refuse_while_parts_are_open(demand)
    tally, _ = await queries.tally(session, demand)
    if demand.state in (State.CLAIMED, State.SERVING) and demand.closes is None and not tally.served:
        raise ActionNotAllowed(Text("尚无人完成服务，请改用关闭", "Nobody has served yet; close it instead"))
    moving.move(demand, Action.FINISH)
    await complete_posts(session, demand, caller)
    await moving.complete(session, demand, caller)
    await moving.settle(session, demand)
    return demand


async def complete_posts(session: AsyncSession, demand: Demand, caller: Caller | None) -> None:
    """End the duty of everybody who served on a post; it is done, not released."""
    if demand.kind != Kind.POST:
        return
    live = await queries.claims_of_round(session, demand, [*LIVE])
    served = [claim for claim in live if claim.minutes is not None]
    for claim in served:
        claim.outcome = Outcome.DONE
    await moving.move_claims(session, demand, served, ClaimAction.COMPLETE, caller)


async def close(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: CloseIn) -> Demand:
    """Close a demand and say what became of it; a completed one only where its filer cannot or did object."""
    demand = await at_the_desk(session, caller, demand_id, Action.CLOSE)
    refuse_while_the_filer_is_asked(demand)
    refuse_while_parts_are_open(demand)
    if demand.state == State.CLOSED and not demand.dissatisfied:
        raise ActionNotAllowed
    moving.move(demand, Action.CLOSE)
    demand.cause = body.cause or (Cause.OTHER if body.result in NOT_DONE else None)
    written = moving.note(session, demand, NoteKind.CLOSE, body.reason, caller)
    await moving.close(session, demand, body.result, caller, note_id=written, cause=demand.cause)
    await moving.settle(session, demand)
    return demand


def refuse_while_the_filer_is_asked(demand: Demand) -> None:
    """A completed demand waits for its filer's word, where there is one to say it."""
    if demand.state == State.COMPLETED and not (demand.dissatisfied or demand.staff_filed):
        raise ActionNotAllowed(Text("正在等待居民评议", "The filer is being asked"))


def refuse_while_parts_are_open(demand: Demand) -> None:
    """What is split waits for its parts: the desk ends those first."""
    if is_waiting_for_parts(demand):
        raise ActionNotAllowed(Text("尚有子单未结束", "Parts of it have not ended yet"))


def is_waiting_for_parts(demand: Demand) -> bool:
    """Whether a split demand has parts that have not ended."""
    return demand.state == State.SERVING and demand.closes is not None and demand.needs_desk != Reason.CHILDREN_ENDED
