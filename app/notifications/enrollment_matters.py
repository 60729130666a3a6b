"""The selects of messages about enrollments, musters and designations: to whom, and what their readers may see."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account, Grant
from app.enrollments import designating, muster_queries
from app.enrollments import queries as enrollment_queries
from app.enrollments.call_models import Designation, Muster, MusterTarget
from app.enrollments.lifecycle import NEEDS_DESK
from app.enrollments.models import Enrollment
from app.kit import clock
from app.notifications.matters import Matter
from app.notifications.models import SubjectKind
from app.notifications.queries import among
from app.organizations.models import Organization
from app.organizations.queries import below
from app.regions.queries import under

Ids = Collection[uuid.UUID]


async def enrollments(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some enrollments with the accounts of who is enrolled."""
    found = (await session.scalars(select(Enrollment).where(among(Enrollment.id, ids)))).all()
    people = await _members(session, {one.member_id for one in found if one.member_id})
    people |= await _liaisons(session, {one.organization_id for one in found if one.member_id is None})
    return [
        Matter(
            SubjectKind.ENROLLMENT,
            one.id,
            one.region_code,
            None,
            None,
            waits=one.state in NEEDS_DESK,
            state=one.state,
            subjects=tuple(people.get(one.subject_id, ())),
        )
        for one in found
    ]


async def musters(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some musters with the liaisons of those who are called."""
    found = (await session.scalars(select(Muster).where(among(Muster.id, ids)))).all()
    return [
        Matter(
            SubjectKind.MUSTER,
            one.id,
            one.region_code,
            None,
            None,
            waits=one.closed_at is None and one.ends_at > clock.now(),
            subjects=tuple(await _called(session, one)),
        )
        for one in found
    ]


async def designations(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some designations with the liaisons of the organization and of those below, who are designated with it."""
    joined = select(Designation, Organization.path).join(Organization, Organization.id == Designation.organization_id)
    return [
        Matter(
            SubjectKind.DESIGNATION,
            row[0].id,
            row[0].region_code,
            None,
            None,
            waits=row[0].until is None,
            subjects=tuple(await _speaking_for(session, below(row[1]))),
        )
        for row in (await session.execute(joined.where(among(Designation.id, ids)))).all()
    ]


async def _members(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, list[uuid.UUID]]:
    rows = await session.execute(select(Account.member_id, Account.id).where(among(Account.member_id, ids)))
    return {row[0]: [row[1]] for row in rows if row[0]}


async def _liaisons(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    granted = select(Grant.organization_id, Grant.account_id).where(among(Grant.organization_id, ids))
    for organization_id, account_id in await session.execute(granted.where(Grant.revoked_at.is_(None))):
        if organization_id:
            found[organization_id].append(account_id)
    return found


async def _called(session: AsyncSession, muster: Muster) -> Sequence[uuid.UUID]:
    targets = select(MusterTarget.organization_id).where(MusterTarget.muster_id == muster.id)
    if muster.all_below:
        targets = select(Organization.id).where(under(Organization.region_code, [muster.region_code]))
    return await _speaking_for(session, targets)


async def _speaking_for(session: AsyncSession, organization_ids: Select[uuid.UUID]) -> Sequence[uuid.UUID]:
    granted = select(Grant.account_id).where(Grant.organization_id.in_(organization_ids), Grant.revoked_at.is_(None))
    return (await session.scalars(granted.distinct())).all()


async def visible_enrollments(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Enrollment]:
    """Those of some enrollments that the caller may see now."""
    seen = await enrollment_queries.visible_to(session, caller)
    return (await session.scalars(select(Enrollment).where(among(Enrollment.id, ids), seen))).all()


async def visible_musters(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Muster]:
    """Those of some musters that the caller may see now."""
    seen = await muster_queries.visible_to(session, caller)
    return (await session.scalars(select(Muster).where(among(Muster.id, ids), seen))).all()


async def visible_designations(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Designation]:
    """Those of some designations that the caller may see now."""
    found = select(Designation).where(among(Designation.id, ids))
    whose = await designating.seen(session, caller)
    if whose is not None:
        found = found.where(Designation.organization_id.in_(whose))
    return (await session.scalars(found)).all()
