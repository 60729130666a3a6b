"""重开: a desk may do so a few times; after that it climbs, and others serve than before."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import Client, refusal
from tests.demands.world import (
    COMMUNITY,
    DISTRICT,
    SUBDISTRICT,
    World,
    an_account,
    claimed,
    filed,
    ids,
    ok,
    opened,
    seen,
    signed_in,
)

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


async def served_and_reopened(world: World, who: Client, **claim: Any) -> Body:
    """Somebody served in the first round, and the desk opened a second one to all."""
    demand = await opened(world)
    made = await claimed(who, demand, **claim)
    if "organization_id" in claim:
        await ok(who.put(f"/claims/{made['id']}/members", {"member_ids": ids(world.members[6:7])}))
    await ok(who.post(f"/claims/{made['id']}/complete", {"minutes": 20}))
    path = f"/demands/{demand['id']}"
    await ok(world.filer.post(f"{path}/evaluation", {"stars": 2, "resolved": False}), 201)
    again = await ok(world.desk.post(f"{path}/reopen", WHY))
    assert (again["is_open"], again["round"]) == (True, 2)
    return again


async def may_again(world: World, allowed: bool) -> None:
    rule = {"region_code": SUBDISTRICT, "value": allowed, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/claim_again_after_reopening", rule))


async def offers_to_claim(who: Client, demand: Body) -> tuple[bool, bool]:
    """Whether somebody's list of open demands has it, and whether it shows them the button."""
    listed = [one["id"] for one in (await ok(who.get("/demands", scope="open")))["items"]]
    return demand["id"] in listed, "claim" in (await seen(who, demand))["actions"]


@pytest.mark.parametrize("keyed", [None, "a-key-of-sixteen-or-more"])
async def test_another_round_is_for_others_to_claim(world: World, keyed: str | None) -> None:
    demand = await served_and_reopened(world, world.member)
    refused = await world.member.post(f"/demands/{demand['id']}/claims", {}, key=keyed)
    assert refusal(refused) == (409, "served_before")
    assert await offers_to_claim(world.member, demand) == (False, False)
    assert await offers_to_claim(world.second, demand) == (True, True)
    assert (await claimed(world.second, demand))["round"] == 2


async def test_where_the_policy_lets_them_they_may_claim_it_again(world: World) -> None:
    demand = await served_and_reopened(world, world.member)
    await may_again(world, True)
    assert await offers_to_claim(world.member, demand) == (True, True)
    assert (await claimed(world.member, demand))["round"] == 2


async def test_the_desk_may_enter_who_served_before(world: World) -> None:
    demand = await served_and_reopened(world, world.member)
    entered = await claimed(world.desk, demand, member_id=str(world.members[0].id))
    assert (entered["round"], entered["state"]) == (2, "accepted")


async def test_an_organization_that_served_and_its_people_are_not_the_others(
    world: World, session: AsyncSession
) -> None:
    demand = await served_and_reopened(world, world.liaison, organization_id=str(world.unit.id))
    path = f"/demands/{demand['id']}/claims"
    again = await world.liaison.post(path, {"organization_id": str(world.unit.id)})
    assert refusal(again) == (409, "served_before")
    served = await signed_in(session, world.filer, await an_account(session, "served", member=world.members[6]))
    await session.commit()
    assert refusal(await served.post(path, {})) == (409, "served_before")
    assert await offers_to_claim(served, demand) == (False, False)
    found = await ok(world.desk.get(f"/demands/{demand['id']}/candidates", limit="100"))
    assert str(world.members[6].id) not in [one["id"] for one in found["items"]]


async def test_who_claimed_and_gave_it_back_before_may_claim_the_next_round(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事"}))
    await reopened(world.desk, demand)
    assert await offers_to_claim(world.member, demand) == (True, True)
    await claimed(world.member, demand)


async def test_who_gave_up_before_may_be_asked_again(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事"}))
    await reopened(world.desk, demand)
    plan = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
