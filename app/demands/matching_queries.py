"""The selects of matching: what is open to somebody, and whom a demand could be offered to, each bounded."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    ScalarSelect,
    Select,
    Text,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account
from app.demands import queries
from app.demands.lifecycle import DONE, LIVE, ClaimState
from app.demands.models import Claim, ClaimMember, Demand
from app.demands.schemas import DemandFilter
from app.enrollments.lifecycle import ENROLLED
from app.enrollments.models import Enrollment
from app.enrollments.queries import is_enrolled
from app.kit import clock
from app.kit.ranking import Position
from app.kit.sealing import finds
from app.ledger.models import Board, Standing
from app.members.models import Engagement, Member, Preference
from app.organizations.models import Organization
from app.regions.queries import under

Facts = Row[*tuple[Any, ...]]
WINDOW = 200
"""So many of the newest are ranked against each other; older ones come after them."""
PLACE = Enrollment.region_code
POOL = 300
"""So many people are compared, those nearest to the demand: as many as a community has."""
GATHERED = 5_000
"""From so many of a wider region they are drawn, so that a district of a hundred thousand is not read through."""
FACTS = (
    Demand.id,
    Demand.category,
    Demand.skills,
    Demand.region_code,
    Demand.cell_lng,
    Demand.cell_lat,
    Demand.starts_at,
    Demand.ends_at,
    Demand.due_at,
)
"""What of a demand decides who fits it."""
HAD_IT = (ClaimState.OFFERED, *LIVE, *DONE, ClaimState.DECLINED, ClaimState.WITHDRAWN, ClaimState.NO_SHOW)
"""Whoever has, had or refused a demand in this round is not asked for it again."""


async def open_window(
    session: AsyncSession, caller: Caller, wanted: DemandFilter, prefixes: Sequence[str], position: Position
) -> Sequence[Facts]:
    """What decides the fit of one window of the demands that the caller could claim, newest first."""
    statement = select(*FACTS).where(queries.scope(caller, wanted.scope, prefixes), *queries.narrowed(wanted))
    if position.below:
        statement = statement.where(Demand.id < position.below)
    if position.newest:
        statement = statement.where(Demand.id <= position.newest)
    if position.oldest:
        statement = statement.where(Demand.id >= position.oldest)
    return (await session.execute(statement.order_by(Demand.id.desc()).limit(WINDOW))).all()


def people(quarter: Any) -> Select[*tuple[Any, ...]]:
    """What decides the fit of members; what they served is that of the `quarter`."""
    return select(
        Member.id,
        Member.home_region_code,
        Member.skills,
        Preference.hours,
        Preference.days_off,
        Preference.wishes,
        Preference.cell_lng,
        Preference.cell_lat,
        _live(Member.id).label("live"),
        _minutes(Member.id, quarter).label("minutes"),
    ).outerjoin(Preference, Preference.member_id == Member.id)


def _live(claimant_id: Any) -> ScalarSelect[int]:
    """How many claims somebody is under way for."""
    return select(func.count()).where(Claim.claimant_id == claimant_id, Claim.state.in_(LIVE)).scalar_subquery()


def _minutes(member_id: Any, quarter: Any) -> ColumnElement[int]:
    """What a member served in a quarter, from the standings that the worker keeps."""
    kept = select(Standing.minutes).where(
        Standing.board == Board.MEMBER,
        Standing.period == quarter,
        Standing.region_code == "",
        Standing.key == cast(member_id, Text),
    )
    return func.coalesce(kept.scalar_subquery(), 0)


async def person(session: AsyncSession, member_id: uuid.UUID) -> Facts:
    """What decides the fit of one member."""
    return (await session.execute(people(clock.quarter(clock.now())).where(Member.id == member_id))).one()


async def live_claims(session: AsyncSession, claimant_id: uuid.UUID) -> int:
    """How many claims somebody is under way for."""
    return (await session.execute(select(_live(claimant_id)))).scalar_one()


async def people_for(session: AsyncSession, demand: Demand, prefixes: Sequence[str]) -> Sequence[Facts]:
    """Whom a demand could be offered to: from the nearest of some regions on, each wider than the one before.

    Who of too many are compared is drawn by lot, the same for each look at one demand: not always the same people.
    """
    askers = await _askers(session, demand)
    seed = int.from_bytes(demand.id.bytes[8:], signed=True)
    found: list[Facts] = []
    facts = people(clock.quarter(clock.now())).where(Member.merged_into_id.is_(None))
    for home, place in zip(_rings(Member.home_region_code, prefixes), _rings(PLACE, prefixes), strict=True):
        gathered = _gathered(home, place)
        known = [*askers, *(row.id for row in found)]
        drawn = select(gathered).where(gathered.not_in(known), *_is_at_hand(demand, gathered)).group_by(gathered)
        lot = func.uuid_hash_extended(gathered, seed)
        picked = drawn.order_by(lot).limit(POOL - len(found)).subquery()  # what is told of them is read for these only
        in_order = func.uuid_hash_extended(Member.id, seed)
        found += (await session.execute(facts.join(picked, picked.c.id == Member.id).order_by(in_order))).all()
        if len(found) >= POOL:
            break
    return found


def _gathered(home: ColumnElement[bool], place: ColumnElement[bool]) -> ColumnElement[uuid.UUID]:
    """The members who are enrolled in one of some places, and of those at home there who is enrolled nowhere."""
    nowhere = select(Member.id).where(home, ~is_enrolled(Member.id)).limit(GATHERED)
    there = select(Enrollment.member_id).where(place, Enrollment.state.in_(ENROLLED), Enrollment.member_id.is_not(None))
    both = union_all(nowhere.subquery().select(), there.limit(GATHERED).subquery().select())
    return both.subquery().c[0]


async def _askers(session: AsyncSession, demand: Demand) -> list[uuid.UUID]:
    """The members who asked for a demand or for what was merged into it, or for whom it was asked."""
    columns = select(Demand.filed_by, Demand.on_behalf_phone)
    twins = await session.execute(columns.where(Demand.merged_into_id == demand.id)) if demand.joins else ()
    asked = [(demand.filed_by, demand.on_behalf_phone), *((filer, phone) for filer, phone in twins)]
    account = or_(*(or_(Account.id == filer, finds(Account.phone_index, phone)) for filer, phone in asked))
    known = select(Account.member_id).where(Account.member_id.is_not(None), account)
    listed = select(Member.id).where(or_(*(finds(Member.phone_index, phone) for _, phone in asked)))
    return [one for one in await session.scalars(known.union(listed)) if one]


def _rings(column: Any, prefixes: Sequence[str]) -> list[ColumnElement[bool]]:
    """Each region without the one inside it."""
    first, *wider = [under(column, [prefix]) for prefix in prefixes]
    return [first, *(outer & ~inner for inner, outer in zip([first, *wider], wider, strict=False))]


def _is_at_hand(demand: Demand, member_id: Any) -> list[ColumnElement[bool]]:
    """A member did not have it in this round, and is not booked at the time."""
    conditions: list[ColumnElement[bool]] = [member_id.not_in(_had_it(demand))]
    if demand.starts_at and demand.ends_at:
        one = func.uuidrange(Engagement.person_id, Engagement.person_id, "[]")  # as the constraint's index has it
        booked = exists().where(
            Engagement.live,
            one.op("&&")(func.uuidrange(member_id, member_id, "[]")),
            Engagement.during.overlaps(Range(demand.starts_at, demand.ends_at)),
        )
        conditions.append(~booked)
    return conditions


async def organizations_for(session: AsyncSession, demand: Demand, prefixes: Sequence[str]) -> Sequence[Facts]:
    """The organizations that a demand could go to, the nearest first, and how often they did the like."""
    done = (
        select(func.count())
        .select_from(Claim)
        .join(Demand, Demand.id == Claim.demand_id)
        .where(Claim.organization_id == Organization.id, Claim.state.in_(DONE), Demand.category == demand.category)
        .scalar_subquery()
    )
    statement = select(Organization, done.label("done"), _live(Organization.id).label("live"))
    statement = statement.where(Organization.id.not_in(_had_it(demand))).order_by(Organization.id)
    found: list[Facts] = []
    for home, place in zip(_rings(Organization.region_code, prefixes), _rings(PLACE, prefixes), strict=True):
        here = or_(is_enrolled(Organization.id, place), home & ~is_enrolled(Organization.id))
        fresh = Organization.id.not_in([row[0].id for row in found])
        found += (await session.execute(statement.where(here, fresh).limit(POOL - len(found)))).all()
        if len(found) >= POOL:
            break
    return found


def _had_it(demand: Demand) -> CompoundSelect[uuid.UUID]:
    """Who has, had or refused a demand in its present round, or served it in an earlier one."""
    this_round = (Claim.round == demand.round) & Claim.state.in_(HAD_IT)
    earlier = (Claim.round < demand.round) & Claim.state.in_(DONE)
    people = select(ClaimMember.member_id).join(Claim, Claim.id == ClaimMember.claim_id)
    return union_all(
        select(Claim.claimant_id).where(Claim.demand_id == demand.id, this_round | earlier),
        people.where(Claim.demand_id == demand.id, earlier),
    )
