"""Partial work tells what was done, what is left and who goes on; hours are booked, points go by the rule."""

from tests.client import refusal
from tests.demands.world import World, claimed, ok, opened, seen

PARTIAL = {"minutes": 40, "outcome": "partial", "summary": "通了主管", "left": "支管待更换"}


async def test_partial_work_is_told_from_end_to_end(world: World) -> None:
    demand = await opened(world)
    path = f"/demands/{demand['id']}"
    claim = await claimed(world.member, demand)
    done = await ok(world.member.post(f"/claims/{claim['id']}/complete", PARTIAL))
    assert (done["state"], done["outcome"], done["minutes"]) == ("completed", "partial", 40)
    shown = await seen(world.desk, demand)
    assert (shown["claimed"], shown["is_open"], shown["needs_desk"]) == (0, True, "partial")
    told = next(
        item["detail"] for item in (await ok(world.filer.get(f"{path}/timeline")))["items"] if "left" in item["detail"]
    )
    assert (told["outcome"], told["text"], told["left"]) == ("partial", "通了主管", "支管待更换")
    assert (await ok(world.member.get("/me/hours")))["minutes"] == 40
    goes_on = await claimed(world.second, demand)
    assert (await seen(world.desk, demand))["needs_desk"] is None
    await ok(world.second.post(f"/claims/{goes_on['id']}/complete", {"minutes": 15}))
    await ok(world.filer.post(f"{path}/evaluation", {"stars": 5, "resolved": True}), 201)
    for who in (world.member, world.second):
        assert (await ok(who.get("/me/points")))["balance"] == 10
    claims = (await ok(world.filer.get(f"{path}/claims")))["items"]
    assert [one["outcome"] for one in claims] == ["partial", "done"]


async def test_enough_may_be_done_although_something_is_left(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", PARTIAL))
    finished = await ok(world.desk.post(f"/demands/{demand['id']}/finish"))
    assert (finished["state"], finished["needs_desk"]) == ("completed", None)


async def test_what_is_left_is_for_those_concerned(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", PARTIAL))
    history = await world.second.get(f"/demands/{demand['id']}/timeline")
    assert "支管待更换" not in history.text


async def test_nothing_is_left_of_what_is_done(world: World) -> None:
    claim = await claimed(world.member, await opened(world))
    body = PARTIAL | {"outcome": "done"}
    assert refusal(await world.member.post(f"/claims/{claim['id']}/complete", body)) == (422, "invalid_request")
