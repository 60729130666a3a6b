"""Selects of what hangs together: joins, demands merged into one another, parents and their children."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, false, func, not_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.access.caller import Caller
from app.demands.following_models import Join, Merge
from app.demands.lifecycle import DONE, ENDS, LIVE, ClaimState, Kind, State
from app.demands.models import Claim, ClaimMember, Demand, Result
from app.demands.queries import (
    Twin,
    claimed_by,
    filed_by_or_for,
    followed_by,
    in_regions,
    published_to,
    visible_to,
)
from app.kit.errors import NotFound
from app.kit.sealing import finds
from app.regions.queries import under

JOINABLE = frozenset({State.FILED, State.RETURNED, State.DISPATCHED, State.CLAIMED, State.SERVING})
CHILD_DONE = (Result.RESOLVED, Result.HANDLED)


@dataclass(frozen=True, slots=True)
class Following:
    """How a caller follows a demand."""

    joined: bool
    only: bool
    """Whether following is all they are to it, so that they read no more than a resident."""


async def joinable(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, prefixes: Sequence[str]) -> Demand:
    """A demand, locked, that the caller sees or may join from home; raises `NotFound` else."""
    near = and_(Demand.kind == Kind.REQUEST, Demand.state.in_(JOINABLE), under(Demand.region_code, prefixes))
    statement = select(Demand).where(Demand.id == demand_id, or_(visible_to(caller), near))
    found = await session.scalar(statement.with_for_update(of=Demand))
    if found is None:
        raise NotFound
    return found


async def locked(session: AsyncSession, demand_ids: Sequence[uuid.UUID]) -> list[Demand]:
    """Some demands by their ids, locked in the order of these, so that no two wait for each other."""
    statement = select(Demand).where(Demand.id.in_(demand_ids)).order_by(Demand.id).with_for_update()
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def follows(session: AsyncSession, caller: Caller, found: Demand) -> bool:
    """Whether the caller joined it, or what they filed or joined was merged into it."""
    return await session.scalar(select(exists().where(Demand.id == found.id, followed_by(caller)))) or False


async def following(
    session: AsyncSession, caller: Caller, demand_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Following]:
    """How the caller follows those of some demands that they follow at all."""
    if not demand_ids:
        return {}
    other = or_(
        func.coalesce(filed_by_or_for(caller), false()),
        claimed_by(caller),
        published_to(caller),
        in_regions(caller.reach()) if caller.is_staff else false(),
    )
    joined = exists().where(Join.demand_id.in_(_family(Demand.id)), Join.account_id == caller.account_id)
    rows = await session.execute(
        select(Demand.id, joined, not_(func.coalesce(other, false()))).where(
            Demand.id.in_(demand_ids), followed_by(caller)
        )
    )
    return {row[0]: Following(row[1], row[2]) for row in rows}


def _family(demand_id: uuid.UUID | InstrumentedAttribute[uuid.UUID]) -> Select[uuid.UUID]:
    """The ids of a demand and of what was merged into it."""
    return select(Twin.id).where(or_(Twin.id == demand_id, Twin.merged_into_id == demand_id))


async def leave(session: AsyncSession, caller: Caller, found: Demand) -> bool:
    """Take the caller's joins off a demand and off what was merged into it; whether there were any."""
    mine = delete(Join).where(Join.demand_id.in_(_family(found.id)), Join.account_id == caller.account_id)
    return bool((await session.scalars(mine.returning(Join.demand_id))).all())


async def count_joins(session: AsyncSession, found: Demand) -> int:
    """How many others want it too: each once, however often they said so."""
    joined = select(Join.account_id.label("who")).where(Join.demand_id.in_(_family(found.id)))
    # a clerk who filed for two people on the phone speaks for two
    filer = case((Demand.on_behalf_phone.is_(None), Demand.filed_by), else_=Demand.id)
    twins = select(filer).where(Demand.merged_into_id == found.id)
    who = union(joined, twins).subquery()
    return await session.scalar(select(func.count()).select_from(who).where(who.c.who != found.filed_by)) or 0


