"""The selects of designated communities."""

import uuid
from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.call_models import Designation
from app.enrollments.call_schemas import DesignationFilter
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.organizations.models import Organization
from app.regions.queries import under


def line(*paths: str) -> list[uuid.UUID]:
    """The organizations at some paths and above them."""
    return [uuid.UUID(one) for path in paths for one in path.rstrip(".").split(".")]


async def is_designated(session: AsyncSession, organization: Organization, region_code: str) -> bool:
    """Whether a place is designated to an organization or to one above it."""
    stands = (Designation.organization_id.in_(line(organization.path)), Designation.region_code == region_code)
    return bool(await session.scalar(select(exists().where(*stands, Designation.until.is_(None)))))


async def designated_to(session: AsyncSession, region_codes: Sequence[str]) -> set[tuple[uuid.UUID, str]]:
    """Which organizations are designated to each of some places."""
    standing = select(Designation.organization_id, Designation.region_code).where(Designation.until.is_(None))
    rows = await session.execute(standing.where(Designation.region_code.in_(region_codes)))
    return {(row[0], row[1]) for row in rows}


async def standing(session: AsyncSession, organization_id: uuid.UUID) -> Sequence[Designation]:
    """An organization's own that stand."""
    statement = select(Designation).where(Designation.organization_id == organization_id, Designation.until.is_(None))
    return (await session.scalars(statement)).all()


async def designation(
    session: AsyncSession, whose: Sequence[uuid.UUID] | None, designation_id: uuid.UUID, *, lock: bool = False
) -> Designation:
    """One of some organizations' or, where none are named, of all; raises `NotFound`."""
    statement = select(Designation).where(Designation.id == designation_id)
    if whose is not None:
        statement = statement.where(Designation.organization_id.in_(whose))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def designations(
    session: AsyncSession, whose: Sequence[uuid.UUID] | None, wanted: DesignationFilter
) -> tuple[list[Designation], str | None]:
    """One page of them, newest first."""
    statement = select(Designation)
    if whose is not None:
        statement = statement.where(Designation.organization_id.in_(whose))
    if wanted.organization_id:
        statement = statement.where(Designation.organization_id == wanted.organization_id)
    if wanted.region:
        statement = statement.where(under(Designation.region_code, [wanted.region]))
    if not wanted.ended:
        statement = statement.where(Designation.until.is_(None))
    rows, cursor = await page(session, statement, [Designation.id], wanted, descending=True)
    return [row[0] for row in rows], cursor
