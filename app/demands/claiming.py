"""接单: claim, accept, decline, withdraw, contact, arrive; the desk's word that somebody did not come."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS, Caller
from app.demands import dispatching, following_queries, moving, queries, reaching, relations
from app.demands.errors import AlreadyClaimed, NotEligible, NotOpen, OwnDemand, ServedBefore, SlotsFull
from app.demands.events import DemandEvent
from app.demands.lifecycle import DONE, LIVE, OPEN_STATES, ClaimAction, ClaimState, Mode
from app.demands.models import Audience, Claim, ClaimantKind, ClaimMember, Demand, NoteKind
from app.demands.schemas import ClaimIn, ClaimMembersIn, GiveUpIn
from app.kit import clock
from app.kit.db import made, new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest, Text
from app.members import engagements
from app.members import queries as members
from app.organizations import queries as organizations
from app.policies import service as policies
from app.policies.defaults import Key


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who is to hold a claim: a member, a resident or an organization, and where they are at home."""

    kind: ClaimantKind
    id: uuid.UUID
    home_region_code: str | None
    account_id: uuid.UUID | None
    phone: str | None


async def reaches(session: AsyncSession, caller: Caller) -> list[str]:
    """The regions within which a caller may claim, for themselves and for their organizations."""
    person = await _person(session, caller)
    known = await organizations.organizations(session, caller.organization_ids)
    homes = {person.id: person.home_region_code, **{one.id: one.region_code for one in known.values()}}
    found = await reaching.reaches(session, homes)
    return [prefix for prefixes in found.values() for prefix in prefixes]


async def _person(session: AsyncSession, caller: Caller) -> Claimant:
    if caller.member_id is not None:
        return await _member(session, caller.member_id)
    return Claimant(ClaimantKind.RESIDENT, caller.account_id, caller.home_region_code, caller.account_id, caller.phone)


async def _member(session: AsyncSession, member_id: uuid.UUID) -> Claimant:
    member = await members.member(session, member_id)
    if member is None:
        raise InvalidRequest.field("member_id", "unknown_id", "没有这位党员", "there is no such member")
    account = await access.account_of_member(session, member_id)
    return Claimant(
        ClaimantKind.MEMBER,
        member.id,
        member.home_region_code,
        account.id if account else None,
        account.phone if account else member.phone,
    )


async def _organization(session: AsyncSession, caller: Caller, organization_id: uuid.UUID) -> Claimant:
    organization = await organizations.organization(session, organization_id)
    if organization is None or organization_id not in caller.organization_ids:
        raise Forbidden
    return Claimant(
        ClaimantKind.ORGANIZATION,
        organization.id,
        organization.region_code,
        caller.account_id,
        caller.phone,
    )


async def _claimant(session: AsyncSession, caller: Caller, demand: Demand, body: ClaimIn) -> Claimant:
    """Who claims: the caller, the organization they speak for, or a member whom the desk enters."""
    if body.organization_id is not None:
        return await _organization(session, caller, body.organization_id)
    if body.places > 1:
        raise InvalidRequest.field("places", "one_place", "个人只能认领一个名额", "a person takes one place")
    if body.member_id is not None and body.member_id != caller.member_id:
        caller.require(DISPATCHERS, demand.handler_region_code)
        return await _member(session, body.member_id)
    return await _person(session, caller)


async def claim(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ClaimIn) -> Claim:
    """Take places of an open demand; of two at once for the last place, the second is refused.

    Raises, in this order: `NotEligible`, `OwnDemand`, `AlreadyClaimed`, `ServedBefore` (but for whom the desk enters),
    `NotOpen`, `SlotsFull`, `Overlaps`.
    """
    demand = await queries.demand(session, caller, demand_id, lock=True)
    claimant = await _claimant(session, caller, demand, body)
    await _check_may_claim(session, demand, claimant)
    if body.member_id in (None, caller.member_id):
        await _check_may_again(session, demand, claimant)
    if not is_open(demand, clock.now()):
        raise NotOpen
    check_has_places(demand, body.places)
    made = new_claim(caller, demand, claimant, body)
    session.add(made)
    await session.flush()  # the bookings refer to it
    await dispatching.book(session, demand, made)
    moving.tell(session, demand, DemandEvent.CLAIMED, caller, made)
    demand.moved_at = clock.now()
    await moving.settle(session, demand)
    return made


