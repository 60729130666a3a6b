"""What can be appealed: who may, when and by whom it was decided, and what holding and deciding do to it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import merging, moving, redress, relations
from app.demands import queries as demands
from app.demands.events import DemandEvent
from app.demands.lifecycle import ClaimState, State
from app.demands.models import Demand
from app.demands.moving import SERVICE_SOURCE
from app.kit.errors import ActionNotAllowed, Forbidden, NotFound
from app.ledger import booking
from app.ledger.booking import Source
from app.ledger.hours import own_ids
from app.ledger.models import Unit
from app.oversight.appeals import climbing, queries
from app.oversight.appeals.models import Appeal, AppealKind

ENDED = {
    AppealKind.REJECTION: (State.REJECTED, DemandEvent.REJECTED),
    AppealKind.MERGE: (State.MERGED, DemandEvent.MERGED),
    AppealKind.CANCELLATION: (State.CANCELLED, DemandEvent.CANCELLED),
}
"""In which state a demand is that was ended so, and what the log calls it."""
LEDGER = frozenset({AppealKind.HOURS, AppealKind.POINTS})
"""What an upheld appeal must give an amount for."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A decision that the caller may appeal, its demand locked."""

    demand: Demand
    decided_at: datetime
    decided_by: uuid.UUID | None
    source_id: uuid.UUID | None = None
    """The service whose hours or points it is about."""


async def find(session: AsyncSession, caller: Caller, kind: AppealKind, subject_id: uuid.UUID) -> Subject:
    """The decision; raises `NotFound`, `Forbidden` for who is not concerned, `ActionNotAllowed` where none was made."""
    match kind:
        case AppealKind.NO_SHOW:
            return await _no_show(session, caller, subject_id)
        case AppealKind.EVALUATION:
            return await _evaluation(session, caller, subject_id)
        case AppealKind.HOURS:
            return await _hours(session, caller, subject_id)
        case AppealKind.POINTS:
            return await _points(session, caller, subject_id)
    return await _ended(session, caller, kind, subject_id)


async def _ended(session: AsyncSession, caller: Caller, kind: AppealKind, demand_id: uuid.UUID) -> Subject:
    """A demand that was refused, merged or cancelled; its filer may object."""
    demand = await demands.demand(session, caller, demand_id, lock=True)
    if not relations.is_filer(caller, demand):
        raise Forbidden
    state, event = ENDED[kind]
    if demand.state != state:
        raise ActionNotAllowed
    return Subject(demand, demand.moved_at, await queries.who_did(session, demand.id, event))


