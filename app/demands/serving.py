"""Complete and confirm: what was served, how long, and how we know."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import claiming, files, following_queries, moving, queries
from app.demands.lifecycle import ClaimAction, ClaimState, Kind, State
from app.demands.models import Claim, ClaimantKind, Demand, NoteKind, Service
from app.demands.schemas import CompleteIn, ConfirmIn
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, Text
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.models import HolderKind, Provenance
from app.members import queries as members
from app.policies import service as policies
from app.policies.defaults import Key


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How many minutes a service took, how that is known, and whether it fits the clock."""

    minutes: int
    provenance: Provenance
    flagged: bool = False


def reckon(
    began: datetime | None, claimed: datetime | None, ended: datetime, said: int | None, tolerance: timedelta
) -> Reckoned:
    """The minutes of a service: by the clock between arrival and completion, or by one's own word.

    A word counts at once; it is flagged, never refused, when it exceeds what the clock allows by `tolerance`.
    """
    since = began or claimed
    elapsed = max(ended - since, timedelta()) if since else timedelta()
    if said is not None:
        return Reckoned(said, Provenance.ENTERED, timedelta(minutes=said) > elapsed + tolerance)
    if began is None:
        return Reckoned(0, Provenance.ENTERED)
    minutes = round(elapsed.total_seconds() / 60)
    return Reckoned(minutes, Provenance.MEASURED, minutes > 24 * 60)


async def complete(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: CompleteIn) -> Claim:
    """Say what was done, also without having checked in; on a post this books one service of many."""
    claim, demand = await claiming.to_move(session, caller, claim_id, ClaimAction.COMPLETE)
    if claim.state == ClaimState.RELEASED and claim.arrived_at is None:
        raise ActionNotAllowed
    if demand.state == State.MERGED and await following_queries.serves_target(session, demand, claim.claimant_id):
        raise ActionNotAllowed(Text("此次服务已在合并后的需求中计入", "This counts in what it was merged into"))
    serves_on = demand.kind == Kind.POST and claim.state != ClaimState.RELEASED
    action = ClaimAction.SERVE if serves_on else ClaimAction.COMPLETE
    written = body.summary and moving.note(session, demand, NoteKind.COMPLETE, body.summary, caller)
    left = body.left and moving.note(session, demand, NoteKind.LEFT, body.left, caller)
    service = await _serve(session, caller, demand, claim, body.minutes)
    if not serves_on:
        claim.outcome, claim.completed_at = body.outcome, service.served_at
    await files.show_work(session, caller, demand, claim, body)
    told = {"note_id": written, "left_note_id": left, "service_id": service.id, "outcome": body.outcome}
    await moving.move_claim(session, demand, claim, action, caller, **told)
    if serves_on:
        claim.arrived_at = None  # the next service starts its own clock
    if moving.is_over(demand, claim) and not claim.departmental:
        await moving.award(session, demand, [service])
    await moving.settle(session, demand)
    return claim


async def _serve(session: AsyncSession, caller: Caller, demand: Demand, claim: Claim, said: int | None) -> Service:
    now = clock.now()
    tolerance = await policies.value(session, Key.CLOCK_TOLERANCE, demand.region_code)
    found = reckon(claim.arrived_at, claim.claimed_at, now, said, tolerance)
    people = await _holders(session, claim)
    if said is not None and not await _speaks_for_self(session, caller, claim):
        found = Reckoned(said, Provenance.CONFIRMED)
    earlier = await queries.services(session, claim.id)
    service = Service(
        id=new_id(),
        claim_id=claim.id,
        sequence=len(earlier) + 1,
        minutes=found.minutes,
        provenance=found.provenance,
        flagged=found.flagged,
        served_at=now,
    )
    session.add(service)
    claim.minutes, claim.provenance = (claim.minutes or 0) + found.minutes, found.provenance
    if not claim.departmental:  # departmental duty books no volunteer hours
        await booking.book_minutes(
            session,
            Source(moving.SERVICE_SOURCE, service.id),
            people,
            minutes=found.minutes,
            provenance=found.provenance,
            region_code=demand.region_code,
            served_at=now,
            booked_by=caller.account_id,
        )
    return service


async def _speaks_for_self(session: AsyncSession, caller: Caller, claim: Claim) -> bool:
    """Whether the caller holds the claim or serves on it, so that what they say is their own word."""
    serving = (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])
    return claim.claimant_id in queries.claimant_ids(caller) or caller.member_id in serving


async def _holders(session: AsyncSession, claim: Claim) -> Sequence[Holder]:
    """Whose hours these are, each with the organization they belong to now."""
    if claim.claimant_kind == ClaimantKind.RESIDENT:
        return [Holder(HolderKind.ACCOUNT, claim.claimant_id, None)]
    ids = [claim.claimant_id]
    if claim.claimant_kind == ClaimantKind.ORGANIZATION:
        ids = (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])
    known = await members.members(session, ids)
    return [Holder(HolderKind.MEMBER, one, known[one].organization_id) for one in ids]


async def confirm(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: ConfirmIn) -> Claim:
    """Vouch for a service, correcting its minutes where they are wrong; on a post, for the latest one."""
    claim, demand = await claiming.to_move(session, caller, claim_id, ClaimAction.CONFIRM)
    if await _speaks_for_self(session, caller, claim):
        raise Forbidden(Text("不能确认自己的服务", "Nobody confirms what they served"))
    done = await queries.services(session, claim.id)
    waiting = [service for service in done if service.confirmed_by is None]
    if claim.state == ClaimState.ACCEPTED and not waiting:
        raise ActionNotAllowed
    await moving.move_claim(session, demand, claim, ClaimAction.CONFIRM, caller)
    service = waiting[-1]
    minutes = service.minutes if body.minutes is None else body.minutes
    claim.minutes = (claim.minutes or 0) - service.minutes + minutes
    claim.provenance = Provenance.CONFIRMED
    service.minutes, service.provenance, service.flagged = minutes, Provenance.CONFIRMED, False
    service.confirmed_by = caller.account_id
    await booking.correct_minutes(
        session,
        Source(moving.SERVICE_SOURCE, service.id),
        minutes=minutes,
        provenance=Provenance.CONFIRMED,
        booked_by=caller.account_id,
    )
    await moving.settle(session, demand)
    return claim
