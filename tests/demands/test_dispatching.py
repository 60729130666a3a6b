"""下单: open, assign, whistle; return, reject, transfer, escalate; finish, close, reopen."""

from typing import Any

import pytest

from tests.client import refusal
from tests.demands.world import (
    COMMUNITY,
    DISTRICT,
    ELSEWHERE,
    NEIGHBOUR,
    SUBDISTRICT,
    World,
    claimed,
    filed,
    ids,
    in_hours,
    ok,
    opened,
    seen,
)


async def offers(world: World, demand: dict[str, object]) -> list[dict[str, Any]]:
    """The demand's claims as its desk sees them."""
    found: list[dict[str, Any]] = (await ok(world.desk.get(f"/demands/{demand['id']}/claims")))["items"]
    return found


async def assigned(world: World, members: int = 2, **plan: object) -> dict[str, object]:
    """A demand that was assigned to the first members."""
    demand = await filed(world.filer)
    body = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[:members]), **plan}
    return await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))


async def test_an_offer_holds_no_place_until_it_is_accepted(world: World) -> None:
    demand = await assigned(world)
    assert (demand["state"], demand["claimed"], demand["is_open"]) == ("dispatched", 0, False)
    first, second = await offers(world, demand)
    assert (first["state"], second["state"]) == ("offered", "offered")
    assert (await ok(world.second.post(f"/claims/{second['id']}/accept")))["state"] == "accepted"
    assert (await seen(world.desk, demand))["claimed"] == 1
    assert refusal(await world.member.post(f"/claims/{first['id']}/accept")) == (409, "slots_full")


async def test_an_assigned_demand_is_not_open_to_others(world: World) -> None:
    demand = await assigned(world, members=1)
    assert refusal(await world.second.post(f"/demands/{demand['id']}/claims"))[0] == 404
    mine = await world.member.post(f"/demands/{demand['id']}/claims")
    assert refusal(mine) == (409, "not_open")


async def test_when_every_offer_is_declined_the_desk_dispatches_again(world: World) -> None:
    demand = await assigned(world)
    for who, offer in zip((world.member, world.second), await offers(world, demand), strict=True):
        await ok(who.post(f"/claims/{offer['id']}/decline", {"reason": "出差"}))
    assert (await seen(world.desk, demand))["needs_desk"] == "offers_ended"
    body = {"mode": "assigned", "slots": 1, "member_ids": ids(world.members[:3])}
    again = await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))
    assert (again["state"], again["needs_desk"]) == ("dispatched", None)
    assert len(await offers(world, demand)) == 3, "the two who cannot come are not asked again"


async def test_who_cannot_come_is_asked_again_in_the_next_round_only(world: World) -> None:
    demand = await assigned(world, members=1)
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1])}
    (offer,) = await offers(world, demand)
    claim = await ok(world.member.post(f"/claims/{offer['id']}/accept"))
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时加班"}))
    again = await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    assert (again["needs_desk"], len(await offers(world, demand))) == ("offers_ended", 1)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": "unresolved", "reason": "无人可派"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/reopen", {"reason": "再试一次"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    assert [one["state"] for one in await offers(world, demand)] == ["withdrawn", "offered"]


async def test_a_unit_that_declined_may_be_whistled_for_again(world: World) -> None:
    demand = await filed(world.filer)
    plan = {"mode": "whistle", "organization_ids": ids([world.unit])}
    for _ in range(2):
        await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
        offer = (await offers(world, demand))[-1]
        await ok(world.liaison.post(f"/claims/{offer['id']}/decline", {"reason": "非职责范围"}))
    assert [one["state"] for one in await offers(world, demand)] == ["declined", "declined"]


async def test_an_organization_is_offered_its_share_of_the_places(world: World) -> None:
    demand = await filed(world.filer)
    body = {"mode": "assigned", "slots": 6, "organization_ids": ids([world.unit, world.other_unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))
    assert [one["places"] for one in await offers(world, demand)] == [3, 3]


async def test_a_new_plan_ends_old_offers_and_leaves_live_claims(world: World) -> None:
    demand = await assigned(world, slots=2)
    first, second = await offers(world, demand)
    await ok(world.member.post(f"/claims/{first['id']}/accept"))
    plan = {"mode": "open", "slots": 3, "audience": "all"}
    demand = await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    assert (demand["state"], demand["claimed"], demand["is_open"]) == ("claimed", 1, True)
    assert [one["state"] for one in await offers(world, demand)] == ["accepted", "released"]
    assert refusal(await world.second.post(f"/claims/{second['id']}/accept")) == (409, "action_not_allowed")


async def test_there_are_never_fewer_places_than_claims(world: World) -> None:
    demand = await opened(world, slots=3)
    await claimed(world.member, demand)
    await claimed(world.second, demand)
    fewer = await world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1})
    assert refusal(fewer) == (409, "slots_below_claimed")
    assert (await seen(world.desk, demand))["slots"] == 3


