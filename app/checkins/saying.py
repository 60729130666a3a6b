"""A scan says a domain verb: report in, attend or leave an activity, arrive at or finish a claim."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities import presence, signing_up
from app.activities import queries as activities
from app.activities.models import SignUp
from app.activities.presence import Sighting
from app.checkins import scan_queries
from app.checkins.events import ScanEvent
from app.checkins.meaning import Meaning
from app.checkins.scan_models import Scan, ScanAction, ScanOutcome, ScanReason
from app.demands import claiming, serving
from app.demands import queries as demands
from app.demands.lifecycle import Kind
from app.demands.models import Claim, Demand
from app.demands.schemas import CompleteIn
from app.enrollments import enrolling
from app.enrollments.schemas import EnrollmentIn
from app.kit import events
from app.ledger.models import HolderKind, Provenance
from app.policies import service as policies
from app.policies.scan_rules import ScanKey


@dataclass(frozen=True, slots=True)
class Said:
    """What saying it came to, and the moment that counts."""

    outcome: ScanOutcome
    counts_at: datetime | None = None
    reason: ScanReason | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it, of which moment, and how that is known; `by_hand` is somebody's word for another."""

    caller: Caller
    at: datetime
    provenance: Provenance = Provenance.MEASURED
    by_hand: bool = False


async def say(session: AsyncSession, voice: Voice, meaning: Meaning) -> Said:
    """Do what a scan means; raises whatever its verb refuses."""
    match meaning.action:
        case ScanAction.ENROLL:
            return await _enroll(session, voice, meaning)
        case ScanAction.ATTEND | ScanAction.LEAVE:
            return await _be_present(session, voice, meaning)
    claim, demand = await demands.claim_and_demand(session, voice.caller, _subject(meaning), lock=True)
    if meaning.action == ScanAction.ARRIVE:
        return await _arrive(session, voice, meaning, claim, demand)
    return await _finish(session, voice, claim, demand)


def _subject(meaning: Meaning) -> uuid.UUID:
    if meaning.subject_id is None:
        raise LookupError(f"to {meaning.action} needs something")
    return meaning.subject_id


async def _enroll(session: AsyncSession, voice: Voice, meaning: Meaning) -> Said:
    is_member = meaning.subject_id is None and meaning.person.kind == HolderKind.MEMBER
    member_id = meaning.person.id if is_member else None
    said = {"organization_id": meaning.subject_id, "member_id": member_id}
    named = {name: str(one) for name, one in said.items() if one}
    body = EnrollmentIn.model_validate({"region_code": meaning.region_code, **named})
    made = await enrolling.enroll(session, voice.caller, body)
    return Said(ScanOutcome.ACCEPTED, made.requested_at)


async def _be_present(session: AsyncSession, voice: Voice, meaning: Meaning) -> Said:
    attends = meaning.action == ScanAction.ATTEND
    verb = presence.attend if attends else presence.leave
    shift_id, ids = _subject(meaning), await signing_up.ids_of(session, meaning.person.id)
    before = seen(await activities.standing(session, shift_id, ids))
    one = await verb(session, shift_id, meaning.person, Sighting(voice.at, voice.provenance, voice.caller))
    return said_of(one, before, meaning.action)


def said_of(one: SignUp, before: tuple[datetime | None, datetime | None], action: ScanAction) -> Said:
    """What attending or leaving came to, of who was `seen` like that before."""
    outcome = ScanOutcome.ALREADY if seen(one) == before else ScanOutcome.ACCEPTED
    return Said(outcome, one.arrived_at if action == ScanAction.ATTEND else one.left_at)


def seen(one: SignUp | None) -> tuple[datetime | None, datetime | None]:
    """When somebody was seen to arrive, and to leave."""
    return (one.arrived_at, one.left_at) if one else (None, None)


async def _arrive(session: AsyncSession, voice: Voice, meaning: Meaning, claim: Claim, demand: Demand) -> Said:
    """Whoever said before that they were done, has now arrived as well: that is finished too."""
    if claim.arrived_at is not None:
        return Said(ScanOutcome.ALREADY, claim.arrived_at)
    await claiming.arrive(session, voice.caller, claim.id, voice.at)
    if demand.kind != Kind.POST:
        for early in await scan_queries.not_begun(session, claim.id, meaning.person.id):
            await scan_queries.decide(session, early, cause=None, by=None, now=voice.at)
            tell(session, ScanEvent.DECIDED, early, voice.caller)
            if claim.completed_at is None:
                await serving.complete(session, voice.caller, claim.id, CompleteIn())
    return Said(ScanOutcome.ACCEPTED, voice.at)


async def _finish(session: AsyncSession, voice: Voice, claim: Claim, demand: Demand) -> Said:
    before = claim.completed_at or await _served_just_now(session, voice, claim, demand)
    if before is not None:
        return Said(ScanOutcome.ALREADY, before)
    if claim.arrived_at is None and not voice.by_hand:
        return Said(ScanOutcome.PENDING, reason=ScanReason.NOT_BEGUN)
    minutes = None
    if voice.by_hand and claim.arrived_at is not None:  # until then, not until it was decided
        minutes = max(round((voice.at - claim.arrived_at).total_seconds() / 60), 0)
    await serving.complete(session, voice.caller, claim.id, CompleteIn(minutes=minutes))
    return Said(ScanOutcome.ACCEPTED, voice.at)


async def _served_just_now(session: AsyncSession, voice: Voice, claim: Claim, demand: Demand) -> datetime | None:
    """When the last of many services on a post was done, if another scan is still the same one."""
    if demand.kind != Kind.POST or claim.arrived_at is not None:
        return None
    gap = await policies.value(session, ScanKey.GAP, demand.region_code)
    done = [one.served_at for one in await demands.services(session, claim.id)]
    return done[-1] if done and voice.at - done[-1] < gap else None


def tell(session: AsyncSession, kind: ScanEvent, scan: Scan, caller: Caller) -> None:
    """Write to the event log that a scan waits for a person, or what they decided."""
    events.record(
        session,
        kind,
        subject=scan.id,
        region_code=scan.region_code or "",
        actor=caller.account_id,
        action=scan.action,
        subject_id=scan.subject_id,
    )
