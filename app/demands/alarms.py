"""What the clock says of a demand in time and out of it: overdue climbs its ladder, a whistle's clocks warn."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.demands import clock_queries, moving, queries
from app.demands.clock_models import OverdueStep, WhistleAlarm
from app.demands.events import DemandEvent
from app.demands.ladder import STEPS, AlarmLevel, Climbed, ClockRun, LadderStep, WhistleClock, next_step
from app.demands.lifecycle import LIVE, NOT_OVERDUE
from app.demands.models import Claim, ClaimantKind, Demand
from app.kit import clock
from app.kit.db import new_id
from app.members import queries as members
from app.policies import calendars
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import queries as regions

LEVELS = {LadderStep.COMMUNITY: 12, LadderStep.SUBDISTRICT: 9, LadderStep.DISTRICT: 6}
"""How many digits of a region's code say whose desk stands on a step."""


@dataclass(frozen=True, slots=True)
class Whistled:
    """A word of one of a whistle's clocks that is still to be said."""

    at: datetime
    claim: Claim
    clock: WhistleClock
    level: AlarmLevel


async def sound(session: AsyncSession, demand: Demand, until: datetime) -> None:
    """Say everything that was due up to a moment, in the order of its own time, and set the next alarm."""
    if demand.state in NOT_OVERDUE:
        demand.alarm_at = None
        return
    whistled = sorted(await _whistled(session, demand), key=lambda one: one.at)
    step = await _next_step(session, demand)
    while step and step[1] <= until:
        while whistled and whistled[0].at < step[1]:
            await _say(session, demand, whistled.pop(0))
        await _climb(session, demand, *step)
        step = await _next_step(session, demand)
    while whistled and whistled[0].at <= until:
        await _say(session, demand, whistled.pop(0))
    ahead = [one.at for one in whistled[:1]] + ([step[1]] if step else [])
    demand.alarm_at = min(ahead, default=None)


async def _next_step(session: AsyncSession, demand: Demand) -> tuple[LadderStep, datetime] | None:
    """The step that an overdue demand takes next; while its clock stands still, not before it goes on."""
    if demand.climbed == len(STEPS):
        return None
    latest = await clock_queries.latest_step(session, demand) if demand.climbed else None
    taken = Climbed(latest.step, latest.scheduled_at, bool(latest.told)) if latest else None
    waits = await policies.value(session, Key.OVERDUE_LADDER, demand.region_code)
    since = demand.due_at.astimezone(clock.CHINA).date()
    found = next_step(demand.due_at, taken, waits, await calendars.calendar(session, demand.region_code, since))
    if found is None or demand.paused_until is None:
        return found
    return found[0], max(found[1], demand.paused_until)


async def _climb(session: AsyncSession, demand: Demand, step: LadderStep, at: datetime) -> None:
    """Take one step and tell who stands there."""
    told = await _standing_on(session, demand, step)
    demand.climbed += 1
    session.add(
        OverdueStep(
            id=new_id(),
            demand_id=demand.id,
            round=demand.round,
            step=step,
            due_at=demand.due_at,
            scheduled_at=at,
            taken_at=clock.now(),
            told=told,
        )
    )
    due_at, scheduled_at = demand.due_at.isoformat(), at.isoformat()
    said = {"step": step, "told": told, "due_at": due_at, "scheduled_at": scheduled_at}
    moving.tell(session, demand, DemandEvent.OVERDUE, None, None, **said)


async def _standing_on(session: AsyncSession, demand: Demand, step: LadderStep) -> Sequence[uuid.UUID]:
    """The accounts that hear of a step: who serves, who speaks for their branches, or a desk's dispatchers."""
    if step in LEVELS:
        return await access.dispatchers_at(session, demand.region_code[: LEVELS[step]])
    claims = await queries.claims_of_round(session, demand, [*LIVE])
    member_ids = [claim.claimant_id for claim in claims if claim.claimant_kind == ClaimantKind.MEMBER]
    for serving in (await queries.members_of_claims(session, [claim.id for claim in claims])).values():
        member_ids += serving
    if step == LadderStep.BRANCH:
        people = await members.members(session, member_ids)
        return await access.liaisons_of(session, {member.organization_id for member in people.values()})
    residents = {claim.claimant_id for claim in claims if claim.claimant_kind == ClaimantKind.RESIDENT}
    speaking = await access.liaisons_of(session, [claim.organization_id for claim in claims if claim.organization_id])
    return sorted(residents.union(speaking, await access.accounts_of_members(session, member_ids)))


async def _whistled(session: AsyncSession, demand: Demand) -> list[Whistled]:
    """What the clocks of this round's whistles have still to say."""
    claims = await clock_queries.whistles(session, demand)
    if not claims:
        return []
    said = await clock_queries.sounded(session, [claim.id for claim in claims])
    share = await policies.value(session, Key.WHISTLE_WARNING, demand.region_code)
    return [
        Whistled(at, claim, run.clock, level)
        for claim in claims
        for run in _runs(claim)
        for level, at in run.alarms(share)
        if (claim.id, run.clock, level) not in said
    ]


def _runs(claim: Claim) -> Iterator[ClockRun]:
    """A whistle's three clocks; what comes later in a visit has been done before it, noted or not."""
    arrived = _first(claim.arrived_at, claim.ended_at)
    contacted = _first(claim.contacted_at, arrived)
    clocks = (
        (WhistleClock.ACKNOWLEDGE, claim.acknowledge_by, _first(claim.claimed_at, contacted)),
        (WhistleClock.CONTACT, claim.contact_by, contacted),
        (WhistleClock.ARRIVE, claim.arrive_by, arrived),
    )
    for name, ends, stopped in clocks:
        if ends is not None:
            yield ClockRun(name, claim.made_at, ends, stopped)


def _first(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


async def _say(session: AsyncSession, demand: Demand, alarm: Whistled) -> None:
    """Warn the department; of a missed time tell the whistling desk and the one above it as well."""
    told: set[uuid.UUID] = set(await access.liaisons_of(session, _named(alarm.claim)))
    kind = DemandEvent.WARNED
    if alarm.level == AlarmLevel.MISSED:
        kind = DemandEvent.MISSED
        above = await regions.parent_code_of(session, demand.handler_region_code)
        for desk in filter(None, (demand.handler_region_code, above)):
            told.update(await access.dispatchers_at(session, desk))
    hearing = sorted(told)
    session.add(
        WhistleAlarm(
            claim_id=alarm.claim.id,
            clock=alarm.clock,
            level=alarm.level,
            scheduled_at=alarm.at,
            taken_at=clock.now(),
            told=hearing,
        )
    )
    said = {"clock": alarm.clock, "told": hearing, "scheduled_at": alarm.at.isoformat()}
    moving.tell(session, demand, kind, None, alarm.claim, **said)


def _named(claim: Claim) -> Collection[uuid.UUID]:
    return [claim.organization_id] if claim.organization_id else []