async def twins(session: AsyncSession, found: Demand) -> Sequence[Demand]:
    """What was merged into a demand, locked, oldest first."""
    statement = select(Demand).where(Demand.merged_into_id == found.id).order_by(Demand.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def has_twins(session: AsyncSession, found: Demand) -> bool:
    """Whether anything was merged into a demand."""
    return await session.scalar(select(exists().where(Demand.merged_into_id == found.id))) or False


async def standing_merge(session: AsyncSession, found: Demand) -> Merge:
    """The merging by which a merged demand is merged."""
    return (await session.scalars(select(Merge).where(Merge.demand_id == found.id, Merge.undone_at.is_(None)))).one()


async def serves_target(session: AsyncSession, found: Demand, claimant_id: uuid.UUID) -> bool:
    """Whether a claimant serves or served on what a demand was merged into."""
    theirs = exists().where(
        Claim.demand_id == found.merged_into_id, Claim.claimant_id == claimant_id, Claim.state.in_([*LIVE, *DONE])
    )
    return await session.scalar(select(theirs)) or False


async def wants_it(session: AsyncSession, found: Demand, account_id: uuid.UUID | None, phone: str | None) -> bool:
    """Whether what was merged into a demand was filed by an account, or for a phone."""
    theirs = or_(Demand.filed_by == account_id, finds(Demand.on_behalf_phone_index, phone))
    return await session.scalar(select(exists().where(Demand.merged_into_id == found.id, theirs))) or False


def _of_this_round(parent: Demand) -> ColumnElement[bool]:
    return and_(Demand.parent_id == parent.id, Demand.parent_round == parent.round)


async def children(session: AsyncSession, parent: Demand, *, lock: bool = False) -> Sequence[Demand]:
    """The children of a demand's present round, oldest first."""
    statement = select(Demand).where(_of_this_round(parent)).order_by(Demand.id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).all()


async def count_children(session: AsyncSession, parent: Demand) -> tuple[int, int, int]:
    """How many of a round's children are open, are done, and ended without being done."""
    done = Demand.result.in_(CHILD_DONE)
    undone = or_(Demand.state == State.REJECTED, and_(Demand.state == State.CLOSED, not_(done)))
    row = await session.execute(
        select(
            func.count().filter(Demand.state.not_in(ENDS)),
            func.count().filter(done),
            func.count().filter(undone),
        ).where(_of_this_round(parent))
    )
    still_open, is_done, is_undone = row.one()
    return still_open, is_done, is_undone


async def is_a_child_served(session: AsyncSession, parent: Demand) -> bool:
    """Whether somebody has arrived at, or done, a part of a demand."""
    there = exists().where(
        Claim.demand_id == Demand.id, Claim.round == Demand.round, Claim.state.in_([ClaimState.ARRIVED, *DONE])
    )
    return await session.scalar(select(exists().where(_of_this_round(parent), there))) or False


async def related(session: AsyncSession, demands: Sequence[Demand]) -> dict[uuid.UUID, Demand]:
    """Parents, targets and present children of some demands, by their ids."""
    above = {one for demand in demands for one in (demand.parent_id, demand.merged_into_id) if one}
    split = [demand for demand in demands if demand.closes is not None]
    if not above and not split:
        return {}
    below = (_of_this_round(parent) for parent in split)
    found = await session.scalars(select(Demand).where(or_(Demand.id.in_(above), *below)).order_by(Demand.id))
    return {one.id: one for one in found}


async def served_before(session: AsyncSession, found: Demand) -> set[uuid.UUID]:
    """Who served in an earlier round, for themselves or for an organization, and these organizations, by their ids."""
    if found.round == 1:
        return set()
    earlier = (Claim.demand_id == found.id) & (Claim.round < found.round) & Claim.state.in_(DONE)
    people = select(ClaimMember.member_id).join(Claim, Claim.id == ClaimMember.claim_id)
    return set(await session.scalars(union(select(Claim.claimant_id).where(earlier), people.where(earlier))))
