"""Every select of organizations."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.organizations.models import Organization
from app.organizations.schemas import OrganizationsWanted
from app.regions.queries import under


async def organization(session: AsyncSession, organization_id: uuid.UUID) -> Organization | None:
    """One organization."""
    return await session.scalar(select(Organization).where(Organization.id == organization_id))


async def organizations(session: AsyncSession, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Organization]:
    """Some organizations by their ids; those that are not there are left out."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    found = await session.scalars(select(Organization).where(Organization.id.in_(wanted)))
    return {one.id: one for one in found}


def below(*paths: str) -> Select[uuid.UUID]:
    """The ids of the organizations at some paths and of all below them; no path, none."""
    inside = (Organization.path.startswith(path, autoescape=True) for path in paths)
    return select(Organization.id).where(or_(false(), *inside))


async def paths(session: AsyncSession, ids: Sequence[uuid.UUID]) -> Sequence[str]:
    """The paths of some organizations."""
    return (await session.scalars(select(Organization.path).where(Organization.id.in_(ids)))).all()


def listed(wanted: OrganizationsWanted) -> Select[Organization]:
    """The organizations of a list."""
    statement = select(Organization)
    if wanted.region:
        statement = statement.where(under(Organization.region_code, [wanted.region]))
    if wanted.q:
        statement = statement.where(Organization.name.contains(wanted.q, autoescape=True))
    return statement
