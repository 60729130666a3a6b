"""评议: the filer says whether it is resolved; silence closes a demand unrated."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import moving, queries, relations
from app.demands.errors import AlreadyEvaluated
from app.demands.events import DemandEvent
from app.demands.lifecycle import LIVE, Action, ClaimState, Relation, State
from app.demands.models import Channel, Claim, Demand, Evaluation, Result
from app.demands.schemas import EvaluationIn
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, Text
from app.policies import service as policies
from app.policies.defaults import Key


async def evaluate(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: EvaluationIn) -> Evaluation:
    """Rate a round once: resolved closes the demand, not resolved hands it to the desk."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    relations.require(relations.of(caller, demand), Action.EVALUATE)
    await _refuse_a_biased_voice(session, caller, demand, body.channel)
    if demand.parent_id is not None:
        raise ActionNotAllowed(Text("请在主单上评议", "Rate the demand that it is a part of"))
    await _refuse_out_of_time(session, demand)
    if await queries.evaluation(session, demand) is not None:
        raise AlreadyEvaluated
    made = _evaluation(caller, demand, body)
    session.add(made)
    moving.tell(
        session,
        demand,
        DemandEvent.EVALUATED,
        caller,
        stars=body.stars,
        resolved=body.resolved,
        channel=body.channel,
    )
    if body.resolved:
        await _resolve(session, demand, caller)
    else:
        demand.dissatisfied = True
    await moving.settle(session, demand)
    return made


async def evaluations(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> Sequence[Evaluation]:
    """What was said of a demand's rounds, for its filer, its desk and those who served."""
    demand = await queries.demand(session, caller, demand_id)
    mine = (await queries.my_claims(session, caller, [demand.id])).get(demand.id, [])
    concerned = relations.of(caller, demand) or caller.covers(demand.handler_region_code)
    if not concerned and not any(_served(claim) for claim in mine):
        raise Forbidden
    return await queries.evaluations(session, demand)


def _evaluation(caller: Caller, demand: Demand, body: EvaluationIn) -> Evaluation:
    return Evaluation(
        id=new_id(),
        demand_id=demand.id,
        round=demand.round,
        stars=body.stars,
        resolved=body.resolved,
        tags=list(body.tags),
        comment=body.comment,
        channel=body.channel,
        evaluated_by=caller.account_id,
        evaluated_at=clock.now(),
    )


async def _resolve(session: AsyncSession, demand: Demand, caller: Caller) -> None:
    """Close with the one result that only the filer can give; a closed demand changes its result."""
    was_closed = demand.state == State.CLOSED
    moving.move(demand, Action.EVALUATE)
    if was_closed:
        demand.result, demand.cause, demand.dissatisfied = Result.RESOLVED, None, False
    else:
        await moving.close(session, demand, Result.RESOLVED, caller)


async def _refuse_a_biased_voice(session: AsyncSession, caller: Caller, demand: Demand, channel: Channel) -> None:
    """Nobody rates what they served or what staff asked for; the desk only notes what it hears on the phone."""
    is_filer = Relation.FILER in relations.of(caller, demand) and not _filed_as_staff(caller, demand)
    speaks_on_the_phone = channel == Channel.CALLBACK
    if demand.staff_filed or (speaks_on_the_phone and Relation.HANDLER not in relations.of(caller, demand)):
        raise Forbidden(Text("工作人员发布的需求不作评议", "What staff filed is not rated"))
    if not is_filer and not speaks_on_the_phone:
        raise Forbidden(Text("请以电话回访方式登记评议", "The desk notes a rating as a callback"))
    mine = (await queries.my_claims(session, caller, [demand.id])).get(demand.id, [])
    if any(_served(claim) for claim in mine):
        raise Forbidden(Text("不能评议自己的服务", "Nobody rates what they served"))


def _served(claim: Claim) -> bool:
    """Whether its people did something, checked in or not, or are there now."""
    is_there = claim.arrived_at is not None and claim.state in LIVE | {ClaimState.RELEASED}
    return is_there or claim.minutes is not None


def _filed_as_staff(caller: Caller, demand: Demand) -> bool:
    """Whether the caller's desk filed it for somebody else, whose word they can only note."""
    for_another = demand.on_behalf_phone is not None and demand.on_behalf_phone != caller.phone
    return for_another and caller.covers(demand.origin_region_code, DISPATCHERS)


async def _refuse_out_of_time(session: AsyncSession, demand: Demand) -> None:
    if demand.state == State.COMPLETED:
        return
    if demand.state != State.CLOSED or demand.closed_at is None:
        raise ActionNotAllowed
    window = await policies.value(session, Key.LATE_RATING_WINDOW, demand.region_code)
    if demand.closed_at + window < clock.now():
        raise ActionNotAllowed(Text("评议期已过", "It is too late to rate"))