async def _check_may_claim(session: AsyncSession, demand: Demand, claimant: Claimant) -> None:
    found = await reaching.reaches(session, {claimant.id: claimant.home_region_code})
    check_may_claim(demand, claimant, found[claimant.id])
    if demand.joins and await following_queries.wants_it(session, demand, claimant.account_id, claimant.phone):
        raise OwnDemand  # theirs was merged into it
    held = await queries.claim_of(session, demand, claimant.id)
    if held is not None and held.state in DONE | LIVE:
        raise AlreadyClaimed


async def _check_may_again(session: AsyncSession, demand: Demand, claimant: Claimant) -> None:
    if claimant.id not in await following_queries.served_before(session, demand):
        return
    if not await policies.value(session, Key.CLAIM_AGAIN, demand.region_code):
        raise ServedBefore


def check_may_claim(demand: Demand, claimant: Claimant, within: Sequence[str]) -> None:
    """Raise the first reason of a demand's own why a claimant may not have it; `within` is where they may go."""
    asked = Audience.RESIDENTS if claimant.kind == ClaimantKind.RESIDENT else Audience.MEMBERS
    if not reaching.is_within(demand.region_code, within):
        raise NotEligible
    if demand.audience not in (asked, Audience.ALL, None):
        raise NotEligible
    if demand.filed_by == claimant.account_id or (
        claimant.phone is not None and claimant.phone == demand.on_behalf_phone
    ):
        raise OwnDemand


def is_open(demand: Demand, now: datetime) -> bool:
    """Whether a demand is open to all at this moment, places left or not."""
    over = demand.ends_at is not None and demand.ends_at <= now
    return demand.mode == Mode.OPEN and demand.state in OPEN_STATES and not over


def check_has_places(demand: Demand, places: int) -> None:
    """Raise `SlotsFull` unless so many places are left."""
    if demand.claimed + places > demand.slots:
        raise SlotsFull


def new_claim(caller: Caller, demand: Demand, claimant: Claimant, body: ClaimIn) -> Claim:
    """A claim that is taken now, not written yet."""
    now = clock.now()
    return made(
        Claim,
        id=new_id(),
        demand_id=demand.id,
        round=demand.round,
        claimant_kind=claimant.kind,
        claimant_id=claimant.id,
        organization_id=claimant.id if claimant.kind == ClaimantKind.ORGANIZATION else None,
        places=body.places,
        note=body.note,
        state=ClaimState.ACCEPTED,
        departmental=False,
        made_by=caller.account_id,
        made_at=now,
        claimed_at=now,
    )


async def to_move(
    session: AsyncSession, caller: Caller, claim_id: uuid.UUID, action: ClaimAction
) -> tuple[Claim, Demand]:
    """A claim with its demand, locked, for an action that the caller may ask for."""
    claim, demand = await queries.claim_and_demand(session, caller, claim_id, lock=True)
    relations.require_claim(relations.to_claim(caller, demand, claim), action)
    return claim, demand


