"""Every select of organizations."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, any_, false, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
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


async def called(session: AsyncSession, wanted: Collection[str]) -> dict[uuid.UUID, Organization]:
    """The organizations with one of some names or codes of others' systems, and all that stand above them."""
    words = list(wanted)
    named = or_(_among(Organization.name, words), _among(Organization.external_code, words))
    found = {one.id: one for one in await session.scalars(select(Organization).where(named))}
    above = {uuid.UUID(step) for one in found.values() for step in one.path.split(".")[:-2]} - found.keys()
    return found | await organizations(session, above)


def _among(column: Any, words: list[str]) -> ColumnElement[bool]:
    """One array, since a statement takes 32,767 parameters at most."""
    listed: ColumnElement[bool] = column == any_(literal(words, ARRAY(Text)))
    return listed


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
