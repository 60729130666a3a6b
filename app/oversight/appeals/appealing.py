"""申诉: object to a decision; it has no effect until the level above has decided."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands.models import Demand
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.oversight.appeals import climbing, queries, subjects
from app.oversight.appeals.errors import AlreadyAppealed, DecidedByYou, TooLateToAppeal
from app.oversight.appeals.events import OversightEvent
from app.oversight.appeals.models import Appeal, AppealState
from app.oversight.appeals.schemas import AppealDecisionIn, AppealIn
from app.policies import service as policies
from app.policies.defaults import Key

TOLD = {
    AppealState.UPHELD: OversightEvent.APPEAL_UPHELD,
    AppealState.REFUSED: OversightEvent.APPEAL_REFUSED,
    AppealState.WITHDRAWN: OversightEvent.APPEAL_WITHDRAWN,
}


async def file(session: AsyncSession, caller: Caller, body: AppealIn) -> Appeal:
    """Appeal a decision, once; raises `AlreadyAppealed` and `TooLateToAppeal`."""
    subject = await subjects.find(session, caller, body.subject_kind, body.subject_id)
    now, handler = clock.now(), subject.demand.handler_region_code
    kind, since, source_id = body.subject_kind, subject.decided_at, subject.source_id
    if await queries.was_appealed(session, caller, kind, body.subject_id, since=since, source_id=source_id):
        raise AlreadyAppealed
    if since + await policies.value(session, Key.APPEAL_WINDOW, handler) < now:
        raise TooLateToAppeal
    made = Appeal(
        id=new_id(),
        subject_kind=kind,
        subject_id=body.subject_id,
        source_id=source_id,
        demand_id=subject.demand.id,
        region_code=await climbing.above(session, handler),
        reason=body.reason,
        state=AppealState.PENDING,
        decided_by=subject.decided_by,
        filed_by=caller.account_id,
        filed_at=now,
    )
    await climbing.set_clock(session, made, Key.APPEAL_DUE, handler, now)
    session.add(made)
    await session.flush()  # of two at once, the second is refused here
    await subjects.hold(session, caller, subject.demand, made)
    _tell(session, OversightEvent.APPEAL_FILED, made, caller)
    return made


async def decide(session: AsyncSession, caller: Caller, appeal_id: uuid.UUID, body: AppealDecisionIn) -> Appeal:
    """Say whether an appeal is right; neither who filed it nor who decided before may. Raises `DecidedByYou`."""
    found = await queries.appeal(session, caller, appeal_id)
    caller.require(DISPATCHERS, found.region_code)
    if caller.account_id in (found.filed_by, found.decided_by):
        raise DecidedByYou
    _check_amount(found, body)
    demand, found = await _locked(session, found)
    found.answer, found.amount = body.reason, body.amount
    if body.upheld:
        await subjects.uphold(session, caller, demand, found)
    else:
        await subjects.let_stand(session, caller, demand, found)
    _end(session, caller, found, AppealState.UPHELD if body.upheld else AppealState.REFUSED)
    return found


def _check_amount(appeal: Appeal, body: AppealDecisionIn) -> None:
    needed = body.upheld and appeal.subject_kind in subjects.LEDGER
    if needed and body.amount is None:
        raise InvalidRequest.field("amount", "missing", "请填写应得的分钟数或积分", "say how much it ought to be")
    if not needed and body.amount is not None:
        raise InvalidRequest.field("amount", "not_wanted", "此裁决不填数额", "this decision takes no amount")


async def withdraw(session: AsyncSession, caller: Caller, appeal_id: uuid.UUID) -> Appeal:
    """Take one's appeal back; the decision has its effect again."""
    found = await queries.appeal(session, caller, appeal_id)
    if found.filed_by != caller.account_id:
        raise Forbidden
    demand, found = await _locked(session, found)
    await subjects.let_stand(session, caller, demand, found)
    _end(session, caller, found, AppealState.WITHDRAWN)
    return found


async def _locked(session: AsyncSession, found: Appeal) -> tuple[Demand, Appeal]:
    """The demand and the appeal, held in this order; raises `ActionNotAllowed` once it has ended."""
    demand = await queries.locked_demand(session, found.demand_id)
    found = await queries.locked_appeal(session, found.id)
    if found.state != AppealState.PENDING:
        raise ActionNotAllowed
    return demand, found


def _end(session: AsyncSession, caller: Caller, appeal: Appeal, state: AppealState) -> None:
    appeal.state, appeal.timer_at = state, None
    appeal.ended_by, appeal.ended_at = caller.account_id, clock.now()
    _tell(session, TOLD[state], appeal, caller)


def _tell(session: AsyncSession, kind: OversightEvent, appeal: Appeal, caller: Caller) -> None:
    events.record(
        session,
        kind,
        subject=appeal.id,
        region_code=appeal.region_code,
        actor=caller.account_id,
        demand_id=appeal.demand_id,
        subject_kind=appeal.subject_kind,
        subject_id=appeal.subject_id,
    )
