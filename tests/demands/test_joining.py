"""我也是: who lives near may join a request, once, and follows it without reading what is not theirs."""

import pytest

from app.demands.lifecycle import State
from tests.client import refusal
from tests.demands.world import ELSEWHERE, NEIGHBOUR, World, claimed, filed, ok, opened, seen

WHY = {"reason": "原因如此"}


async def test_a_neighbour_joins_once_and_follows_the_outcome(world: World) -> None:
    demand = await filed(world.filer)
    path = f"/demands/{demand['id']}"
    assert refusal(await world.stranger.get(path)) == (404, "not_found")
    joined = await ok(world.stranger.post(f"{path}/joins"), 201)
    assert (joined["joined"], joined["joins"], joined["contact"], joined["actions"]) == (True, 1, None, [])
    assert (joined["description"], joined["address"]) == (demand["title"], "育才街**")
    assert refusal(await world.stranger.post(f"{path}/joins")) == (409, "already_joined")
    await ok(world.desk.post(f"{path}/reject", WHY | {"cause": "private_dispute"}))
    assert (await seen(world.stranger, demand))["state"] == "rejected"
    assert (await ok(world.stranger.get("/demands", scope="joined")))["items"][0]["id"] == demand["id"]
    assert (await ok(world.stranger.get("/demands", scope="mine")))["items"] == []


async def test_what_the_desk_wrote_is_not_for_followers(world: World) -> None:
    demand = await filed(world.filer)
    await ok(world.stranger.post(f"/demands/{demand['id']}/joins"), 201)
    await ok(world.desk.post(f"/demands/{demand['id']}/messages", {"text": "请在家等候"}), 201)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "请补充门牌"}))
    history = await world.stranger.get(f"/demands/{demand['id']}/timeline")
    assert [item["kind"] for item in history.json()["items"]] == [
        "demand.filed",
        "demand.joined",
        "demand.returned",
    ]
    assert "请补充门牌" not in history.text
    joining = history.json()["items"][1]
    assert joining["actor"] == {"kind": "follower", "display_name": "居民"}
    assert (await seen(world.filer, demand))["joins"] == 1


async def test_once_it_is_open_to_all_a_follower_reads_what_all_read(world: World) -> None:
    demand = await opened(world, audience="all")
    await ok(world.stranger.post(f"/demands/{demand['id']}/joins"), 201)
    assert (await seen(world.stranger, demand))["description"] == demand["description"]


async def test_who_leaves_sees_it_no_more(world: World) -> None:
    demand = await filed(world.filer)
    path = f"/demands/{demand['id']}"
    await ok(world.stranger.post(f"{path}/joins"), 201)
    assert (await world.stranger.post(f"{path}/leave")).status_code == 204
    assert refusal(await world.stranger.get(path)) == (404, "not_found")
    assert (await seen(world.filer, demand))["joins"] == 0
    assert refusal(await world.filer.post(f"{path}/leave")) == (409, "action_not_allowed")
    await ok(world.stranger.post(f"{path}/joins"), 201)
    assert (await seen(world.filer, demand))["joins"] == 1


async def test_a_join_goes_along_when_its_demand_is_merged_and_can_be_left_there(world: World) -> None:
    target, one = await filed(world.filer), await filed(world.liaison)
    await ok(world.stranger.post(f"/demands/{one['id']}/joins"), 201)
    await ok(world.desk.post(f"/demands/{one['id']}/merge", {"into_id": target["id"]}))
    shown = await seen(world.stranger, target)
    assert (shown["joined"], shown["joins"]) == (True, 2)
    assert refusal(await world.stranger.post(f"/demands/{target['id']}/joins")) == (409, "already_joined")
    assert (await world.stranger.post(f"/demands/{one['id']}/leave")).status_code == 204
    assert refusal(await world.stranger.get(f"/demands/{target['id']}")) == (404, "not_found")
    assert (await seen(world.filer, target))["joins"] == 1


async def test_nobody_joins_their_own(world: World) -> None:
    demand = await filed(world.filer)
    assert refusal(await world.filer.post(f"/demands/{demand['id']}/joins")) == (409, "own_demand")


async def test_who_lives_far_away_learns_nothing(world: World) -> None:
    demand = await filed(world.filer)
    assert refusal(await world.far.post(f"/demands/{demand['id']}/joins")) == (404, "not_found")
    away = await filed(world.far, region_code=ELSEWHERE)
    assert refusal(await world.stranger.post(f"/demands/{away['id']}/joins")) == (404, "not_found")


async def test_the_policy_says_how_near(world: World) -> None:
    demand = await filed(world.filer, region_code=NEIGHBOUR)
    policy = {"region_code": "", "value": "community", "from": "2026-01-01"}
    await ok(world.admin.put("/policies/claim_reach", policy))
    assert refusal(await world.stranger.post(f"/demands/{demand['id']}/joins")) == (404, "not_found")
    await ok(world.admin.put("/policies/claim_reach", policy | {"value": "subdistrict"}))
    await ok(world.stranger.post(f"/demands/{demand['id']}/joins"), 201)


async def test_a_wish_is_one_persons(world: World) -> None:
    wish = await filed(world.filer, kind="wish")
    assert refusal(await world.stranger.post(f"/demands/{wish['id']}/joins")) == (404, "not_found")
    shown = await opened(world, kind="wish", audience="all")
    assert refusal(await world.stranger.post(f"/demands/{shown['id']}/joins")) == (409, "action_not_allowed")


@pytest.mark.parametrize("end", [State.CLOSED, State.REJECTED, State.CANCELLED])
async def test_nobody_joins_what_has_ended(world: World, end: State) -> None:
    demand = await filed(world.filer)
    path = f"/demands/{demand['id']}"
    match end:
        case State.CLOSED:
            await ok(world.desk.post(f"{path}/close", WHY | {"result": "handled"}))
        case State.REJECTED:
            await ok(world.desk.post(f"{path}/reject", WHY))
        case _:
            await ok(world.filer.post(f"{path}/cancel", WHY))
    assert refusal(await world.stranger.post(f"{path}/joins")) == (404, "not_found")


async def test_who_wants_it_may_still_serve_it(world: World) -> None:
    demand = await opened(world)
    await ok(world.member.post(f"/demands/{demand['id']}/joins"), 201)
    claim = await claimed(world.member, demand)
    assert claim["state"] == "accepted"
    assert (await seen(world.member, demand))["description"] == demand["description"]
