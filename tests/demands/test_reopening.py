"""重开: a desk may do so a few times; after that it climbs, and others serve than before."""

from typing import Any

from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, DISTRICT, SUBDISTRICT, World, claimed, filed, ids, ok, opened, seen

Body = dict[str, Any]
WHY = {"reason": "居民反映未解决"}


async def closed(desk: Client, demand: Body) -> None:
    """The desk says that it could not be done."""
    await ok(desk.post(f"/demands/{demand['id']}/close", WHY | {"result": "unresolved"}))


async def reopened(desk: Client, demand: Body) -> Body:
    """Closed and reopened once more."""
    await closed(desk, demand)
    return await ok(desk.post(f"/demands/{demand['id']}/reopen", WHY))


async def limit(world: World, times: int, region_code: str = "") -> None:
    """How often a desk may reopen."""
    await ok(
        world.admin.put("/policies/reopen_limit", {"region_code": region_code, "value": times, "from": "2026-01-01"})
    )


async def test_beyond_the_limit_it_climbs_to_the_level_above(world: World) -> None:
    demand = await opened(world)
    for times in (1, 2):
        again = await reopened(world.desk, demand)
        assert (again["state"], again["reopens"], again["handler"]["region_code"]) == (
            "dispatched",
            times,
            COMMUNITY,
        )
    again = await reopened(world.desk, demand)
    assert (again["state"], again["reopens"], again["mode"]) == ("filed", 3, None)
    assert again["handler"] == {"region_code": SUBDISTRICT, "name": "八角街道"}
    assert (await seen(world.district_desk, demand))["needs_desk"] == "new"
    items = (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]
    told = [(item["kind"], item["actor"]["kind"]) for item in items][-2:]
    assert told == [("demand.reopened", "handler"), ("demand.escalated", "handler")]


async def test_above_the_district_there_is_nobody(world: World) -> None:
    await limit(world, 0)
    demand = await filed(world.filer)
    for above in (SUBDISTRICT, DISTRICT):
        assert (await reopened(world.district_desk, demand))["handler"]["region_code"] == above
    await closed(world.district_desk, demand)
    refused = await world.district_desk.post(f"/demands/{demand['id']}/reopen", WHY)
    assert refusal(refused) == (409, "reopen_limit")
    assert (await seen(world.district_desk, demand))["state"] == "closed"


async def test_the_limit_is_the_regions_own(world: World) -> None:
    await limit(world, 0, COMMUNITY)
    assert (await reopened(world.desk, await filed(world.filer)))["handler"]["region_code"] == SUBDISTRICT


async def test_who_served_before_is_not_asked_again_unless_the_desk_insists(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    path = f"/demands/{demand['id']}"
    await ok(world.filer.post(f"{path}/evaluation", {"stars": 2, "resolved": False}), 201)
    await ok(world.desk.post(f"{path}/reopen", WHY))
    plan = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[1::-1])}
    refused = await world.desk.post(f"{path}/dispatch", plan)
    assert refusal(refused) == (422, "invalid_request")
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("member_ids.1", "served_before")]
    found = await ok(world.desk.get(f"{path}/candidates"))
    assert str(world.members[0].id) not in [one["id"] for one in found["items"]]
    again = await ok(world.desk.post(f"{path}/dispatch", plan | {"again": True}))
    assert again["state"] == "dispatched"
    offers = (await ok(world.desk.get(f"{path}/claims")))["items"]
    assert [one["state"] for one in offers] == ["completed", "offered", "offered"]


async def test_who_gave_up_before_may_be_asked_again(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事"}))
    await reopened(world.desk, demand)
    plan = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
