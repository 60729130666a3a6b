"""Lists with lines, as the desk of the small district draws them up."""

from typing import Any

from tests.client import Client
from tests.demands.world import COMMUNITY, World, ok

Body = dict[str, Any]
YEAR = 2026


async def drawn(who: Client, kind: str = "service", **changes: Any) -> Body:
    """An empty list."""
    return await ok(who.post("/lists", {"kind": kind, "region_code": COMMUNITY, "year": YEAR} | changes), 201)


def lift(**changes: Any) -> Body:
    """Help with the papers of a new lift."""
    usual = {"title": "加装电梯意见征集", "detail": "协助入户征集意见", "category": "governance", "slots": 3}
    return usual | changes


async def line(who: Client, whole: Body, **changes: Any) -> Body:
    """A line of a list."""
    return await ok(who.post(f"/lists/{whole['id']}/items", lift(**changes)), 201)


async def published(who: Client, whole: Body) -> Body:
    """The list, published."""
    return await ok(who.post(f"/lists/{whole['id']}/publish"))


async def one_item(world: World, kind: str = "service", **changes: Any) -> Body:
    """The only line of a list that the desk has published."""
    whole = await drawn(world.desk, kind)
    item = await line(world.desk, whole, **changes)
    await published(world.desk, whole)
    return await ok(world.desk.get(f"/list-items/{item['id']}"))


async def newest(who: Client, list_id: str) -> Body:
    """The newest version of a list, whole."""
    brief = (await ok(who.get(f"/lists/{list_id}/versions")))["items"][0]
    return await ok(who.get(f"/list-versions/{brief['id']}"))
