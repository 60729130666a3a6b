"""Freeze a list as its next version."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import queries
from app.cobuilding.lists.compiling import tell
from app.cobuilding.lists.errors import NothingToPublish
from app.cobuilding.lists.events import ListEvent
from app.cobuilding.lists.models import CommunityList, ListItem, ListVersion
from app.cobuilding.lists.schemas import ListLine
from app.kit import clock
from app.kit.db import new_id
from app.organizations import queries as organizations


async def publish(session: AsyncSession, caller: Caller, list_id: uuid.UUID) -> CommunityList:
    """Everybody reads the list as it stands now, under the next number. Raises `NothingToPublish`."""
    whole = await queries.one_list(session, caller, list_id, lock=True)
    caller.require(DISPATCHERS, whole.region_code)
    items = await queries.standing(session, whole.id)
    lines = await _lines(session, items)
    before = await queries.newest(session, whole.id)
    if not lines or (before and before.items == lines):
        raise NothingToPublish
    now = clock.now()
    whole.version, whole.published_at = whole.version + 1, now
    made = ListVersion(
        id=new_id(),
        list_id=whole.id,
        number=whole.version,
        published_at=now,
        published_by=caller.account_id,
        items=lines,
    )
    session.add(made)
    for item in items:
        item.published_at = item.published_at or now
    tell(session, ListEvent.PUBLISHED, whole, caller, version_id=made.id, number=made.number)
    return whole


async def _lines(session: AsyncSession, items: Sequence[ListItem]) -> list[dict[str, object]]:
    owners = await organizations.organizations(session, [one.owner_id for one in items])
    return [
        ListLine(
            item_id=one.id,
            owner=owners[one.owner_id].name if one.owner_id else None,
            **{name: getattr(one, name) for name in ListLine.model_fields if name not in ("item_id", "owner")},
        ).model_dump(mode="json")
        for one in items
    ]
