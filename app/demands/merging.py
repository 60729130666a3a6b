"""合并: one demand goes on in another, whose course all its filers follow; and the way back."""

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import dispatching, following_queries, moving, queries, relations
from app.demands.errors import NotMergeable
from app.demands.events import DemandEvent
from app.demands.following_models import Merge
from app.demands.following_schemas import MergeIn
from app.demands.lifecycle import CLAIM_MOVES, ENDS, LIVE, Action, ClaimAction, ClaimState, State
from app.demands.models import Claim, ClaimantKind, Demand, NoteKind
from app.demands.schemas import ReasonIn
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest, NotFound, Text
from app.members import engagements

ROADS = {
    State.FILED: (),
    State.DISPATCHED: (Action.DISPATCH,),
    State.CLAIMED: (Action.DISPATCH, Action.CLAIM),
    State.SERVING: (Action.DISPATCH, Action.CLAIM, Action.ARRIVE),
}
"""How what was merged goes from filed to where it was, by moves of the table."""


async def merge(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: MergeIn) -> Demand:
    """Let a demand go on in another; whoever filed or joined it follows that one. Raises `NotMergeable`."""
    demand, into = await _both(session, caller, demand_id, body.into_id)
    await _check_mergeable(session, demand, into)
    state, moved_at = demand.state, demand.moved_at
    released = await queries.claims_of_round(session, demand, [ClaimState.OFFERED, *LIVE])
    moving.move(demand, Action.MERGE)
    demand.merged_into_id = into.id
    session.add(
        Merge(
            id=new_id(),
            demand_id=demand.id,
            into_id=into.id,
            merged_by=caller.account_id,
            merged_at=clock.now(),
            state=state,
            moved_at=moved_at,
            released=[claim.id for claim in released],
        )
    )
    await moving.end_round(session, demand)
    written = body.note and moving.note(session, demand, NoteKind.MERGE, body.note, caller)
    moving.tell(session, demand, DemandEvent.MERGED, caller, into_id=into.id, note_id=written)
    moving.tell(session, into, DemandEvent.TOOK_IN, caller, from_id=demand.id)
    into.joins = await following_queries.count_joins(session, into)
    await moving.settle(session, demand)
    return demand


async def _both(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, into_id: uuid.UUID
) -> tuple[Demand, Demand]:
    """Both demands, locked in the order of their ids, for somebody who is the desk of both."""
    relations.require(relations.of(caller, await queries.demand(session, caller, demand_id)), Action.MERGE)
    if into_id == demand_id:
        raise InvalidRequest.field("into_id", "into_itself", "不能并入自身", "a demand is not merged into itself")
    try:
        found = {one: await queries.demand(session, caller, one, lock=True) for one in sorted((demand_id, into_id))}
    except NotFound:
        raise InvalidRequest.field("into_id", "unknown_id", "没有这件需求", "there is no such demand") from None
    for one in found.values():
        relations.require(relations.of(caller, one), Action.MERGE)
    return found[demand_id], found[into_id]


async def _check_mergeable(session: AsyncSession, demand: Demand, into: Demand) -> None:
    """No chains, no rings, nothing into what has ended, no part and no whole of another."""
    if into.state in ENDS:
        raise NotMergeable(Text("目标已结束或已并入其他需求", "The target has ended, or was itself merged"))
    if demand.parent_id is not None or demand.closes is not None:
        raise NotMergeable(
            Text("已拆分的需求及其子单不能并入其他需求", "What is split stays by itself, as do its parts")
        )
    if await following_queries.has_twins(session, demand):
        raise NotMergeable(Text("已有需求并入此件，请反向合并", "Others were merged into this one"))


async def unmerge(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Undo a merging: the demand is back where it was, with its clocks and those of its claims that still hold."""
    demand = await queries.demand(session, caller, demand_id)
    relations.require(relations.of(caller, demand), Action.UNMERGE)
    if demand.merged_into_id is None:
        raise ActionNotAllowed
    found = {one.id: one for one in await following_queries.locked(session, [demand.id, demand.merged_into_id])}
    if demand.merged_into_id is None:  # somebody undid it first
        raise ActionNotAllowed
    written = moving.note(session, demand, NoteKind.UNMERGE, body.reason, caller)
    await undo(session, demand, found[demand.merged_into_id], caller, note_id=written)
    return demand


async def separate(session: AsyncSession, caller: Caller, demand: Demand, appellant: uuid.UUID) -> None:
    """Undo a merging because its filer was right to object; raises `ActionNotAllowed` where it is undone already."""
    if demand.merged_into_id is None:
        raise ActionNotAllowed
    found = {one.id: one for one in await following_queries.locked(session, [demand.id, demand.merged_into_id])}
    await undo(session, demand, found[demand.merged_into_id], caller, appellant=appellant)


async def undo(session: AsyncSession, demand: Demand, into: Demand, caller: Caller | None, **payload: Any) -> None:
    """Let a merged demand stand by itself again; both are locked, and `payload` goes into its event."""
    merge_ = await following_queries.standing_merge(session, demand)
    merge_.undone_at, merge_.undone_by = clock.now(), caller.account_id if caller else None
    demand.merged_into_id = None
    for action in (Action.UNMERGE, *ROADS[merge_.state]):
        moving.move(demand, action)
    demand.timer_at = demand.moved_at  # nothing may fall asleep, not even until `settle` sets the clock
    demand.moved_at = merge_.moved_at
    await _restore(session, demand, merge_.released)
    moving.tell(session, demand, DemandEvent.UNMERGED, caller, from_id=into.id, **payload)
    moving.tell(session, into, DemandEvent.LET_GO, caller, from_id=demand.id)
    into.joins = await following_queries.count_joins(session, into)
    demand.joins = await following_queries.count_joins(session, demand)
    await moving.settle(session, demand)


async def _restore(session: AsyncSession, demand: Demand, claim_ids: list[uuid.UUID]) -> None:
    """Bring back the claims that the merging let go, but for those whose time or people are gone."""
    claims = await queries.claims_by_id(session, claim_ids)
    for claim in sorted(claims.values(), key=lambda one: one.id):
        if claim.state == ClaimState.RELEASED and await _still_holds(session, demand, claim):
            _bring_back(claim)
            moving.tell(session, demand, DemandEvent.RESTORED, None, claim)
            if claim.state in LIVE:
                await dispatching.book(session, demand, claim)


async def _still_holds(session: AsyncSession, demand: Demand, claim: Claim) -> bool:
    now = clock.now()
    if demand.ends_at is not None and demand.ends_at <= now:
        return False
    if claim.claimed_at is None:
        return claim.expires_at is not None and claim.expires_at > now
    if demand.starts_at is None or demand.ends_at is None:
        return True
    people = [claim.claimant_id]
    if claim.claimant_kind == ClaimantKind.ORGANIZATION:
        people = (await queries.members_of_claims(session, [claim.id])).get(claim.id, [])
    busy = [await engagements.busy(session, one, demand.starts_at, demand.ends_at) for one in people]
    return not any(busy)


def _bring_back(claim: Claim) -> None:
    """Walk a released claim back to where it was, by moves of its table."""
    road = [ClaimAction.RESTORE]
    road += [ClaimAction.ACCEPT] if claim.claimed_at is not None else []
    road += [ClaimAction.ARRIVE] if claim.arrived_at is not None else []
    for action in road:
        claim.state = CLAIM_MOVES[claim.state, action]
    claim.ended_at = None
