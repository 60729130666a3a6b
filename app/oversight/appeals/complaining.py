"""投诉建议: say what is wrong or could be better; a desk answers by its day, or the level above must."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import queries as demands
from app.demands.dispatching import desk_of
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.oversight.appeals import climbing, queries
from app.oversight.appeals.errors import DecidedByYou
from app.oversight.appeals.events import OversightEvent
from app.oversight.appeals.models import Complaint, ComplaintKind, ComplaintState
from app.oversight.appeals.schemas import AnswerIn, ComplaintIn
from app.policies.defaults import Key
from app.regions import queries as regions


async def complain(session: AsyncSession, caller: Caller, body: ComplaintIn) -> Complaint:
    """File a complaint or a suggestion; a complaint about a demand goes above the desk that has it."""
    now, region_code = clock.now(), await _desk(session, caller, body)
    made = Complaint(
        id=new_id(),
        kind=body.kind,
        region_code=region_code,
        demand_id=body.demand_id,
        text=body.text,
        anonymous=body.anonymous,
        state=ComplaintState.WAITING,
        filed_by=caller.account_id,
        filed_at=now,
        raised_again=False,
    )
    await climbing.set_clock(session, made, Key.COMPLAINT_DUE, region_code, now)
    session.add(made)
    _tell(session, OversightEvent.COMPLAINT_FILED, made, caller)
    return made


async def _desk(session: AsyncSession, caller: Caller, body: ComplaintIn) -> str:
    if body.demand_id is not None:
        demand = await demands.demand(session, caller, body.demand_id)
        handler = demand.handler_region_code
        return await climbing.above(session, handler) if body.kind == ComplaintKind.COMPLAINT else handler
    code = body.region_code or caller.home_region_code
    if code is None:
        raise InvalidRequest.field("region_code", "missing", "请选择所在社区", "region_code is needed")
    if await regions.region(session, code) is None:
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such region")
    return desk_of(code)


async def answer(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, body: AnswerIn) -> Complaint:
    """Answer for the desk; nobody answers themselves."""
    found = await queries.complaint(session, caller, complaint_id, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    if found.filed_by == caller.account_id:
        raise DecidedByYou
    if found.state != ComplaintState.WAITING:
        raise ActionNotAllowed
    found.state, found.answer, found.accepted = ComplaintState.ANSWERED, body.text, body.accepted
    found.answered_by, found.answered_at, found.timer_at = caller.account_id, clock.now(), None
    _tell(session, OversightEvent.COMPLAINT_ANSWERED, found, caller)
    return found


async def raise_again(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID) -> Complaint:
    """Ask the level above, once, where the answer does not content."""
    found = await queries.complaint(session, caller, complaint_id, lock=True)
    if found.filed_by != caller.account_id:
        raise Forbidden
    if not may_raise_again(found):
        raise ActionNotAllowed
    before = found.region_code
    found.region_code, found.raised_again = await climbing.above(session, before), True
    found.state, found.answered_by, found.answered_at = ComplaintState.WAITING, None, None
    await climbing.set_clock(session, found, Key.COMPLAINT_DUE, before, clock.now())
    _tell(session, OversightEvent.COMPLAINT_RAISED_AGAIN, found, caller)
    return found


def may_raise_again(found: Complaint) -> bool:
    """Whether somebody is above who has not been asked."""
    unasked = found.region_code != climbing.ADMINISTRATORS and not found.raised_again
    return found.state == ComplaintState.ANSWERED and unasked


def _tell(session: AsyncSession, kind: OversightEvent, complaint: Complaint, caller: Caller) -> None:
    events.record(
        session,
        kind,
        subject=complaint.id,
        region_code=complaint.region_code,
        actor=caller.account_id,
        demand_id=complaint.demand_id,
    )
