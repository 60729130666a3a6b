"""指定社区: say where organizations are to report in; what was said before stays on record."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments import designation_queries as queries
from app.enrollments.call_models import Designation
from app.enrollments.call_schemas import DesignationFilter, DesignationIn, DesignationOut
from app.enrollments.enrolling import PLACES
from app.enrollments.errors import AlreadyDesignated, PrimaryDesignated
from app.enrollments.events import CallEvent
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.kit.pagination import Page
from app.members import queries as members
from app.organizations import queries as organizations
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


async def designate(session: AsyncSession, caller: Caller, body: DesignationIn) -> Designation:
    """Designate a place to an organization; raises `AlreadyDesignated` and `PrimaryDesignated`."""
    caller.require(DISPATCHERS, body.region_code)
    region = await regions.region(session, body.region_code)
    if region is None:
        raise UnknownRegion
    if region.level not in PLACES:
        where = ("须为街道（镇）或社区（村）", "must be a subdistrict or a community")
        raise InvalidRequest.field("region_code", "enrollment_level", *where)
    if await organizations.organization(session, body.organization_id) is None:
        raise InvalidRequest.field("organization_id", "unknown_id", "没有这个组织", "there is no such organization")
    standing = await queries.standing(session, body.organization_id)
    has_primary = any(one.is_primary for one in standing)
    if any(one.region_code == body.region_code for one in standing):
        raise AlreadyDesignated
    if body.is_primary and has_primary:
        raise PrimaryDesignated
    made = Designation(
        id=new_id(),
        organization_id=body.organization_id,
        region_code=body.region_code,
        is_primary=not has_primary if body.is_primary is None else body.is_primary,
        since=clock.now(),
        designated_by=caller.account_id,
    )
    session.add(made)
    await session.flush()  # of two at once, the second is refused here
    _tell(session, CallEvent.DESIGNATED, made, caller)
    return made


async def end(session: AsyncSession, caller: Caller, designation_id: uuid.UUID) -> Designation:
    """End a designation; who reported in there stays."""
    found = await queries.designation(session, await seen(session, caller), designation_id, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    if found.until is not None:
        raise ActionNotAllowed
    found.until, found.ended_by = clock.now(), caller.account_id
    _tell(session, CallEvent.DESIGNATION_ENDED, found, caller)
    return found


def _tell(session: AsyncSession, kind: CallEvent, found: Designation, caller: Caller) -> None:
    where, whose = found.region_code, found.organization_id
    events.record(session, kind, subject=found.id, region_code=where, actor=caller.account_id, organization_id=whose)


async def seen(session: AsyncSession, caller: Caller) -> list[uuid.UUID] | None:
    """Whose designations a caller may see: all where they are staff or a liaison, else those of their own line."""
    if caller.is_staff or caller.is_liaison:
        return None
    member = await members.member(session, caller.member_id) if caller.member_id else None
    return queries.line(*await organizations.paths(session, [member.organization_id])) if member else []


async def designations(session: AsyncSession, caller: Caller, wanted: DesignationFilter) -> Page[DesignationOut]:
    """One page of designations: all for staff and liaisons, for a member those of their organization."""
    whose = await seen(session, caller)
    if whose == []:
        raise Forbidden
    found, cursor = await queries.designations(session, whose, wanted)
    return Page(items=await _shown(session, found), next_cursor=cursor)


async def shown(session: AsyncSession, found: Designation) -> DesignationOut:
    """A designation that the caller has just changed."""
    (one,) = await _shown(session, [found])
    return one


async def _shown(session: AsyncSession, found: list[Designation]) -> list[DesignationOut]:
    bodies = await organizations.organizations(session, [one.organization_id for one in found])
    places = await regions.names(session, [one.region_code for one in found])
    return [
        DesignationOut(
            id=one.id,
            organization_id=one.organization_id,
            organization_name=bodies[one.organization_id].name,
            region_code=one.region_code,
            region_name=places.get(one.region_code, ""),
            is_primary=one.is_primary,
            since=one.since,
            until=one.until,
        )
        for one in found
    ]
