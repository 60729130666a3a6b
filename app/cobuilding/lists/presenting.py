"""Lists, items and versions as one caller may see them, with what they may do now."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import project_presenting, queries, sharing_presenting
from app.cobuilding.lists.asking import AS
from app.cobuilding.lists.booking import BOOKABLE
from app.cobuilding.lists.models import CommunityList, ItemMode, ListItem, ListKind, ListVersion
from app.cobuilding.lists.schemas import (
    Became,
    ItemsWanted,
    ListItemOut,
    ListLine,
    ListOut,
    ListsWanted,
    VersionBrief,
    VersionOut,
)
from app.demands.lifecycle import ENDS
from app.kit.pagination import Page, PageRequest
from app.organizations import queries as organizations
from app.regions import queries as regions

CALLED = {
    ListKind.SERVICE: "服务清单",
    ListKind.NEEDS: "需求清单",
    ListKind.RESOURCE: "资源清单",
    ListKind.PROJECT: "项目清单",
}
LIST_SAME = ("id", "kind", "region_code", "year", "version", "published_at")
ITEM_SAID = {"region_name", "owner", "demands", "milestones", "paired", "contributed", "actions"}


async def lists(session: AsyncSession, caller: Caller, wanted: ListsWanted) -> Page[ListOut]:
    """One page of lists."""
    found, cursor = await queries.lists(session, caller, wanted)
    return Page(items=await lists_out(session, caller, found), next_cursor=cursor)


async def one_list(session: AsyncSession, caller: Caller, list_id: uuid.UUID) -> ListOut:
    """One list."""
    return await list_out(session, caller, await queries.one_list(session, caller, list_id))


async def list_out(session: AsyncSession, caller: Caller, one: CommunityList) -> ListOut:
    """A list that the caller has just seen or changed."""
    (answer,) = await lists_out(session, caller, [one])
    return answer


async def lists_out(session: AsyncSession, caller: Caller, found: Sequence[CommunityList]) -> list[ListOut]:
    """Some lists with the names of their places."""
    places = await regions.full_names(session, {one.region_code for one in found})
    return [
        ListOut(
            **{name: getattr(one, name) for name in LIST_SAME},
            region_name=places.get(one.region_code, ""),
            actions=["add", "publish"] if caller.covers(one.region_code, DISPATCHERS) else [],
        )
        for one in found
    ]


async def items(session: AsyncSession, caller: Caller, wanted: ItemsWanted) -> Page[ListItemOut]:
    """One page of items."""
    found, cursor = await queries.items(session, caller, wanted)
    return Page(items=await items_out(session, caller, found), next_cursor=cursor)


async def item(session: AsyncSession, caller: Caller, item_id: uuid.UUID) -> ListItemOut:
    """One item."""
    return await item_out(session, caller, await queries.item(session, caller, item_id))


async def item_out(session: AsyncSession, caller: Caller, one: ListItem) -> ListItemOut:
    """An item that the caller has just seen or changed."""
    await session.flush()  # what it has just become is read below
    (answer,) = await items_out(session, caller, [one])
    return answer


async def items_out(session: AsyncSession, caller: Caller, found: Sequence[ListItem]) -> list[ListItemOut]:
    """Some items with whose they are and what they became."""
    places = await regions.full_names(session, {one.region_code for one in found})
    owners = await organizations.organizations(session, [one.owner_id for one in found])
    ids = [one.id for one in found]
    demands = await queries.became(session, caller, ids)
    milestones = await project_presenting.milestones_of(session, ids)
    paired = await sharing_presenting.paired_of(session, caller, ids)
    contributed = await sharing_presenting.contributed_of(session, ids)
    shown = []
    for one in found:
        became = [Became.model_validate(demand) for demand in demands.get(one.id, [])]
        shown.append(
            ListItemOut(
                **{name: getattr(one, name) for name in ListItemOut.model_fields if name not in ITEM_SAID},
                region_name=places.get(one.region_code, ""),
                owner=owners[one.owner_id].name if one.owner_id else None,
                demands=became,
                milestones=milestones.get(one.id, []),
                paired=paired.get(one.id, []),
                contributed=contributed[one.id],
                actions=_actions(caller, one, became),
            )
        )
    return shown


def _actions(caller: Caller, one: ListItem, became: Sequence[Became]) -> list[str]:
    """What the desk, or for their organization a liaison, may ask of an item."""
    desk = caller.covers(one.region_code, DISPATCHERS)
    if one.withdrawn_at or not (desk or caller.is_liaison):
        return []
    may = {
        "change": desk,
        "withdraw": desk,
        "ask": desk and one.kind in AS and all(demand.state in ENDS for demand in became),
        "take": one.kind == ListKind.PROJECT and (desk or one.mode == ItemMode.OPEN or _owns(caller, one)),
        "plan": desk and one.kind == ListKind.PROJECT,
        "pair": desk and one.kind == ListKind.NEEDS,
        "book": one.form in BOOKABLE,
        "contribute": desk,
    }
    of_published = {"ask", "take", "book"}
    return [action for action, allowed in may.items() if allowed and (one.published_at or action not in of_published)]


def _owns(caller: Caller, one: ListItem) -> bool:
    return one.owner_id is not None and one.owner_id in caller.organization_ids


async def versions(
    session: AsyncSession, caller: Caller, list_id: uuid.UUID, wanted: PageRequest
) -> Page[VersionBrief]:
    """One page of a list's versions."""
    one = await queries.one_list(session, caller, list_id)
    found, cursor = await queries.versions(session, one.id, wanted)
    return Page(items=[VersionBrief.model_validate(one) for one in found], next_cursor=cursor)


async def version(session: AsyncSession, version_id: uuid.UUID) -> VersionOut:
    """One version, for anybody who is signed in."""
    found, whole = await queries.version(session, version_id)
    places = await regions.full_names(session, [whole.region_code])
    return version_out(found, whole, places[whole.region_code])


def version_out(found: ListVersion, whole: CommunityList, place: str) -> VersionOut:
    """A version under its title, `石景山区八角街道八角南路社区2026年服务清单`."""
    return VersionOut(
        **{name: getattr(found, name) for name in VersionBrief.model_fields},
        title=f"{place}{whole.year}年{CALLED[whole.kind]}",
        lines=[ListLine.model_validate(one) for one in found.items],
    )
