"""Put members on the rosters, thousands at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.members.events import MemberEvent
from app.members.models import Member
from app.organizations import queries as organizations
from app.regions import codes
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to be, on the roster of an organization that stands already."""

    organization_id: uuid.UUID
    name: str
    home_region_code: str
    phone: str | None = None
    skills: list[str] = field(default_factory=list)
    id: uuid.UUID = field(default_factory=new_id)


async def add_many(session: AsyncSession, wanted: Sequence[NewMember], actor: uuid.UUID | None = None) -> None:
    """Add members, or none: raises `InvalidRequest` for an unknown region or organization."""
    if not wanted:
        return
    homes = {new.home_region_code for new in wanted}
    if homes - (await regions.names(session, homes)).keys():
        raise UnknownRegion("home_region_code")
    rosters = {new.organization_id for new in wanted}
    if rosters - (await organizations.organizations(session, rosters)).keys():
        raise InvalidRequest.field(
            "organization_id", "unknown_organization", "没有这个组织", "there is no such organization"
        )
    now = clock.now()
    rows = [{name: getattr(new, name) for name in NewMember.__slots__} | {"created_at": now} for new in wanted]
    await session.execute(insert(Member), rows)
    region_code, count = codes.common(homes), len(wanted)
    events.record(session, MemberEvent.ADDED, subject=new_id(), region_code=region_code, actor=actor, count=count)
