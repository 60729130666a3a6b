"""Every select of the flow; `visible_to` is the one place that says what a caller may see."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Uuid, and_, bindparam, delete, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.caller import DISPATCHERS, Caller
from app.demands.following_models import Join
from app.demands.lifecycle import DONE, LIVE, NOT_OVERDUE, OPEN_STATES, ClaimState, Mode, State, Tally
from app.demands.models import (
    NUMBERS,
    Audience,
    Claim,
    ClaimantKind,
    ClaimMember,
    Demand,
    Evaluation,
    Outcome,
    Service,
)
from app.demands.schemas import ClaimFilter, DemandFilter
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.pagination import PageRequest, page
from app.kit.sealing import finds
from app.policies.defaults import Key
from app.policies.queries import nearest_value
from app.regions.queries import under

NEVER_PUBLISHED = (State.FILED, State.RETURNED, State.REJECTED)
Twin = aliased(Demand)
"""What was merged into a demand; made once, as making an alias takes longer than asking the database."""


def claimant_ids(caller: Caller) -> list[uuid.UUID]:
    """The ids under which a caller may hold claims: as a member, as a resident, for an organization."""
    own = [caller.account_id, *caller.organization_ids]
    return own if caller.member_id is None else [*own, caller.member_id]


def filed_by_or_for(caller: Caller, demands: type[Demand] = Demand) -> ColumnElement[bool]:
    """The caller filed it, or it was filed for the phone that they have verified."""
    own = demands.filed_by == caller.account_id
    return own if caller.phone is None else or_(own, finds(demands.on_behalf_phone_index, caller.phone))


def merged_from(caller: Caller) -> ColumnElement[bool]:
    """What the caller filed was merged into it."""
    return exists().where(Twin.merged_into_id == Demand.id, filed_by_or_for(caller, Twin))


def followed_by(caller: Caller) -> ColumnElement[bool]:
    """The caller joined it, or what they filed or joined was merged into it."""
    joined = exists().where(Join.account_id == caller.account_id)
    with_twin = joined.where(Join.demand_id == Twin.id, Twin.merged_into_id == Demand.id)
    return or_(joined.where(Join.demand_id == Demand.id), with_twin, merged_from(caller))


def claimed_by(caller: Caller) -> ColumnElement[bool]:
    """The caller holds a claim on it, or serves on one of an organization."""
    held = exists().where(Claim.demand_id == Demand.id, Claim.claimant_id.in_(claimant_ids(caller)))
    if caller.member_id is None:
        return held
    serves = (
        exists()
        .where(ClaimMember.claim_id == Claim.id, Claim.demand_id == Demand.id)
        .where(ClaimMember.member_id == caller.member_id)
    )
    return or_(held, serves)


def published_to(caller: Caller) -> ColumnElement[bool]:
    """It was opened to all: members and liaisons may read it, residents where they are asked."""
    published = and_(Demand.mode == Mode.OPEN, Demand.state.not_in(NEVER_PUBLISHED))
    if caller.member_id is not None or caller.is_liaison:
        return published
    return and_(published, Demand.audience.in_([Audience.RESIDENTS, Audience.ALL]))


def in_regions(prefixes: Sequence[str]) -> ColumnElement[bool]:
    """It lies in, is handled in, or was first filed in one of some regions."""
    columns = (Demand.region_code, Demand.handler_region_code, Demand.origin_region_code)
    return or_(*(under(column, prefixes) for column in columns))


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """What a caller may see: theirs, their region's, what they claimed, follow or may read as published."""
    seen = [filed_by_or_for(caller), claimed_by(caller), published_to(caller), followed_by(caller)]
    return or_(*seen, in_regions(caller.reach())) if caller.is_staff else or_(*seen)


async def next_number(session: AsyncSession) -> int:
    """The next number of a demand; numbers of refused filings are skipped."""
    number: int = (await session.scalars(select(func.nextval(NUMBERS.name)))).one()
    return number


