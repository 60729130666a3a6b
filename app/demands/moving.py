"""How a demand goes on: one move at a time through the lifecycle table, then whatever follows from it."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import deadlines, following_queries, queries, relations
from app.demands.events import DemandEvent
from app.demands.lifecycle import (
    CLAIM_MOVES,
    ENDS,
    LIVE,
    MOVES,
    NOT_OVERDUE,
    OPEN_STATES,
    Action,
    ClaimAction,
    ClaimState,
    Clocks,
    Plan,
    Reason,
    State,
    Tally,
    attention,
    follows,
)
from app.demands.models import Claim, Demand, Note, NoteKind, Result, Service
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed
from app.ledger import booking
from app.members import engagements
from app.policies import service as policies
from app.policies.defaults import Key

CLAIM_SOURCE, SERVICE_SOURCE = "claim", "service"
RESTS = (Key.ANSWER_WINDOW, Key.RATING_WINDOW, Key.CLAIM_WINDOW, Key.SERVICE_WINDOW)

TOLD = {
    ClaimAction.ACCEPT: DemandEvent.CLAIMED,
    ClaimAction.DECLINE: DemandEvent.DECLINED,
    ClaimAction.EXPIRE: DemandEvent.EXPIRED,
    ClaimAction.WITHDRAW: DemandEvent.WITHDRAWN,
    ClaimAction.RELEASE: DemandEvent.RELEASED,
    ClaimAction.CONTACT: DemandEvent.CONTACTED,
    ClaimAction.ARRIVE: DemandEvent.ARRIVED,
    ClaimAction.SERVE: DemandEvent.SERVED,
    ClaimAction.COMPLETE: DemandEvent.SERVED,
    ClaimAction.CONFIRM: DemandEvent.CONFIRMED,
    ClaimAction.NO_SHOW: DemandEvent.NO_SHOW,
    ClaimAction.EXCUSE: DemandEvent.EXCUSED,
    ClaimAction.RESTORE: DemandEvent.RESTORED,
}
LEAVES_PLANS_ALONE = frozenset({Action.CLAIM, Action.ARRIVE, Action.VACATE})
"""Moves after which a proposed plan still makes sense."""
ENDING = frozenset(
    {
        ClaimState.DECLINED,
        ClaimState.EXPIRED,
        ClaimState.WITHDRAWN,
        ClaimState.RELEASED,
        ClaimState.NO_SHOW,
        ClaimState.COMPLETED,
    }
)


def plan_of(demand: Demand) -> Plan:
    """What of a demand decides how it goes on."""
    return Plan(
        kind=demand.kind,
        state=demand.state,
        mode=demand.mode,
        slots=demand.slots,
        ends_at=demand.ends_at,
        staff_filed=demand.staff_filed,
        dissatisfied=demand.dissatisfied,
        awaits_approval=demand.awaits_approval,
        is_child=demand.parent_id is not None,
        closes=demand.closes,
    )


def move(demand: Demand, action: Action) -> None:
    """Move a demand through the table; raises `ActionNotAllowed` for a move that is not in it."""
    try:
        demand.state = MOVES[demand.state, action]
    except KeyError:
        raise ActionNotAllowed from None
    demand.moved_at = clock.now()
    demand.awaits_approval = action == Action.PROPOSE or (bool(demand.awaits_approval) and action in LEAVES_PLANS_ALONE)
    if demand.state in NOT_OVERDUE:
        demand.alarm_at = None
    elif demand.alarm_at is None:
        deadlines.wake(demand, demand.due_at)


def tell(
    session: AsyncSession,
    demand: Demand,
    kind: DemandEvent,
    caller: Caller | None,
    claim: Claim | None = None,
    **payload: Any,
) -> None:
    """Write what happened to a demand into the event log, and as what the caller did it."""
    session.add(told(demand, kind, caller, claim, **payload))


def told(
    demand: Demand, kind: DemandEvent, caller: Caller | None, claim: Claim | None = None, **payload: Any
) -> events.Event:
    """What happened to a demand, and as what the caller did it, as an event that is not written yet."""
    payload = {"round": demand.round, "by": relations.voice(caller, demand, claim), **payload}
    if claim is not None:
        payload["claim_id"] = claim.id
    actor = caller.account_id if caller else None
    return events.event(kind, subject=demand.id, region_code=demand.region_code, actor=actor, **payload)


def note(session: AsyncSession, demand: Demand, kind: NoteKind, text: str, caller: Caller) -> uuid.UUID:
    """Keep somebody's words beside a demand; the event log takes only the note's id."""
    written = Note(
        id=new_id(), demand_id=demand.id, kind=kind, text=text, author=caller.account_id, written_at=clock.now()
    )
    session.add(written)
    return written.id


async def move_claim(
    session: AsyncSession,
    demand: Demand,
    claim: Claim,
    action: ClaimAction,
    caller: Caller | None,
    **payload: Any,
) -> None:
    """Move one claim, as `move_claims` does; `payload` goes into its event."""
    await move_claims(session, demand, [claim], action, caller, **payload)


async def move_claims(
    session: AsyncSession,
    demand: Demand,
    claims: Sequence[Claim],
    action: ClaimAction,
    caller: Caller | None,
    **payload: Any,
) -> None:
    """Move claims through their table, free the people of those that end, and tell.

    Raises `ActionNotAllowed` for a move that is not in the table.
    """
    now = clock.now()
    kind = DemandEvent.ENDED if action == ClaimAction.COMPLETE and "service_id" not in payload else TOLD[action]
    for claim in claims:
        try:
            claim.state = CLAIM_MOVES[claim.state, action]
        except KeyError:
            raise ActionNotAllowed from None
        if claim.state in ENDING:
            claim.ended_at = now
        if demand.state in OPEN_STATES:
            demand.moved_at = now
        tell(session, demand, kind, caller, claim, **payload)
    ended = [claim.id for claim in claims if claim.state in ENDING]
    await engagements.release(session, CLAIM_SOURCE, ended)


async def release(session: AsyncSession, demand: Demand, *states: ClaimState) -> None:
    """Let go of this round's claims in some states, without penalty; who had arrived may still complete."""
    claims = await queries.claims_of_round(session, demand, states)
    await move_claims(session, demand, claims, ClaimAction.RELEASE, None)


