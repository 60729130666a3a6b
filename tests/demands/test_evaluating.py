"""评议: who rates what, when, and what it changes."""

from datetime import timedelta

import pytest

from app.settings import Settings
from tests.client import refusal
from tests.clock import move_clock
from tests.demands.world import World, claimed, filed, ok, opened, seen

GOOD = {"stars": 5, "resolved": True}
BAD = {"stars": 1, "resolved": False, "comment": "又堵了"}


async def completed(world: World) -> dict[str, object]:
    """A demand that the member has served."""
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    return demand


def path(demand: dict[str, object]) -> str:
    return f"/demands/{demand['id']}/evaluation"


async def test_a_round_is_rated_once(world: World) -> None:
    demand = await completed(world)
    await ok(world.filer.post(path(demand), GOOD), 201)
    assert refusal(await world.filer.post(path(demand), GOOD)) == (409, "already_evaluated")


async def test_only_a_completed_demand_is_rated(world: World) -> None:
    demand = await opened(world)
    assert refusal(await world.filer.post(path(demand), GOOD)) == (409, "action_not_allowed")


@pytest.mark.parametrize("change", [{"stars": 0}, {"stars": 6}, {"stars": "5"}, {"resolved": 1}, {"tags": [""]}])
async def test_a_malformed_rating_is_refused(world: World, change: dict[str, object]) -> None:
    demand = await completed(world)
    assert refusal(await world.filer.post(path(demand), GOOD | change)) == (422, "invalid_request")


async def test_not_resolved_hands_it_to_the_desk_which_closes_with_a_reason(world: World) -> None:
    demand = await completed(world)
    await ok(world.filer.post(path(demand), BAD), 201)
    found = await seen(world.desk, demand)
    assert (found["state"], found["needs_desk"]) == ("completed", "dissatisfied")
    assert {"close", "reopen"} <= set(found["actions"])
    body = {"result": "unresolved", "reason": "需更换管道，已列入改造计划"}
    closed = await ok(world.desk.post(f"/demands/{demand['id']}/close", body))
    assert (closed["result"], closed["needs_desk"]) == ("unresolved", None)
    assert (await ok(world.member.get("/me/points")))["balance"] == 10, "rated or not"


async def test_the_desk_notes_what_an_elder_says_on_the_phone(world: World) -> None:
    demand = await filed(world.desk, on_behalf_of={"name": "张大爷", "phone": "13800000009"})
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    assert refusal(await world.desk.post(path(demand), GOOD)) == (403, "forbidden"), "not the desk's own word"
    said = await ok(world.desk.post(path(demand), GOOD | {"channel": "callback"}), 201)
    assert said["channel"] == "callback"
    assert (await seen(world.desk, demand))["result"] == "resolved"


async def test_the_desk_has_no_voice_of_its_own(world: World) -> None:
    demand = await completed(world)
    assert refusal(await world.desk.post(path(demand), GOOD)) == (403, "forbidden")
    callback = GOOD | {"channel": "callback"}
    for who in (world.neighbour_desk, world.stranger):
        assert refusal(await who.post(path(demand), callback))[0] in (403, 404)
    assert refusal(await world.filer.post(path(demand), callback)) == (403, "forbidden")


async def test_nobody_rates_what_they_served(world: World) -> None:
    demand = await filed(world.desk, on_behalf_of={"name": "张大爷", "phone": "13800000009"})
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1, "audience": "all"}))
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    assert refusal(await world.member.post(path(demand), GOOD)) == (403, "forbidden")


async def test_what_staff_filed_is_rated_by_nobody(world: World) -> None:
    call = await filed(world.desk, kind="call", dispatch={"mode": "open", "slots": 1})
    claim = await claimed(world.member, call)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    for channel in ("filer", "callback"):
        assert refusal(await world.desk.post(path(call), GOOD | {"channel": channel})) == (403, "forbidden")


async def test_a_closed_demand_can_be_rated_within_the_policys_days(world: World, settings: Settings) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "已电话解决"}))
    late = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{late['id']}/close", {"result": "handled", "reason": "已电话解决"}))
    await ok(world.filer.post(path(demand), GOOD), 201)
    assert (await seen(world.filer, demand))["result"] == "resolved"
    move_clock(settings, timedelta(days=29, hours=23))
    who = await world.filer.signed_in("filer")
    await ok(who.post(path(late), BAD), 201)
    desk = await world.desk.signed_in("desk")
    assert (await seen(desk, late))["needs_desk"] == "dissatisfied"
    answer = {"result": "unresolved", "reason": "已列入改造计划"}
    closed = await ok(desk.post(f"/demands/{late['id']}/close", answer))
    assert (closed["result"], closed["needs_desk"]) == ("unresolved", None)
    assert refusal(await desk.post(f"/demands/{late['id']}/close", answer)) == (409, "action_not_allowed")


async def test_after_those_days_it_cannot(world: World, settings: Settings) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "x"}))
    move_clock(settings, timedelta(days=30, seconds=5))
    who = await world.filer.signed_in("filer")
    assert refusal(await who.post(path(demand), GOOD)) == (409, "action_not_allowed")
