"""What a caller is to an enrollment, and whether that and its state allow what they ask."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments.lifecycle import MOVES, WHO, EnrollmentAction, EnrollmentRelation
from app.enrollments.models import Enrollment
from app.kit.errors import ActionNotAllowed, Forbidden
from app.organizations import queries as organizations
from app.organizations.models import Organization

Relations = frozenset[EnrollmentRelation]


def of(caller: Caller, enrollment: Enrollment, speaks: bool) -> Relations:
    """Everything that a caller is to an enrollment; `speaks` is whether for its organization."""
    found = set()
    if speaks or (caller.member_id is not None and caller.member_id == enrollment.member_id):
        found.add(EnrollmentRelation.SUBJECT)
    if caller.covers(enrollment.region_code, DISPATCHERS):
        found.add(EnrollmentRelation.DESK)
    return frozenset(found)


def speaks_for(caller: Caller, organization: Organization) -> bool:
    """Whether a caller is the liaison of an organization or of one above it."""
    return any(f"{one}." in organization.path for one in caller.organization_ids)


async def require(session: AsyncSession, caller: Caller, enrollment: Enrollment, action: EnrollmentAction) -> None:
    """Raise `Forbidden` or `ActionNotAllowed` unless the caller may ask for it, and it stands so."""
    known = await organizations.organizations(session, [enrollment.organization_id])
    if not of(caller, enrollment, speaks_for(caller, known[enrollment.organization_id])) & WHO[action]:
        raise Forbidden
    if (enrollment.state, action) not in MOVES:
        raise ActionNotAllowed