async def test_a_whistle_has_three_clocks_and_books_no_hours(world: World) -> None:
    demand = await filed(world.filer)
    body = {"mode": "whistle", "slots": 2, "organization_ids": ids([world.unit, world.other_unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))
    await ok(world.district_desk.post(f"/demands/{demand['id']}/approve"))
    mine, theirs = await offers(world, demand)
    assert all(mine[clock] for clock in ("acknowledge_by", "contact_by", "arrive_by"))
    await ok(world.liaison.post(f"/claims/{mine['id']}/accept"))
    await ok(world.liaison.post(f"/claims/{mine['id']}/contact"))
    await ok(world.liaison.put(f"/claims/{mine['id']}/members", {"member_ids": ids(world.members[6:7])}))
    await ok(world.liaison.post(f"/claims/{mine['id']}/arrive"))
    done = await ok(world.liaison.post(f"/claims/{mine['id']}/complete", {"minutes": 90}))
    assert (done["departmental"], done["minutes"]) == (True, 90)
    assert (await seen(world.filer, demand))["state"] == "serving", "the slow unit is still waited for"
    await ok(world.other_liaison.post(f"/claims/{theirs['id']}/decline", {"reason": "非职责范围"}))
    assert (await seen(world.filer, demand))["state"] == "completed"
    hours = await ok(world.admin.get(f"/members/{world.members[6].id}/hours"))
    assert hours["minutes"] == 0


@pytest.mark.parametrize("action", ["return", "reject", "escalate"])
async def test_the_desk_sends_a_demand_on_its_way_with_a_reason(world: World, action: str) -> None:
    demand = await assigned(world)
    moved = await ok(world.desk.post(f"/demands/{demand['id']}/{action}", {"reason": "原因"}))
    assert moved["state"] == {"return": "returned", "reject": "rejected", "escalate": "filed"}[action]
    assert {one["state"] for one in await offers(world, demand)} == {"released"} or action == "escalate"
    items = (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]
    told = [item for item in items if not item["kind"].startswith("claim.")][-1]
    assert told["detail"]["text"] == "原因"


async def test_escalating_goes_to_the_level_above_and_stops_at_the_district(world: World) -> None:
    demand = await filed(world.filer)
    path = f"/demands/{demand['id']}/escalate"
    moved = await ok(world.desk.post(path, {"reason": "超出社区能力"}))
    assert moved["handler"] == {"region_code": SUBDISTRICT, "name": "八角街道"}
    assert refusal(await world.desk.post(path, {"reason": "再上"})) == (403, "forbidden")
    moved = await ok(world.district_desk.post(path, {"reason": "超出街道能力"}))
    assert (moved["handler"]["region_code"], moved["needs_desk"]) == (DISTRICT, "new")
    assert refusal(await world.district_desk.post(path, {"reason": "再上"})) == (409, "action_not_allowed")


async def test_a_transferred_demand_belongs_to_the_other_desk_and_the_first_keeps_sight(world: World) -> None:
    demand = await filed(world.filer)
    body = {"region_code": NEIGHBOUR, "reason": "属北里"}
    moved = await ok(world.desk.post(f"/demands/{demand['id']}/transfer", body))
    assert (moved["state"], moved["region_code"]) == ("filed", NEIGHBOUR)
    assert (await seen(world.desk, demand))["actions"] == []
    assert (await seen(world.neighbour_desk, demand))["needs_desk"] == "new"
    assert (await seen(world.filer, demand))["handler"]["name"] == "八角北里社区"


async def test_a_transfer_goes_to_a_desk_that_exists(world: World) -> None:
    demand = await filed(world.filer)
    for code in ("11", "999999999999"):
        answer = await world.desk.post(f"/demands/{demand['id']}/transfer", {"region_code": code, "reason": "x"})
        assert refusal(answer) == (422, "invalid_request")


async def test_enough_is_done_when_the_desk_says_so(world: World) -> None:
    demand = await opened(world, kind="wish", slots=5)
    claim = await claimed(world.member, demand)
    await claimed(world.second, demand)
    finish = f"/demands/{demand['id']}/finish"
    assert refusal(await world.desk.post(finish)) == (409, "action_not_allowed")
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    assert (await ok(world.desk.post(finish)))["state"] == "completed"
    assert [one["state"] for one in await offers(world, demand)] == ["completed", "released"]


@pytest.mark.parametrize("result", ["handled", "unresolved", "referred"])
async def test_the_desk_closes_with_its_own_results_only(world: World, result: str) -> None:
    demand = await filed(world.filer)
    closed = await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": result, "reason": "已转12345"}))
    assert (closed["state"], closed["result"]) == ("closed", result)


@pytest.mark.parametrize("result", ["resolved", "unrated", "no_answer", "nonsense"])
async def test_the_desk_cannot_say_what_only_others_can(world: World, result: str) -> None:
    demand = await filed(world.filer)
    answer = await world.desk.post(f"/demands/{demand['id']}/close", {"result": result, "reason": "x"})
    assert refusal(answer) == (422, "invalid_request")


async def test_while_the_filer_is_asked_the_desk_waits(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5}))
    for action, body in (("close", {"result": "handled", "reason": "x"}), ("reopen", {"reason": "x"})):
        assert refusal(await world.desk.post(f"/demands/{demand['id']}/{action}", body)) == (409, "action_not_allowed")


