"""Every select of takings and milestones."""

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.cobuilding.lists.lifecycle import HOLDS_A_SLOT, TakingState
from app.cobuilding.lists.models import ListItem
from app.cobuilding.lists.project_models import Milestone, Taking
from app.cobuilding.lists.project_schemas import TakingsWanted
from app.cobuilding.lists.queries import items_visible_to
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.regions.queries import under

SHOWN = (TakingState.TAKEN, TakingState.DONE)
"""What everybody may know; who was asked, and who did not, is between the desk and the organization."""


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """What is taken or done, one's organizations', and all of one's regions."""
    own = Taking.organization_id.in_(caller.organization_ids)
    return or_(Taking.state.in_(SHOWN), own, under(Taking.region_code, caller.reach()))


async def taking(session: AsyncSession, caller: Caller, one: uuid.UUID) -> tuple[Taking, ListItem]:
    """One taking with its item, both locked, the item first; raises `NotFound` for absent and unseen alike."""
    item_id = await session.scalar(select(Taking.item_id).where(Taking.id == one, visible_to(caller)))
    if item_id is None:
        raise NotFound
    item = await session.get_one(ListItem, item_id, with_for_update=True, populate_existing=True)
    return await session.get_one(Taking, one, with_for_update=True, populate_existing=True), item


async def takings(
    session: AsyncSession, caller: Caller, wanted: TakingsWanted
) -> tuple[list[tuple[Taking, ListItem]], str | None]:
    """One page of takings with their items, the newest first."""
    statement = select(Taking, ListItem).join(ListItem, ListItem.id == Taking.item_id)
    statement = statement.where(visible_to(caller), items_visible_to(caller))
    for column, value in (
        (Taking.item_id, wanted.item_id),
        (Taking.organization_id, wanted.organization_id),
        (Taking.state, wanted.state),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows, cursor = await page(session, statement, [Taking.id], wanted, descending=True)
    return [(row[0], row[1]) for row in rows], cursor


async def held(session: AsyncSession, item_id: uuid.UUID) -> int:
    """How many of a project's slots are held."""
    standing = select(func.count()).where(Taking.item_id == item_id, Taking.state.in_(HOLDS_A_SLOT))
    return await session.scalar(standing) or 0


async def builds(session: AsyncSession, caller: Caller, item_id: uuid.UUID) -> bool:
    """Whether an organization that the caller speaks for has taken a project on."""
    own = Taking.organization_id.in_(caller.organization_ids)
    found = select(Taking.id).where(Taking.item_id == item_id, Taking.state == TakingState.TAKEN, own)
    return bool(await session.scalar(found.limit(1)))


async def milestone(session: AsyncSession, caller: Caller, one: uuid.UUID) -> tuple[Milestone, ListItem]:
    """One milestone, locked, with its item; raises `NotFound` for absent and unseen alike."""
    joined = select(Milestone, ListItem).join(ListItem, ListItem.id == Milestone.item_id)
    seen = joined.where(Milestone.id == one, items_visible_to(caller)).with_for_update(of=Milestone)
    found = (await session.execute(seen.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def milestones(session: AsyncSession, item_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Milestone]]:
    """The milestones of some items, by their days."""
    of_them = select(Milestone).where(Milestone.item_id.in_(item_ids)).order_by(Milestone.due_on, Milestone.id)
    found: dict[uuid.UUID, list[Milestone]] = {}
    for one in await session.scalars(of_them):
        found.setdefault(one.item_id, []).append(one)
    return found
