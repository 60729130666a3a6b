"""What an appeal does to a demand, a claim, an evaluation or a service; who may say so is decided above."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import moving
from app.demands.events import DemandEvent
from app.demands.lifecycle import Action, ClaimAction, Reason
from app.demands.models import Claim, Demand, Evaluation, Service
from app.kit import clock
from app.ledger import booking
from app.ledger.booking import Source
from app.ledger.models import Provenance, Unit


async def refile(
    session: AsyncSession, caller: Caller, demand: Demand, handler_region_code: str, appellant: uuid.UUID
) -> None:
    """Bring a demand that was refused or cancelled back, to the desk that says it was right."""
    moving.move(demand, Action.APPEAL)
    demand.mode = demand.audience = demand.ends_at = demand.starts_at = demand.cause = None
    demand.handler_region_code, demand.needs_desk = handler_region_code, Reason.NEW
    await moving.settle(session, demand)
    moving.tell(session, demand, DemandEvent.REFILED, caller, appellant=appellant)


async def excuse(session: AsyncSession, caller: Caller, demand: Demand, claim: Claim, appellant: uuid.UUID) -> None:
    """Take a no-show back: the claim ends without penalty, and what was served can still be said."""
    claim.arrived_at, claim.cause = claim.arrived_at or demand.starts_at or claim.claimed_at, None
    await moving.move_claim(session, demand, claim, ClaimAction.EXCUSE, caller, appellant=appellant)
    await moving.settle(session, demand)


async def strike(
    session: AsyncSession, caller: Caller, demand: Demand, evaluation: Evaluation, appellant: uuid.UUID
) -> None:
    """Take an evaluation out of every count; while its round lasts, the filer may give another."""
    evaluation.struck_at = clock.now()
    if evaluation.round == demand.round:
        demand.dissatisfied = False
    moving.tell(session, demand, DemandEvent.EVALUATION_STRUCK, caller, appellant=appellant)
    await moving.settle(session, demand)


async def hold_hours(session: AsyncSession, caller: Caller, service: Service) -> None:
    """Take the minutes of a service out of the ledger until it is decided how many they were."""
    await booking.reverse(session, _source(service), Unit.MINUTES, booked_by=caller.account_id)


async def release_hours(
    session: AsyncSession, caller: Caller, demand: Demand, claim: Claim, service: Service, minutes: int | None
) -> None:
    """Book the minutes that were held: as they stand, or as they ought to be."""
    if minutes is not None:
        claim.minutes = (claim.minutes or 0) - service.minutes + minutes
        claim.provenance = service.provenance = Provenance.CONFIRMED
        service.minutes, service.flagged, service.confirmed_by = minutes, False, caller.account_id
    await booking.restore(
        session,
        _source(service),
        Unit.MINUTES,
        amount=service.minutes,
        provenance=service.provenance,
        booked_by=caller.account_id,
    )
    if moving.is_over(demand, claim):
        await moving.award(session, demand, [service])


def _source(service: Service) -> Source:
    return Source(moving.SERVICE_SOURCE, service.id)