async def demand(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, *, lock: bool = False) -> Demand:
    """One demand, locked against other changes where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Demand).where(Demand.id == demand_id, visible_to(caller))
    if lock:
        statement = statement.with_for_update(of=Demand).execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def claim_and_demand(
    session: AsyncSession, caller: Caller, claim_id: uuid.UUID, *, lock: bool = False
) -> tuple[Claim, Demand]:
    """One claim with its demand, the demand locked first; raises `NotFound` for absent and unseen alike."""
    demand_id = await session.scalar(
        select(Claim.demand_id)
        .join(Demand, Demand.id == Claim.demand_id)
        .where(Claim.id == claim_id, visible_claims(caller))
    )
    if demand_id is None:
        raise NotFound
    found = await demand(session, caller, demand_id, lock=lock)
    statement = select(Claim).where(Claim.id == claim_id)
    if lock:
        statement = statement.execution_options(populate_existing=True)
    return (await session.scalars(statement)).one(), found


def held_by(caller: Caller) -> ColumnElement[bool]:
    """The caller's own claims: held, or served on for an organization."""
    held = Claim.claimant_id.in_(claimant_ids(caller))
    if caller.member_id is None:
        return held
    serves = exists().where(ClaimMember.claim_id == Claim.id, ClaimMember.member_id == caller.member_id)
    return or_(held, serves)


def visible_claims(caller: Caller) -> ColumnElement[bool]:
    """Claims that a caller may see: their own, those on what they filed, those in their regions."""
    seen = or_(held_by(caller), filed_by_or_for(caller))
    return or_(seen, in_regions(caller.reach())) if caller.is_staff else seen


async def tally(session: AsyncSession, found: Demand) -> tuple[Tally, int]:
    """The claims of the present round counted, and the places that are live or done."""
    row = (await session.execute(TALLY, {"demand": found.id, "round": found.round})).one()
    return Tally(*row[:-1]), row[-1]


def tallied(demand_id: Any, round_: Any) -> Select[*tuple[Any, ...]]:
    """The counts of a round's claims in the order of `Tally`, then the places that are live or done."""
    done = and_(Claim.state.in_(DONE), Claim.outcome == Outcome.DONE)
    served = exists().where(Service.claim_id == Claim.id)
    return select(
        func.count().filter(Claim.state == ClaimState.OFFERED).label("offered"),
        func.count().filter(Claim.state == ClaimState.ACCEPTED).label("accepted"),
        func.count().filter(Claim.state == ClaimState.ARRIVED).label("arrived"),
        func.coalesce(func.sum(Claim.places).filter(done), 0).label("done_places"),
        func.count().filter(done).label("done"),
        func.count().filter(Claim.state.in_(DONE), Claim.outcome == Outcome.PARTIAL).label("partial"),
        func.count().filter(Claim.state.in_([*DONE, *LIVE]), served).label("served"),
        func.min(Claim.expires_at).filter(Claim.state == ClaimState.OFFERED).label("next_expiry"),
        func.coalesce(func.sum(Claim.places).filter(or_(done, Claim.state.in_(LIVE))), 0).label("places"),
    ).where(Claim.demand_id == demand_id, Claim.round == round_)


TALLY = tallied(bindparam("demand", type_=Uuid), bindparam("round", type_=Integer))


async def claims_of_round(
    session: AsyncSession, found: Demand, states: Sequence[ClaimState], *, round_: int | None = None
) -> Sequence[Claim]:
    """A round's claims that stand in some states, oldest first."""
    return (
        await session.scalars(
            select(Claim)
            .where(Claim.demand_id == found.id, Claim.round == (round_ or found.round))
            .where(Claim.state.in_(states))
            .order_by(Claim.id)
        )
    ).all()


async def claim_of(session: AsyncSession, found: Demand, claimant_id: uuid.UUID) -> Claim | None:
    """The claim of this round that a claimant holds or has done."""
    return await session.scalar(
        select(Claim).where(
            Claim.demand_id == found.id,
            Claim.round == found.round,
            Claim.claimant_id == claimant_id,
            Claim.state.in_([ClaimState.OFFERED, *LIVE, *DONE]),
        )
    )


