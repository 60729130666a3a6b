"""接单: who may claim what, in which order they are refused, and what a claim books."""

import pytest

from tests.client import refusal
from tests.demands.world import (
    DISTRICT,
    World,
    claimed,
    filed,
    ids,
    in_hours,
    ok,
    opened,
    seen,
)


async def test_the_refusals_come_in_the_order_of_the_contract(world: World) -> None:
    path = f"/demands/{(await opened(world))['id']}/claims"
    assert refusal(await world.far.post(path)) == (409, "not_eligible")
    own = await opened_by_member(world)
    assert refusal(await world.member.post(f"/demands/{own['id']}/claims")) == (409, "own_demand")
    await ok(world.member.post(path), 201)
    assert refusal(await world.member.post(path)) == (409, "already_claimed")
    assert refusal(await world.second.post(path)) == (409, "slots_full")


async def opened_by_member(world: World) -> dict[str, object]:
    """A demand that the member filed and the desk opened."""
    demand = await filed(world.member)
    return await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))


async def test_a_demand_whose_time_is_over_is_not_open(world: World) -> None:
    plan = {"starts_at": in_hours(-3), "ends_at": in_hours(-1)}
    demand = await opened(world, plan=plan)
    assert demand["is_open"] is False
    assert refusal(await world.member.post(f"/demands/{demand['id']}/claims")) == (409, "not_open")


async def test_a_finished_demand_is_not_open_rather_than_full(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5}))
    assert refusal(await world.second.post(f"/demands/{demand['id']}/claims")) == (409, "not_open")


@pytest.mark.parametrize(
    ("audience", "member", "resident"),
    [("members", 201, 404), ("residents", 409, 201), ("all", 201, 201)],
)
async def test_the_audience_decides_who_may_claim(world: World, audience: str, member: int, resident: int) -> None:
    demand = await opened(world, slots=3, audience=audience)
    path = f"/demands/{demand['id']}/claims"
    assert (await world.member.post(path)).status_code == member
    assert (await world.stranger.post(path)).status_code == resident


async def test_how_far_one_may_claim_is_a_policy(world: World) -> None:
    demand = await opened(world)
    path = f"/demands/{demand['id']}/claims"
    assert refusal(await world.far.post(path)) == (409, "not_eligible")
    change = {"region_code": DISTRICT, "value": "community", "from": "2026-01-01"}
    await ok(world.admin.put("/policies/claim_reach", change))
    await ok(world.member.post(path), 201)


async def test_an_organization_claims_places_and_names_who_serves(world: World) -> None:
    demand = await opened(world, slots=8, kind="request")
    body = {"organization_id": str(world.unit.id), "places": 6}
    claim = await claimed(world.liaison, demand, **body)
    assert (claim["claimant"]["display_name"], claim["places"]) == ("嘉恒物业公司", 6)
    assert (await seen(world.desk, demand))["claimed"] == 6
    staff = world.members[6:]
    named = await ok(world.liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids(staff)}))
    assert sorted(named["member_ids"]) == sorted(ids(staff))
    await ok(world.liaison.post(f"/claims/{claim['id']}/complete", {"minutes": 60}))
    for one in staff:
        assert (await ok(world.admin.get(f"/members/{one.id}/hours")))["minutes"] == 60


async def test_an_organization_cannot_take_more_places_than_there_are(world: World) -> None:
    demand = await opened(world, slots=5)
    body = {"organization_id": str(world.unit.id), "places": 6}
    assert refusal(await world.liaison.post(f"/demands/{demand['id']}/claims", body)) == (409, "slots_full")


async def test_only_members_of_the_organization_serve_for_it(world: World) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.liaison, demand, organization_id=str(world.unit.id), places=1)
    path = f"/claims/{claim['id']}/members"
    assert refusal(await world.liaison.put(path, {"member_ids": ids(world.members[:1])})) == (422, "invalid_request")
    assert refusal(await world.liaison.put(path, {"member_ids": ids(world.members[6:8])})) == (409, "slots_full")


async def test_a_liaison_speaks_for_their_own_organization_only(world: World) -> None:
    demand = await opened(world)
    body = {"organization_id": str(world.other_unit.id)}
    assert refusal(await world.liaison.post(f"/demands/{demand['id']}/claims", body)) == (403, "forbidden")


async def test_a_person_takes_one_place(world: World) -> None:
    demand = await opened(world, slots=3)
    answer = await world.member.post(f"/demands/{demand['id']}/claims", {"places": 2})
    assert refusal(answer) == (422, "invalid_request")


