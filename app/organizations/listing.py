"""The organizations as staff and liaisons see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit.errors import Forbidden
from app.kit.pagination import Page, page
from app.organizations import queries
from app.organizations.models import Organization
from app.organizations.schemas import OrganizationOut, OrganizationsWanted


async def organizations(session: AsyncSession, caller: Caller, wanted: OrganizationsWanted) -> Page[OrganizationOut]:
    """One page of organizations, of any region: a community whistles for its district's departments."""
    if not (caller.is_staff or caller.is_liaison):
        raise Forbidden
    keys = [Organization.region_code, Organization.id]
    rows, cursor = await page(session, queries.listed(wanted), keys, wanted)
    return Page(items=[OrganizationOut.model_validate(row[0]) for row in rows], next_cursor=cursor)
