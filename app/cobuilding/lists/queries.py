"""Every select of lists; `visible_to` and `items_visible_to` say what a caller may see."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.cobuilding.lists.models import CommunityList, ItemDemand, ListItem, ListVersion
from app.cobuilding.lists.schemas import ItemsWanted, ListsWanted
from app.demands import queries as demands
from app.demands.lifecycle import ENDS
from app.demands.models import Demand
from app.kit.errors import NotFound
from app.kit.pagination import PageRequest, page
from app.regions.queries import under


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """What was published, and all of one's regions."""
    return or_(CommunityList.published_at.is_not(None), under(CommunityList.region_code, caller.reach()))


def items_visible_to(caller: Caller) -> ColumnElement[bool]:
    """What a version has held, and all of one's regions."""
    return or_(ListItem.published_at.is_not(None), under(ListItem.region_code, caller.reach()))


async def one_list(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> CommunityList:
    """One list, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(CommunityList).where(CommunityList.id == one, visible_to(caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def lists(session: AsyncSession, caller: Caller, wanted: ListsWanted) -> tuple[list[CommunityList], str | None]:
    """One page of lists, the newest first."""
    statement = select(CommunityList).where(visible_to(caller))
    if wanted.kind:
        statement = statement.where(CommunityList.kind == wanted.kind)
    if wanted.region:
        statement = statement.where(under(CommunityList.region_code, [wanted.region]))
    if wanted.year:
        statement = statement.where(CommunityList.year == wanted.year)
    rows, cursor = await page(session, statement, [CommunityList.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def item(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> ListItem:
    """One item, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(ListItem).where(ListItem.id == one, items_visible_to(caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def items(session: AsyncSession, caller: Caller, wanted: ItemsWanted) -> tuple[list[ListItem], str | None]:
    """One page of items that stand, in the order in which they were written."""
    statement = select(ListItem).where(items_visible_to(caller), ListItem.withdrawn_at.is_(None))
    if wanted.list_id:
        statement = statement.where(ListItem.list_id == wanted.list_id)
    if wanted.kind:
        statement = statement.where(ListItem.kind == wanted.kind)
    if wanted.region:
        statement = statement.where(under(ListItem.region_code, [wanted.region]))
    rows, cursor = await page(session, statement, [ListItem.id], wanted)
    return [row[0] for row in rows], cursor


async def count(session: AsyncSession, list_id: uuid.UUID) -> int:
    """How many items of a list stand."""
    standing = select(func.count()).where(ListItem.list_id == list_id, ListItem.withdrawn_at.is_(None))
    return await session.scalar(standing) or 0


async def standing(session: AsyncSession, list_id: uuid.UUID) -> Sequence[ListItem]:
    """The items of a list that stand, in the order in which they were written."""
    of_it = select(ListItem).where(ListItem.list_id == list_id, ListItem.withdrawn_at.is_(None))
    return (await session.scalars(of_it.order_by(ListItem.id).execution_options(populate_existing=True))).all()


async def version(session: AsyncSession, one: uuid.UUID) -> tuple[ListVersion, CommunityList]:
    """One version with its list, for anybody; raises `NotFound`."""
    joined = select(ListVersion, CommunityList).join(CommunityList, CommunityList.id == ListVersion.list_id)
    found = (await session.execute(joined.where(ListVersion.id == one))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def versions(
    session: AsyncSession, list_id: uuid.UUID, wanted: PageRequest
) -> tuple[list[ListVersion], str | None]:
    """One page of a list's versions, the newest first."""
    statement = select(ListVersion).where(ListVersion.list_id == list_id)
    rows, cursor = await page(session, statement, [ListVersion.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def newest(session: AsyncSession, list_id: uuid.UUID) -> ListVersion | None:
    """A list's newest version."""
    of_it = select(ListVersion).where(ListVersion.list_id == list_id)
    return await session.scalar(of_it.order_by(ListVersion.number.desc()).limit(1))


async def became(
    session: AsyncSession, caller: Caller, item_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Demand]]:
    """The demands that some items became, as far as the caller may see them, the newest first."""
    joined = select(ItemDemand.item_id, Demand).join(Demand, Demand.id == ItemDemand.demand_id)
    seen = joined.where(ItemDemand.item_id.in_(item_ids), demands.visible_to(caller)).order_by(Demand.id.desc())
    found: dict[uuid.UUID, list[Demand]] = {}
    for item_id, demand in await session.execute(seen):
        found.setdefault(item_id, []).append(demand)
    return found


async def is_under_way(session: AsyncSession, item_id: uuid.UUID) -> bool:
    """Whether a demand that the item became has not ended."""
    joined = select(ItemDemand.demand_id).join(Demand, Demand.id == ItemDemand.demand_id)
    return bool(await session.scalar(joined.where(ItemDemand.item_id == item_id, Demand.state.not_in(ENDS)).limit(1)))