async def cannot_come(session: AsyncSession, found: Demand, claimant_id: uuid.UUID) -> bool:
    """Whether a person has said in this round that they cannot come; an organization may be asked again."""
    said = exists().where(
        Claim.demand_id == found.id,
        Claim.round == found.round,
        Claim.claimant_id == claimant_id,
        Claim.claimant_kind != ClaimantKind.ORGANIZATION,
        Claim.state.in_([ClaimState.DECLINED, ClaimState.WITHDRAWN]),
    )
    return bool(await session.scalar(select(said)))


async def my_claims(
    session: AsyncSession, caller: Caller, demand_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Claim]]:
    """The caller's claims on some demands, newest first."""
    if not demand_ids:
        return {}
    found = await session.scalars(
        select(Claim).where(Claim.demand_id.in_(demand_ids), held_by(caller)).order_by(Claim.id.desc())
    )
    grouped: dict[uuid.UUID, list[Claim]] = {}
    for claim in found:
        grouped.setdefault(claim.demand_id, []).append(claim)
    return grouped


async def members_of_claims(session: AsyncSession, claim_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Who serves on some organizations' claims."""
    if not claim_ids:
        return {}
    rows = await session.scalars(
        select(ClaimMember).where(ClaimMember.claim_id.in_(claim_ids)).order_by(ClaimMember.member_id)
    )
    grouped: dict[uuid.UUID, list[uuid.UUID]] = {}
    for row in rows:
        grouped.setdefault(row.claim_id, []).append(row.member_id)
    return grouped


async def forget_members(session: AsyncSession, claim_id: uuid.UUID) -> None:
    """Take everybody off an organization's claim."""
    await session.execute(delete(ClaimMember).where(ClaimMember.claim_id == claim_id))


async def services(session: AsyncSession, claim_id: uuid.UUID) -> Sequence[Service]:
    """The times that a claim was served, in order."""
    statement = select(Service).where(Service.claim_id == claim_id).order_by(Service.sequence)
    return (await session.scalars(statement)).all()


async def services_of_round(session: AsyncSession, found: Demand) -> Sequence[Service]:
    """Everything that was served in the present round and earns something."""
    statement = (
        select(Service)
        .join(Claim, Claim.id == Service.claim_id)
        .where(Claim.demand_id == found.id, Claim.round == found.round, ~Claim.departmental)
        .order_by(Service.id)
    )
    return (await session.scalars(statement)).all()


async def evaluation(session: AsyncSession, found: Demand) -> Evaluation | None:
    """What the filer said of the present round."""
    return await session.scalar(
        select(Evaluation).where(
            Evaluation.demand_id == found.id, Evaluation.round == found.round, Evaluation.struck_at.is_(None)
        )
    )


async def evaluations(session: AsyncSession, found: Demand) -> Sequence[Evaluation]:
    """What the filer said of each round, the first one first."""
    statement = select(Evaluation).where(Evaluation.demand_id == found.id).order_by(Evaluation.id)
    return (await session.scalars(statement)).all()


def may_claim_again(caller: Caller) -> ColumnElement[bool]:
    """The caller served no earlier round of it, or its region lets them serve another."""
    served = exists().where(
        Claim.demand_id == Demand.id, Claim.round < Demand.round, Claim.state.in_(DONE), held_by(caller)
    )
    rule = nearest_value(Key.CLAIM_AGAIN.key, Demand.region_code, clock.today())
    allowed = func.coalesce(rule, func.to_jsonb(Key.CLAIM_AGAIN.default)) == func.to_jsonb(True)
    return or_(Demand.round == 1, ~served, allowed)


def open_to(caller: Caller, near: ColumnElement[bool], now: Any) -> ColumnElement[bool]:
    """Demands that the caller could claim now; `near` says which are within reach of their home."""
    as_member = caller.member_id is not None or caller.is_liaison
    asked = [Audience.MEMBERS if as_member else Audience.RESIDENTS, Audience.ALL]
    return and_(
        Demand.mode == Mode.OPEN,
        Demand.state.in_(OPEN_STATES),
        Demand.claimed < Demand.slots,
        or_(Demand.ends_at.is_(None), Demand.ends_at > now),
        Demand.audience.in_(asked),
        near,
        ~func.coalesce(filed_by_or_for(caller), false()),  # no phone at all is not theirs either
        or_(Demand.joins == 0, ~merged_from(caller)),
        ~exists().where(
            Claim.demand_id == Demand.id,
            Claim.round == Demand.round,
            Claim.claimant_id.in_(claimant_ids(caller)),
            Claim.state.in_([*LIVE, *DONE]),
        ),
    )


def scope(caller: Caller, name: str, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """One of the four lists: mine, open, desk, region."""
    match name:
        case "mine":
            return filed_by_or_for(caller)
        case "joined":
            return followed_by(caller)
        case "open":
            return and_(open_to(caller, under(Demand.region_code, prefixes), clock.now()), may_claim_again(caller))
        case "desk":
            desks = under(Demand.handler_region_code, caller.reach(DISPATCHERS))
            return and_(Demand.needs_desk.is_not(None), desks)
        case _:
            return in_regions(caller.reach())


def is_overdue(now: Any) -> ColumnElement[bool]:
    """It should have been done by now."""
    runs = or_(Demand.paused_until.is_(None), Demand.paused_until <= now)
    return and_(Demand.due_at < now, Demand.state.not_in(NOT_OVERDUE), runs)


def narrowed(wanted: DemandFilter) -> list[ColumnElement[bool]]:
    """What the filters of a list leave of it."""
    conditions = []
    if wanted.state:
        conditions.append(Demand.state == wanted.state)
    if wanted.category:
        conditions.append(Demand.category == wanted.category)
    if wanted.region:
        conditions.append(under(Demand.region_code, [wanted.region]))
    if wanted.q:
        conditions.append(or_(Demand.title.icontains(wanted.q, autoescape=True), Demand.number == wanted.q))
    if wanted.overdue is not None:
        late = is_overdue(clock.now())
        conditions.append(late if wanted.overdue else ~late)
    if wanted.needs_desk:
        conditions.append(Demand.needs_desk == wanted.needs_desk)
    return conditions


async def demands(session: AsyncSession, caller: Caller, wanted: DemandFilter) -> tuple[list[Demand], str | None]:
    """One page of a list, newest first; a desk's list begins with what is or will be overdue first."""
    statement = select(Demand).where(scope(caller, wanted.scope, ()), *narrowed(wanted))
    keys = [Demand.due_at, Demand.id] if wanted.scope == "desk" else [Demand.id]
    rows, cursor = await page(session, statement, keys, wanted, descending=wanted.scope != "desk")
    return [row[0] for row in rows], cursor


async def claims(session: AsyncSession, caller: Caller, wanted: ClaimFilter) -> tuple[list[Claim], str | None]:
    """One page of claims, newest first."""
    match wanted.scope:
        case "mine":
            which = held_by(caller)
        case "organization":
            which = Claim.organization_id.in_(caller.organization_ids)
        case _:
            which = under(Demand.handler_region_code, caller.reach(DISPATCHERS))
    statement = select(Claim).join(Demand, Demand.id == Claim.demand_id).where(which)
    if wanted.state:
        statement = statement.where(Claim.state == wanted.state)
    rows, cursor = await page(session, statement, [Claim.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def claims_on(
    session: AsyncSession, caller: Caller, found: Demand, wanted: PageRequest
) -> tuple[list[Claim], str | None]:
    """One page of a demand's claims, oldest first: all for its desk and filer, one's own for others."""
    statement = (
        select(Claim)
        .join(Demand, Demand.id == Claim.demand_id)
        .where(Claim.demand_id == found.id, visible_claims(caller))
    )
    rows, cursor = await page(session, statement, [Claim.id], wanted)
    return [row[0] for row in rows], cursor


async def claims_by_id(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Claim]:
    """Some claims by their ids."""
    found = await session.scalars(select(Claim).where(Claim.id.in_(ids)))
    return {claim.id: claim for claim in found}


async def demands_by_id(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Demand]:
    """Some demands by their ids."""
    found = await session.scalars(select(Demand).where(Demand.id.in_(ids)))
    return {demand.id: demand for demand in found}
