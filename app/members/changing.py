"""Correct what the rosters say of members, many at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import events
from app.kit.db import new_id
from app.members.events import MemberEvent
from app.members.models import Member
from app.regions import codes


@dataclass(frozen=True, slots=True)
class ChangedMember:
    """A member who is on a roster already, as they are to be."""

    id: uuid.UUID
    name: str
    phone: str | None
    home_region_code: str
    skills: list[str]


async def change_many(session: AsyncSession, wanted: Sequence[ChangedMember], actor: uuid.UUID | None = None) -> None:
    """Write what members are now; their homes are there."""
    if not wanted:
        return
    await session.execute(update(Member), [asdict(one) | {"name_prefixes": one.name} for one in wanted])
    region_code, count = codes.common(one.home_region_code for one in wanted), len(wanted)
    events.record(session, MemberEvent.CHANGED, subject=new_id(), region_code=region_code, actor=actor, count=count)
