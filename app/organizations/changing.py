"""Correct what is known of organizations, many at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import events
from app.organizations.events import OrganizationEvent
from app.organizations.models import Organization, OrganizationKind


@dataclass(frozen=True, slots=True)
class ChangedOrganization:
    """An organization that stands already, as it is to be; where it stands in the tree does not change."""

    id: uuid.UUID
    kind: OrganizationKind
    name: str
    region_code: str
    external_code: str | None


async def change_many(
    session: AsyncSession, wanted: Sequence[ChangedOrganization], actor: uuid.UUID | None = None
) -> None:
    """Write what organizations are now; their regions are there."""
    if not wanted:
        return
    await session.execute(update(Organization), [asdict(one) for one in wanted])
    for one in wanted:
        events.record(session, OrganizationEvent.CHANGED, subject=one.id, region_code=one.region_code, actor=actor)