async def accept(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Claim:
    """Take an offer; for a whistle this acknowledges it. Raises `SlotsFull` and `Overlaps`."""
    claim, demand = await to_move(session, caller, claim_id, ClaimAction.ACCEPT)
    if claim.state == ClaimState.OFFERED:
        _check_not_expired(claim)
        check_has_places(demand, claim.places)
    claim.claimed_at = clock.now()
    await moving.move_claim(session, demand, claim, ClaimAction.ACCEPT, caller)
    await dispatching.book(session, demand, claim)
    await moving.settle(session, demand)
    return claim


def _check_not_expired(claim: Claim) -> None:
    if claim.expires_at is not None and claim.expires_at <= clock.now():
        raise ActionNotAllowed(Text("邀请已过期", "The offer has expired"))


async def decline(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: GiveUpIn) -> Claim:
    """Refuse an offer, without penalty."""
    return await _end(session, caller, claim_id, ClaimAction.DECLINE, body)


async def withdraw(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: GiveUpIn) -> Claim:
    """Give a claim back; its places are free again."""
    return await _end(session, caller, claim_id, ClaimAction.WITHDRAW, body)


async def no_show(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: GiveUpIn) -> Claim:
    """Note that somebody did not come; who said so is kept. Not before it has begun."""
    claim, demand = await to_move(session, caller, claim_id, ClaimAction.NO_SHOW)
    if demand.starts_at is not None and demand.starts_at > clock.now():
        raise ActionNotAllowed(Text("活动尚未开始", "It has not begun yet"))
    return await _end(session, caller, claim.id, ClaimAction.NO_SHOW, body)


async def _end(
    session: AsyncSession, caller: Caller, claim_id: uuid.UUID, action: ClaimAction, body: GiveUpIn
) -> Claim:
    claim, demand = await to_move(session, caller, claim_id, action)
    claim.cause = body.cause
    written = moving.note(session, demand, NoteKind(action), body.reason, caller)
    await moving.move_claim(session, demand, claim, action, caller, note_id=written)
    await moving.settle(session, demand)
    return claim


async def contact(session: AsyncSession, caller: Caller, claim_id: uuid.UUID) -> Claim:
    """Note that the filer was called; the first time counts."""
    claim, demand = await to_move(session, caller, claim_id, ClaimAction.CONTACT)
    await moving.move_claim(session, demand, claim, ClaimAction.CONTACT, caller)
    claim.contacted_at = claim.contacted_at or clock.now()
    await moving.settle(session, demand)
    return claim


async def arrive(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, at: datetime | None = None) -> Claim:
    """Note that somebody is there: the clock of their service starts, now or at a moment measured before."""
    claim, demand = await to_move(session, caller, claim_id, ClaimAction.ARRIVE)
    await moving.move_claim(session, demand, claim, ClaimAction.ARRIVE, caller)
    claim.arrived_at = at or clock.now()
    await moving.settle(session, demand)
    return claim


async def name_members(session: AsyncSession, caller: Caller, claim_id: uuid.UUID, body: ClaimMembersIn) -> Claim:
    """Say who serves for an organization; they are booked as if they had claimed. Raises `Overlaps`."""
    claim, demand = await to_move(session, caller, claim_id, ClaimAction.COMPLETE)
    if claim.claimant_kind != ClaimantKind.ORGANIZATION or claim.state not in LIVE:
        raise ActionNotAllowed
    await _check_members(session, claim, body.member_ids)
    await engagements.release(session, moving.CLAIM_SOURCE, [claim.id])
    await queries.forget_members(session, claim.id)
    session.add_all(ClaimMember(claim_id=claim.id, member_id=one) for one in dict.fromkeys(body.member_ids))
    await session.flush()  # booking reads who serves
    await dispatching.book(session, demand, claim)
    moving.tell(session, demand, DemandEvent.STAFFED, caller, claim)
    return claim


async def _check_members(session: AsyncSession, claim: Claim, member_ids: list[uuid.UUID]) -> None:
    if len(set(member_ids)) > claim.places:
        raise SlotsFull
    known = await members.members(session, member_ids)
    held = await organizations.organizations(session, [claim.organization_id])
    below = set(await session.scalars(organizations.below(*(one.path for one in held.values()))))
    for index, one in enumerate(member_ids):
        if one not in known or known[one].organization_id not in below:
            where = f"member_ids.{index}"
            raise InvalidRequest.field(where, "unknown_id", "不是本单位的党员", "not a member of yours")