async def settle(session: AsyncSession, demand: Demand, now: datetime | None = None) -> None:
    """Make every move that follows from its claims and children, then set the clock and the desk's reason."""
    now = now or clock.now()
    tally = await _tally(session, demand)
    while action := follows(plan_of(demand), tally, now):
        move(demand, action)
        if action == Action.COMPLETE:
            await complete(session, demand, None)
            tally = await _tally(session, demand)
        if action == Action.CLOSE:
            await close(session, demand, Result.HANDLED, None)
    rests = await policies.values(session, RESTS, demand.region_code)
    before = demand.needs_desk
    ends_now = demand.state in ENDS and (demand.timer_at or before)  # what has ended before has neither
    set_attention(demand, tally, rests, now)
    if demand.needs_desk not in (None, before, Reason.NEW):
        tell(session, demand, DemandEvent.NEEDS_DESK, None, reason=demand.needs_desk)
    if ends_now and demand.parent_id is not None:
        await _settle_parent(session, demand, demand.parent_id)


async def _tally(session: AsyncSession, demand: Demand) -> Tally:
    """A demand's claims counted, and its children where it is split; writes its count of places."""
    tally, demand.claimed = await queries.tally(session, demand)
    if demand.closes is None:
        return tally
    still_open, done, undone = await following_queries.count_children(session, demand)
    return replace(tally, children_open=still_open, children_done=done, children_undone=undone)


async def _settle_parent(session: AsyncSession, child: Demand, parent_id: uuid.UUID) -> None:
    """Tell a parent that a part of it has ended; of two parts at once, the second waits for the first."""
    (parent,) = await following_queries.locked(session, [parent_id])
    if parent.state != State.SERVING or parent.round != child.parent_round:
        return
    parent.moved_at = clock.now()
    tell(
        session,
        parent,
        DemandEvent.CHILD_ENDED,
        None,
        child_id=child.id,
        state=child.state,
        result=child.result,
    )
    await settle(session, parent)


def set_attention(demand: Demand, tally: Tally, rests: list[timedelta], now: datetime) -> None:
    """Set when the clock must look again and why a person must act; `rests` are the values of `RESTS`."""
    demand.timer_at, demand.needs_desk = attention(plan_of(demand), tally, _clocks(demand, rests), now)


def _clocks(demand: Demand, rests: list[timedelta]) -> Clocks:
    return Clocks(*(demand.moved_at + rest for rest in rests))


async def complete(session: AsyncSession, demand: Demand, caller: Caller | None) -> None:
    """What goes with completing a round: nobody else is waited for, and the filer is asked."""
    await release(session, demand, ClaimState.OFFERED, *LIVE)
    tell(session, demand, DemandEvent.COMPLETED, caller)


async def end_round(session: AsyncSession, demand: Demand) -> None:
    """What goes with the end of a round: everybody is let go, and what was served earns its points."""
    await release(session, demand, ClaimState.OFFERED, *LIVE)
    await award(session, demand, await queries.services_of_round(session, demand))


async def award(session: AsyncSession, demand: Demand, services: Sequence[Service]) -> None:
    """Give services their points, by the rules that were valid on their days; a second time changes nothing."""
    by_day: dict[date, list[uuid.UUID]] = {}
    for service in services:
        by_day.setdefault(service.served_at.astimezone(clock.CHINA).date(), []).append(service.id)
    for day, ids in by_day.items():
        asked = (demand.category, demand.region_code, day)
        points, rule = await policies.entry_and_source(session, Key.POINTS_PER_SERVICE, *asked)
        await booking.award_points(session, SERVICE_SOURCE, ids, points=points, rule=rule, booked_by=None)


async def close(session: AsyncSession, demand: Demand, result: Result, caller: Caller | None, **payload: Any) -> None:
    """Close a demand that has just moved to closed, with its result."""
    demand.result, demand.closed_at, demand.dissatisfied = result, clock.now(), False
    await end_round(session, demand)
    tell(session, demand, DemandEvent.CLOSED, caller, result=result, **payload)


def is_over(demand: Demand, claim: Claim) -> bool:
    """Whether a claim's round has ended, so that what is still completed earns its points at once."""
    return claim.round < demand.round or demand.state in ENDS