async def test_reopening_starts_another_round_under_the_same_plan(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5}))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 1, "resolved": False}), 201)
    assert (await seen(world.desk, demand))["needs_desk"] == "dissatisfied"
    again = await ok(world.desk.post(f"/demands/{demand['id']}/reopen", {"reason": "返工"}))
    assert (again["state"], again["round"], again["claimed"], again["is_open"]) == ("dispatched", 2, 0, True)
    second = await claimed(world.second, demand)
    await ok(world.second.post(f"/claims/{second['id']}/complete", {"minutes": 5}))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
    assert (await seen(world.filer, demand))["result"] == "resolved"
    for who in (world.member, world.second):
        assert (await ok(who.get("/me/points")))["balance"] == 10


async def test_a_plan_that_moves_takes_the_bookings_with_it(world: World) -> None:
    window = {"starts_at": in_hours(24), "ends_at": in_hours(26)}
    later = {"starts_at": in_hours(48), "ends_at": in_hours(50)}
    first = await opened(world, slots=2, plan=window)
    second = await opened(world, slots=2, plan=window)
    await claimed(world.member, first)
    assert refusal(await world.member.post(f"/demands/{second['id']}/claims")) == (409, "overlaps")
    await ok(world.desk.post(f"/demands/{first['id']}/dispatch", {"mode": "open", "slots": 2, **later}))
    await claimed(world.member, second)


async def test_unknown_people_and_places_are_named(world: World) -> None:
    demand = await filed(world.filer)
    nobody = "019399a0-0000-7000-8000-000000000000"
    for field, mode in (("member_ids", "assigned"), ("organization_ids", "whistle")):
        answer = await world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": mode, "slots": 1, field: [nobody]})
        assert answer.json()["errors"][0]["field"] == f"{field}.0"


async def test_nobody_out_of_reach_is_asked(world: World) -> None:
    demand = await filed(world.filer, region_code=ELSEWHERE)
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1])}
    assert refusal(await world.admin.post(f"/demands/{demand['id']}/dispatch", plan)) == (422, "invalid_request")


async def test_why_the_desk_is_needed_is_for_the_desk(world: World) -> None:
    demand = await assigned(world, members=1)
    (offer,) = await offers(world, demand)
    await ok(world.member.post(f"/claims/{offer['id']}/decline", {"reason": "出差"}))
    told = {"demand.needs_desk"}
    for who, sees in ((world.desk, told), (world.observer, told), (world.filer, set()), (world.member, set())):
        items = (await ok(who.get(f"/demands/{demand['id']}/timeline")))["items"]
        assert {item["kind"] for item in items} & told == sees


async def test_a_plan_cannot_end_before_it_starts(world: World) -> None:
    demand = await filed(world.filer)
    plan = {"mode": "open", "slots": 1, "starts_at": in_hours(2), "ends_at": in_hours(1)}
    assert refusal(await world.desk.post(f"/demands/{demand['id']}/dispatch", plan)) == (422, "invalid_request")


async def test_regions_of_another_district_do_not_leak(world: World) -> None:
    demand = await filed(world.filer, region_code=ELSEWHERE)
    assert refusal(await world.district_desk.get(f"/demands/{demand['id']}"))[0] == 404
    assert demand["region_code"] != COMMUNITY
