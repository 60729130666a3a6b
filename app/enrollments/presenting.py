"""Enrollments as one caller may see them."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import STAFF, Caller
from app.enrollments import lifecycle, queries, relations
from app.enrollments.lifecycle import EnrollmentState
from app.enrollments.models import Enrollment
from app.enrollments.schemas import EnrollmentCounts, EnrollmentFilter, EnrollmentOut, ReceiptOut, VerifiedOut
from app.kit import clock, codes
from app.kit.codes import Purpose, Unaccepted
from app.kit.crypto import Keyring
from app.kit.errors import Forbidden, NotFound
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.members import looking
from app.members import queries as members
from app.organizations import queries as organizations
from app.regions import queries as regions

COMPUTED = {"subject", "name", "organization_name", "region_name", "actions"}


async def enrollments(session: AsyncSession, caller: Caller, wanted: EnrollmentFilter) -> Page[EnrollmentOut]:
    """One page of enrollments; a desk's and a region's are for staff, organizations' for their liaisons."""
    staffs = wanted.scope in ("desk", "region")
    if (staffs and not caller.is_staff) or (wanted.scope == "organization" and not caller.is_liaison):
        raise Forbidden
    found, cursor = await queries.enrollments(session, caller, wanted)
    return Page(items=await enrollments_out(session, caller, found), next_cursor=cursor)


async def enrollment(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID) -> EnrollmentOut:
    """One enrollment that the caller may see."""
    return await enrollment_out(session, caller, await queries.enrollment(session, caller, enrollment_id))


async def enrollment_out(session: AsyncSession, caller: Caller, found: Enrollment) -> EnrollmentOut:
    """An enrollment that the caller has just seen or changed."""
    (shown,) = await enrollments_out(session, caller, [found])
    return shown


async def enrollments_out(session: AsyncSession, caller: Caller, found: Sequence[Enrollment]) -> list[EnrollmentOut]:
    """Some enrollments; a member's full name is for the desk, their organization and themselves, and on record."""
    places = await regions.names(session, [one.region_code for one in found])
    bodies = await organizations.organizations(session, [one.organization_id for one in found])
    people = await members.members(session, [one.member_id for one in found])
    shown, looked = [], dict[str, int]()
    for one in found:
        organization = bodies[one.organization_id]
        rights = relations.of(caller, one, relations.speaks_for(caller, organization))
        name = people[one.member_id].name if one.member_id else organization.name
        if one.member_id and one.member_id != caller.member_id:
            name = name if rights else mask_name(name) or ""
            looked[one.region_code] = looked.get(one.region_code, 0) + bool(rights)
        known = {field: getattr(one, field) for field in EnrollmentOut.model_fields if field not in COMPUTED}
        shown.append(
            EnrollmentOut(
                **known,
                subject=one.subject_kind,
                name=name,
                organization_name=organization.name,
                region_name=places.get(one.region_code, ""),
                actions=lifecycle.actions(one.state, rights),
            )
        )
    for region_code, count in looked.items():
        looking.note(session, caller, region_code, count)
    return shown


async def counts(session: AsyncSession, caller: Caller) -> EnrollmentCounts:
    """How many wait for the caller's desks."""
    caller.require(STAFF)
    found = await queries.waiting(session, caller)
    return EnrollmentCounts(
        requested=found.get(EnrollmentState.REQUESTED, 0), leaving=found.get(EnrollmentState.LEAVING, 0)
    )


async def waiting(session: AsyncSession, caller: Caller) -> int:
    """How much waits for the caller's desks, all in all."""
    return sum((await queries.waiting(session, caller)).values())


async def receipt(session: AsyncSession, caller: Caller, keyring: Keyring, enrollment_id: uuid.UUID) -> ReceiptOut:
    """The receipt of an enrollment that the caller may see."""
    found = await queries.enrollment(session, caller, enrollment_id)
    code = codes.make(keyring, Purpose.RECEIPT, found.number)
    return ReceiptOut(number=codes.in_groups(found.number), code=code)


async def verified(session: AsyncSession, keyring: Keyring, code: str) -> VerifiedOut:
    """What a receipt says now; a code that is not ours is not found."""
    try:
        read = codes.read(keyring, code, clock.now())
    except Unaccepted as error:
        raise NotFound from error
    found = await queries.by_number(session, read.number) if read.purpose == Purpose.RECEIPT else None
    if found is None:
        raise NotFound
    names = await regions.names(session, [found.region_code])
    return VerifiedOut(
        number=codes.in_groups(found.number),
        subject=found.subject_kind,
        kind=found.kind,
        region_code=found.region_code,
        region_name=names.get(found.region_code, ""),
        reported_at=found.requested_at,
        state=found.state,
    )