async def test_the_desk_enters_a_member_who_is_offline(world: World) -> None:
    demand = await opened(world)
    member = str(world.members[2].id)
    path = f"/demands/{demand['id']}/claims"
    for who in (world.member, world.observer):
        assert refusal(await who.post(path, {"member_id": member})) == (403, "forbidden")
    claim = await claimed(world.desk, demand, member_id=member)
    assert claim["claimant"] == {"id": member, "display_name": "党员3号", "badge": False}
    done = await ok(world.desk.post(f"/claims/{claim['id']}/complete", {"minutes": 45}))
    assert done["provenance"] == "confirmed"


async def test_no_one_is_booked_twice(world: World) -> None:
    morning = {"starts_at": in_hours(24), "ends_at": in_hours(26)}
    overlapping = {"starts_at": in_hours(25), "ends_at": in_hours(27)}
    after = {"starts_at": in_hours(28), "ends_at": in_hours(29)}
    first = await claimed(world.member, await opened(world, plan=morning))
    second = await opened(world, plan=overlapping)
    assert refusal(await world.member.post(f"/demands/{second['id']}/claims")) == (409, "overlaps")
    await claimed(world.member, await opened(world, plan=after))
    await claimed(world.member, await opened(world))
    await ok(world.member.post(f"/claims/{first['id']}/withdraw", {"reason": "换班"}))
    await claimed(world.member, second)


async def test_people_named_by_an_organization_are_booked_too(world: World) -> None:
    plan = {"starts_at": in_hours(24), "ends_at": in_hours(26)}
    first, second = [await opened(world, slots=2, plan=plan) for _ in range(2)]
    for demand, code in ((first, 200), (second, 409)):
        claim = await claimed(world.liaison, demand, organization_id=str(world.unit.id))
        answer = await world.liaison.put(f"/claims/{claim['id']}/members", {"member_ids": ids(world.members[6:7])})
        assert answer.status_code == code


async def test_a_post_books_nobodys_time(world: World) -> None:
    plan = {"starts_at": in_hours(24), "ends_at": in_hours(2400)}
    for _ in range(2):
        post = await filed(world.desk, kind="post", dispatch={"mode": "open", "slots": 5, **plan})
        await claimed(world.member, post)


async def test_who_withdraws_frees_the_place_and_may_claim_again(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事"}))
    back = await seen(world.desk, demand)
    assert (back["state"], back["claimed"]) == ("dispatched", 0)
    await claimed(world.member, demand)


async def test_a_no_show_is_noted_by_the_desk_alone_and_not_before_the_start(world: World) -> None:
    future = await claimed(world.member, await opened(world, plan={"starts_at": in_hours(1), "ends_at": in_hours(2)}))
    path = f"/claims/{future['id']}/no-show"
    assert refusal(await world.desk.post(path, {"reason": "没来"})) == (409, "action_not_allowed")
    claim = await claimed(world.second, await opened(world))
    path = f"/claims/{claim['id']}/no-show"
    assert refusal(await world.filer.post(path, {"reason": "没来"})) == (403, "forbidden")
    assert (await ok(world.desk.post(path, {"reason": "没来"})))["state"] == "no_show"


async def test_claims_are_listed_for_those_concerned(world: World) -> None:
    demand = await opened(world, slots=2)
    mine = await claimed(world.member, demand)
    await claimed(world.second, demand)
    path = f"/demands/{demand['id']}/claims"
    assert len((await ok(world.desk.get(path)))["items"]) == 2
    assert [one["id"] for one in (await ok(world.member.get(path)))["items"]] == [mine["id"]]
    names = {one["claimant"]["display_name"] for one in (await ok(world.filer.get(path)))["items"]}
    assert names == {"服务人员"}
    assert [one["id"] for one in (await ok(world.member.get("/claims")))["items"]] == [mine["id"]]
    assert len((await ok(world.desk.get("/claims", scope="desk")))["items"]) == 2
    assert refusal(await world.member.get("/claims", scope="desk")) == (403, "forbidden")
    assert refusal(await world.member.get("/claims", scope="organization")) == (403, "forbidden")


async def test_a_claim_of_others_is_not_found(world: World) -> None:
    claim = await claimed(world.member, await opened(world, slots=2))
    for who in (world.second, world.stranger, world.neighbour_desk, world.liaison):
        assert refusal(await who.get(f"/claims/{claim['id']}")) == (404, "not_found")
        assert refusal(await who.post(f"/claims/{claim['id']}/complete")) == (404, "not_found")


async def test_a_code_that_no_place_shows_is_refused(world: World) -> None:
    claim = await claimed(world.member, await opened(world))
    answer = await world.member.post(f"/claims/{claim['id']}/arrive", {"code": "fake"})
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["code"] == "not_ours"
    place = {"lng": 98.27, "lat": 39.8, "coord_type": "wgs84"}
    assert (await ok(world.member.post(f"/claims/{claim['id']}/arrive", {"location": place})))["state"] == "arrived"
