"""Put organizations into the tree, one or thousands at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.organizations import queries
from app.organizations.events import OrganizationEvent
from app.organizations.models import Organization, OrganizationKind
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization to be; its parent stands already, or before it in the same batch."""

    kind: OrganizationKind
    name: str
    region_code: str
    parent_id: uuid.UUID | None = None
    external_code: str | None = None
    id: uuid.UUID = field(default_factory=new_id)


async def create(
    session: AsyncSession,
    kind: OrganizationKind,
    name: str,
    region_code: str,
    parent_id: uuid.UUID | None = None,
) -> Organization:
    """One organization; raises `InvalidRequest` for an unknown region or parent."""
    new = NewOrganization(kind, name, region_code, parent_id)
    await create_many(session, [new])
    made = await queries.organization(session, new.id)
    assert made is not None  # noqa: S101 - just written
    return made


async def create_many(session: AsyncSession, wanted: Sequence[NewOrganization], actor: uuid.UUID | None = None) -> None:
    """Many organizations at once, or none: raises `InvalidRequest` for an unknown region or parent."""
    known = await regions.names(session, {new.region_code for new in wanted})
    above = await queries.organizations(session, [new.parent_id for new in wanted])
    path_of = {one.id: one.path for one in above.values()}
    rows = []
    for new in wanted:
        if new.region_code not in known:
            raise UnknownRegion
        if new.parent_id and new.parent_id not in path_of:
            raise InvalidRequest.field("parent_id", "unknown_organization", "没有这个上级组织", "no such parent")
        parent_path = path_of[new.parent_id] if new.parent_id else ""
        path_of[new.id] = f"{parent_path}{new.id}."
        rows.append(_row(new, path_of[new.id]))
    if rows:
        await session.execute(insert(Organization), rows)
    for new in wanted:
        events.record(session, OrganizationEvent.CREATED, subject=new.id, region_code=new.region_code, actor=actor)


def _row(new: NewOrganization, path: str) -> dict[str, object]:
    return {
        "id": new.id,
        "kind": new.kind,
        "name": new.name,
        "region_code": new.region_code,
        "parent_id": new.parent_id,
        "external_code": new.external_code,
        "path": path,
        "created_at": clock.now(),
    }
