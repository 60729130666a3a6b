"""Service hours of a person or an organization in a quarter, for those who may know them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.queries import account_of_member
from app.kit import clock
from app.kit.errors import NotFound
from app.ledger import queries
from app.ledger.schemas import ByProvenance, HoursOut, OrganizationHoursOut
from app.members import queries as members
from app.members.models import Member
from app.policies import service as policies
from app.policies.defaults import Key


async def of_caller(session: AsyncSession, caller: Caller, period: str | None) -> HoursOut:
    """The caller's own hours, as a member and as a resident."""
    member = await queries.member(session, caller.member_id) if caller.member_id else None
    return await _of_person(session, await own_ids(session, caller), member, period)


async def own_ids(session: AsyncSession, caller: Caller) -> list[uuid.UUID]:
    """Whose entries are the caller's own: their account's and, once they are one, the member's with all theirs."""
    return [caller.account_id, *(await members.entries_of(session, caller.member_id) if caller.member_id else [])]


async def of_member(session: AsyncSession, caller: Caller, member_id: uuid.UUID, period: str | None) -> HoursOut:
    """A member's hours, for the member, the staff of their home region and the liaisons above them."""
    member = await queries.member(session, member_id)
    if member is None or not await _may_see(session, caller, member):
        raise NotFound
    return await _of_person(session, await ids_of_member(session, member), member, period)


async def ids_of_member(session: AsyncSession, member: Member) -> list[uuid.UUID]:
    """Whose entries are a member's: all theirs on rosters, and their account's where they have one."""
    account = await account_of_member(session, member.id)
    return [*await members.entries_of(session, member.id), *([account.id] if account else [])]


async def of_organization(
    session: AsyncSession, caller: Caller, organization_id: uuid.UUID, period: str | None
) -> OrganizationHoursOut:
    """What its people did for an organization itself, for the staff of its region and its liaisons."""
    organization = await queries.organization(session, organization_id)
    if organization is None or not await _answers_for(session, caller, organization.region_code, organization.id):
        raise NotFound
    within = clock.quarter_bounds(_named(period))
    served = await queries.hours_of_organization(session, organization_id, within)
    return OrganizationHoursOut(
        minutes=served.minutes,
        members=served.people,
        services=served.services,
        by_provenance=ByProvenance(**served.by_provenance),
    )


async def _of_person(
    session: AsyncSession, holder_ids: Sequence[uuid.UUID], member: Member | None, period: str | None
) -> HoursOut:
    quarter = _named(period)
    served = await queries.hours_of_person(session, holder_ids, clock.quarter_bounds(quarter))
    target = await _target(session, member, quarter) if member else None
    shares = ByProvenance(**served.by_provenance)
    return HoursOut(minutes=served.minutes, target_minutes=target, by_provenance=shares)


async def _target(session: AsyncSession, member: Member, quarter: str) -> int:
    """Minutes asked of a member, by the rule at home as it stood when the quarter ended, or stands today."""
    _, end = clock.quarter_bounds(quarter)
    on = min(clock.today(), (end - timedelta(days=1)).date())
    return 60 * await policies.value(session, Key.HOURS_PER_QUARTER, member.home_region_code, on)


async def _may_see(session: AsyncSession, caller: Caller, member: Member) -> bool:
    if caller.member_id == member.id:
        return True
    return await _answers_for(session, caller, member.home_region_code, member.organization_id)


async def _answers_for(session: AsyncSession, caller: Caller, region_code: str, organization_id: uuid.UUID) -> bool:
    """Whether the caller is staff of a region, or a liaison of an organization or of one above it."""
    if caller.covers(region_code):
        return True
    return caller.is_liaison and await queries.is_within(session, organization_id, caller.organization_ids)


def _named(period: str | None) -> str:
    return period or clock.quarter(clock.now())
