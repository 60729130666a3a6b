"""报到: report in for oneself, one's organization or a member; transfer to another community."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments import designation_queries, moving, queries, relations
from app.enrollments.errors import AlreadyEnrolled, NamesNotAsked, NotDesignated, PrimaryTaken
from app.enrollments.events import EnrollmentEvent
from app.enrollments.lifecycle import EnrollmentAction, EnrollmentState
from app.enrollments.models import Enrollment, MemberKind
from app.enrollments.schemas import ElsewhereIn, EnrollmentIn
from app.kit import clock, codes
from app.kit.db import new_id
from app.kit.errors import Forbidden, InvalidRequest
from app.members import queries as members
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization, OrganizationKind
from app.policies import service as policies
from app.policies.enrollment_rules import EnrollmentChoice, EnrollmentConfirmation, EnrollmentKey
from app.regions import queries as regions
from app.regions.errors import UnknownRegion
from app.regions.models import Level

HOMES = frozenset({Level.COMMUNITY, Level.VILLAGE})
PLACES = HOMES | {Level.SUBDISTRICT, Level.TOWN}
"""Members report in to a community, organizations to a subdistrict as well."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """Who reports in: an organization, or one of its members."""

    organization: Organization
    member: Member | None = None
    kind: MemberKind | None = None
    head_count: int | None = None

    @property
    def id(self) -> uuid.UUID:
        return self.member.id if self.member else self.organization.id


async def enroll(session: AsyncSession, caller: Caller, body: EnrollmentIn) -> Enrollment:
    """Report in; it stands at once where the desk does it or the rule says so, else it waits for the desk.

    Raises `NamesNotAsked`, `NotDesignated`, `AlreadyEnrolled` and `PrimaryTaken`.
    """
    subject = await _subject(session, caller, body)
    live = await queries.live_of(session, subject.id)
    has_primary = any(one.is_primary for one in live)
    made = await _asked(session, caller, subject, body.region_code)
    if body.is_primary and has_primary:
        raise PrimaryTaken
    made.is_primary = not has_primary if body.is_primary is None else body.is_primary
    return await _report(session, caller, made)


async def transfer(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, body: ElsewhereIn) -> Enrollment:
    """Report in elsewhere; this one ends when the next is confirmed, and not before. Raises as `enroll` does."""
    before = await queries.enrollment(session, caller, enrollment_id, lock=True)
    await relations.require(session, caller, before, EnrollmentAction.TRANSFER)
    subject = await _again(session, before)
    made = await _asked(session, caller, subject, body.region_code)
    made.succeeds_id, made.is_primary = before.id, False
    return await _report(session, caller, made)


async def _subject(session: AsyncSession, caller: Caller, body: EnrollmentIn) -> _Subject:
    if body.organization_id is not None:
        if body.member_id is not None:
            raise InvalidRequest.field("member_id", "one_subject", "请只填单位或党员之一", "name one of the two")
        organization = await _organization(session, caller, body)
        return _Subject(organization, head_count=body.head_count)
    if body.head_count is not None:
        raise InvalidRequest.field("head_count", "not_wanted", "只有单位可以按人数报到", "a member is one")
    member = await _member(session, caller, body)
    return await _of_member(session, member, body.kind)


async def _organization(session: AsyncSession, caller: Caller, body: EnrollmentIn) -> Organization:
    found = await organizations.organization(session, body.organization_id) if body.organization_id else None
    at_desk = caller.covers(body.region_code, DISPATCHERS)
    if found is None or not (at_desk or relations.speaks_for(caller, found)):
        raise Forbidden
    return found


async def _member(session: AsyncSession, caller: Caller, body: EnrollmentIn) -> Member:
    wanted = body.member_id or caller.member_id
    found = await members.standing(session, wanted) if wanted else None
    if found is None:
        raise Forbidden
    if caller.covers(body.region_code, DISPATCHERS) or await _is_own(session, caller, found):
        return found
    roster = await organizations.organization(session, found.organization_id)
    if roster is None or not relations.speaks_for(caller, roster):
        raise Forbidden
    return found


async def _is_own(session: AsyncSession, caller: Caller, found: Member) -> bool:
    """Whether the caller is this member, also where they became so since they were let in."""
    if caller.member_id in (None, found.id):
        return caller.member_id == found.id
    holder = await members.locked_holder(session, found.id)
    return holder is not None and holder.id == caller.account_id


async def _of_member(session: AsyncSession, member: Member, kind: MemberKind | None) -> _Subject:
    """A member with the organization whose roster has them now."""
    roster = (await organizations.organizations(session, [member.organization_id]))[member.organization_id]
    by_heads = any(one.head_count for one in await queries.live_of(session, roster.id))
    if by_heads or roster.kind == OrganizationKind.GARRISON:
        raise NamesNotAsked
    return _Subject(roster, member, kind)


async def _again(session: AsyncSession, before: Enrollment) -> _Subject:
    """Who stands behind an enrollment, as they are now."""
    if before.member_id is not None:
        member = (await members.members(session, [before.member_id]))[before.member_id]
        return await _of_member(session, member, before.kind)
    known = await organizations.organizations(session, [before.organization_id])
    return _Subject(known[before.organization_id], head_count=before.head_count)


async def _asked(session: AsyncSession, caller: Caller, subject: _Subject, region_code: str) -> Enrollment:
    """A report that may be made, not written yet."""
    await _check_place(session, subject, region_code)
    designated = await _designated(session, caller, subject, region_code)
    if any(one.region_code == region_code for one in await queries.live_of(session, subject.id)):
        raise AlreadyEnrolled
    return Enrollment(
        id=new_id(),
        number=codes.new_number(),
        organization_id=subject.organization.id,
        unit_kind=subject.organization.kind,
        member_id=subject.member.id if subject.member else None,
        kind=subject.kind,
        head_count=subject.head_count,
        region_code=region_code,
        designated=designated,
        state=EnrollmentState.REQUESTED,
        requested_at=clock.now(),
        requested_by=caller.account_id,
    )


async def _check_place(session: AsyncSession, subject: _Subject, region_code: str) -> None:
    region = await regions.region(session, region_code)
    if region is None:
        raise UnknownRegion
    if region.level not in (HOMES if subject.member else PLACES):
        where = ("党员向社区（村）报到，单位向街道（镇）或社区（村）报到", "members report in to a community")
        raise InvalidRequest.field("region_code", "enrollment_level", *where)


async def _designated(session: AsyncSession, caller: Caller, subject: _Subject, region_code: str) -> bool:
    """Whether the place is designated to them; raises `NotDesignated` where it takes nobody else."""
    choice = await policies.value(session, EnrollmentKey.CHOICE, region_code)
    if choice == EnrollmentChoice.FREE:
        return False
    if await designation_queries.is_designated(session, subject.organization, region_code):
        return True
    at_home = subject.member is not None and subject.member.home_region_code.startswith(region_code)
    if choice == EnrollmentChoice.DESIGNATED and not at_home and not caller.covers(region_code, DISPATCHERS):
        raise NotDesignated
    return False


async def _report(session: AsyncSession, caller: Caller, made: Enrollment) -> Enrollment:
    """Write a report, and confirm it where nobody need look at it."""
    session.add(made)
    await session.flush()  # of two at once, the second is refused here
    moving.tell(session, EnrollmentEvent.REQUESTED, made, caller.account_id)
    rule = await policies.value(session, EnrollmentKey.CONFIRMATION, made.region_code)
    by_the_desk = caller.covers(made.region_code, DISPATCHERS)
    by_rule = rule == EnrollmentConfirmation.NONE or (rule == EnrollmentConfirmation.FREE and made.designated)
    if by_the_desk or by_rule:
        await moving.confirm(session, made, caller, by_the_desk=by_the_desk)
    return made