async def _no_show(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Subject:
    claim, demand = await demands.claim_and_demand(session, caller, claim_id, lock=True)
    if claim.claimant_id not in demands.claimant_ids(caller):
        raise Forbidden
    if claim.state != ClaimState.NO_SHOW or claim.ended_at is None:
        raise ActionNotAllowed
    return Subject(demand, claim.ended_at, await queries.who_did(session, demand.id, DemandEvent.NO_SHOW))


async def _evaluation(session: AsyncSession, caller: Caller, evaluation_id: uuid.UUID) -> Subject:
    """An evaluation; those who served in its round and the desk that it speaks of may object."""
    found = await queries.evaluation(session, evaluation_id)
    if found is None:
        raise NotFound
    demand = await demands.demand(session, caller, found.demand_id, lock=True)
    mine = (await demands.my_claims(session, caller, [demand.id])).get(demand.id, [])
    served = any(claim.round == found.round and claim.minutes is not None for claim in mine)
    if not (served or caller.covers(demand.handler_region_code, DISPATCHERS)):
        raise Forbidden
    return Subject(demand, found.evaluated_at, found.evaluated_by)


async def _hours(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Subject:
    """The minutes of a claim's latest service; who served, their organization and the filer may object."""
    claim, demand = await demands.claim_and_demand(session, caller, claim_id, lock=True)
    mine = (await demands.my_claims(session, caller, [demand.id])).get(demand.id, [])
    if not (any(one.id == claim.id for one in mine) or relations.is_filer(caller, demand)):
        raise Forbidden
    service = await queries.latest_service(session, claim.id)
    if service is None or claim.departmental:
        raise ActionNotAllowed
    return Subject(demand, service.served_at, service.confirmed_by, service.id)


async def _points(session: AsyncSession, caller: Caller, entry_id: uuid.UUID) -> Subject:
    """One's own points for one service."""
    entry = await queries.points_of(session, await own_ids(session, caller), entry_id)
    if entry is None:
        raise NotFound
    if entry.source_kind != SERVICE_SOURCE or entry.reverses_id is not None:
        raise ActionNotAllowed
    _, claim = await queries.service(session, entry.source_id)
    demand = await queries.locked_demand(session, claim.demand_id)
    return Subject(demand, entry.booked_at, entry.booked_by, entry.source_id)


async def hold(session: AsyncSession, caller: Caller, demand: Demand, appeal: Appeal) -> None:
    """Take out of the ledger what is appealed; other decisions have no effect that could be held."""
    match appeal.subject_kind:
        case AppealKind.REJECTION | AppealKind.MERGE | AppealKind.CANCELLATION:
            demand.appealed_at = appeal.filed_at
        case AppealKind.HOURS:
            service, claim = await queries.service(session, _source_of(appeal))
            await redress.hold_hours(session, caller, service)
            moving.tell(session, demand, DemandEvent.HOURS_HELD, caller, claim)
        case AppealKind.POINTS:
            holder_id = await queries.holder_of(session, appeal.subject_id)
            await booking.reverse(
                session, _service(appeal), Unit.POINTS, holder_id=holder_id, booked_by=caller.account_id
            )


async def let_stand(session: AsyncSession, caller: Caller, demand: Demand, appeal: Appeal) -> None:
    """Give the decision its effect again."""
    await _book(session, caller, demand, appeal, None)


async def uphold(session: AsyncSession, caller: Caller, demand: Demand, appeal: Appeal) -> None:
    """Put right what was decided wrongly."""
    match appeal.subject_kind:
        case AppealKind.NO_SHOW:
            claim, _ = await demands.claim_and_demand(session, caller, appeal.subject_id, lock=True)
            await redress.excuse(session, caller, demand, claim, appeal.filed_by)
        case AppealKind.EVALUATION:
            evaluation = await queries.evaluation(session, appeal.subject_id)
            if evaluation is None:
                raise ActionNotAllowed
            await redress.strike(session, caller, demand, evaluation, appeal.filed_by)
        case AppealKind.HOURS | AppealKind.POINTS:
            await _book(session, caller, demand, appeal, appeal.amount)
        case AppealKind.MERGE:
            await merging.separate(session, caller, demand, appeal.filed_by)
        case _:
            desk = appeal.region_code if appeal.region_code != climbing.ADMINISTRATORS else demand.handler_region_code
            await redress.refile(session, caller, demand, desk, appeal.filed_by)


async def _book(session: AsyncSession, caller: Caller, demand: Demand, appeal: Appeal, amount: int | None) -> None:
    match appeal.subject_kind:
        case AppealKind.HOURS:
            service, claim = await queries.service(session, _source_of(appeal))
            await redress.release_hours(session, caller, demand, claim, service, amount)
            moving.tell(session, demand, DemandEvent.HOURS_SETTLED, caller, claim, appellant=appeal.filed_by)
        case AppealKind.POINTS:
            await booking.restore(
                session,
                _service(appeal),
                Unit.POINTS,
                amount=amount,
                holder_id=await queries.holder_of(session, appeal.subject_id),
                booked_by=caller.account_id,
            )


def _source_of(appeal: Appeal) -> uuid.UUID:
    assert appeal.source_id is not None  # noqa: S101 - hours and points have one
    return appeal.source_id


def _service(appeal: Appeal) -> Source:
    return Source(SERVICE_SOURCE, _source_of(appeal))
