"""拆分: the parts have a life of their own, they end the whole by its rule, and the filer is asked once."""

from datetime import timedelta
from typing import Any

import pytest

from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.world import NEIGHBOUR, World, claimed, filed, ok, opened, seen

Body = dict[str, Any]
WHY = {"reason": "原因如此"}
OPEN = {"mode": "open", "slots": 1}
PARTS = [
    {"description": "疏通12号楼主管道。", "category": "repair", "dispatch": OPEN},
    {"description": "清扫楼前污水", "title": "清扫", "category": "environment", "dispatch": OPEN},
]


async def split(world: World, demand: Body, parts: Any = PARTS, by: Client | None = None, **more: Any) -> Body:
    """A demand in parts."""
    body = {"children": parts, **more}
    return await ok((by or world.desk).post(f"/demands/{demand['id']}/split", body))


async def served(who: Client, demand: Body) -> Body:
    """A claim that somebody took and completed."""
    claim = await claimed(who, demand)
    return await ok(who.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))


async def ended(world: World, part: Body, **body: Any) -> Body:
    """A part that the desk closed."""
    return await ok(world.desk.post(f"/demands/{part['id']}/close", WHY | body))


async def test_the_parts_end_the_whole_and_the_filer_is_asked_once(world: World) -> None:
    demand = await filed(world.filer)
    whole = await split(world, demand)
    assert (whole["state"], whole["mode"], whole["closes"], whole["needs_desk"]) == ("serving", None, "all", None)
    first, second = whole["children"]
    assert (first["title"], first["category"], second["title"]) == ("疏通12号楼主管道", "repair", "清扫")
    await served(world.member, first)
    part = await seen(world.filer, first)
    assert (part["state"], part["result"], part["parent"]["id"]) == ("closed", "handled", demand["id"])
    assert (await seen(world.filer, demand))["state"] == "serving"
    rating = await world.filer.post(f"/demands/{first['id']}/evaluation", {"stars": 5, "resolved": True})
    assert refusal(rating) == (409, "action_not_allowed")
    assert "evaluate" not in part["actions"]
    await served(world.second, second)
    whole = await seen(world.filer, demand)
    assert [one["result"] for one in whole["children"]] == ["handled", "handled"]
    assert (whole["state"], whole["actions"]) == ("completed", ["evaluate"])
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 4, "resolved": True}), 201)
    for who in (world.member, world.second):
        assert (await ok(who.get("/me/points")))["balance"] == 10
    told = [item["kind"] for item in (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]]
    assert told == [
        "demand.filed",
        "demand.split",
        "demand.child_ended",
        "demand.child_ended",
        "demand.completed",
        "demand.evaluated",
        "demand.closed",
    ]


async def test_a_part_knows_whom_to_call_and_where(world: World) -> None:
    demand = await filed(world.filer)
    part = (await split(world, demand))["children"][0]
    await claimed(world.member, part)
    shown = await seen(world.member, part)
    assert (shown["contact"], shown["address"], shown["location"]) == (
        demand["contact"],
        demand["address"],
        demand["location"],
    )
    assert shown["parent"] is None, "the whole is not theirs to see"


async def test_a_part_has_a_desk_of_its_own_and_the_wholes_desk_keeps_sight(world: World) -> None:
    demand = await filed(world.filer)
    parts = [{"description": "北里一侧的井盖", "region_code": NEIGHBOUR}]
    part = (await split(world, demand, parts))["children"][0]
    mine = await seen(world.neighbour_desk, part)
    assert (mine["handler"]["region_code"], mine["needs_desk"]) == (NEIGHBOUR, "new")
    assert (await seen(world.desk, part))["actions"] == []
    done = WHY | {"result": "handled"}
    await ok(world.neighbour_desk.post(f"/demands/{part['id']}/close", done))
    assert (await seen(world.filer, demand))["state"] == "completed"


async def test_nobody_puts_out_a_part_at_another_desk(world: World) -> None:
    demand = await filed(world.filer)
    path = f"/demands/{demand['id']}/split"
    parts = [PARTS[0] | {"region_code": NEIGHBOUR}]
    assert refusal(await world.desk.post(path, {"children": parts})) == (403, "forbidden")
    parts = [{"description": "没有这个地方", "region_code": "999999999999"}]
    assert refusal(await world.desk.post(path, {"children": parts})) == (422, "invalid_request")
    assert (await seen(world.desk, demand))["state"] == "filed"


async def test_where_a_part_is_not_done_the_desk_decides(world: World) -> None:
    demand = await filed(world.filer)
    first, second = (await split(world, demand))["children"]
    await served(world.member, first)
    await ended(world, second, result="unresolved", cause="third_party")
    whole = await seen(world.desk, demand)
    assert (whole["state"], whole["needs_desk"]) == ("serving", "children_ended")
    assert {"finish", "close", "dispatch", "split"} <= set(whole["actions"])
    finished = await ok(world.desk.post(f"/demands/{demand['id']}/finish"))
    assert (finished["state"], finished["children"][1]["result"]) == ("completed", "unresolved")


async def test_what_the_filer_no_longer_needs_does_not_hold_up_the_rest(world: World) -> None:
    demand = await filed(world.filer)
    first, second = (await split(world, demand))["children"]
    await ok(world.filer.post(f"/demands/{second['id']}/cancel", WHY))
    assert (await seen(world.desk, demand))["state"] == "serving"
    await served(world.member, first)
    assert (await seen(world.desk, demand))["state"] == "completed"


async def test_by_hand_the_desk_ends_the_whole(world: World) -> None:
    demand = await filed(world.filer)
    parts = (await split(world, demand, closes="by_hand"))["children"]
    for who, part in zip((world.member, world.second), parts, strict=True):
        await served(who, part)
    whole = await seen(world.desk, demand)
    assert (whole["state"], whole["needs_desk"]) == ("serving", "children_ended")
    assert (await ok(world.desk.post(f"/demands/{demand['id']}/finish")))["state"] == "completed"


async def test_any_part_may_be_enough_and_the_others_go_on(world: World) -> None:
    demand = await filed(world.filer)
    first, second = (await split(world, demand, closes="any"))["children"]
    await served(world.member, first)
    assert (await seen(world.filer, demand))["state"] == "completed"
    assert (await seen(world.filer, second))["state"] == "dispatched"
    await served(world.second, second)
    assert (await seen(world.filer, demand))["state"] == "completed"


@pytest.mark.parametrize(
    ("action", "body"), [("close", WHY | {"result": "handled"}), ("finish", {}), ("dispatch", OPEN)]
)
async def test_the_desk_ends_the_parts_first(world: World, action: str, body: Body) -> None:
    demand = await filed(world.filer)
    await split(world, demand)
    assert refusal(await world.desk.post(f"/demands/{demand['id']}/{action}", body)) == (409, "action_not_allowed")
    assert action not in (await seen(world.desk, demand))["actions"]


async def test_a_filer_takes_back_the_whole_with_its_parts_until_somebody_is_there(world: World) -> None:
    demand = await filed(world.filer)
    first, _ = (await split(world, demand))["children"]
    claim = await claimed(world.member, first)
    taken = await ok(world.filer.post(f"/demands/{demand['id']}/cancel", WHY))
    assert [one["state"] for one in taken["children"]] == ["cancelled", "cancelled"]
    assert (await ok(world.member.get(f"/claims/{claim['id']}")))["state"] == "released"
    demand = await filed(world.filer)
    first, _ = (await split(world, demand))["children"]
    claim = await claimed(world.member, first)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    assert refusal(await world.filer.post(f"/demands/{demand['id']}/cancel", WHY)) == (409, "action_not_allowed")


async def test_a_whole_that_waits_too_long_comes_to_its_desk(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await filed(world.filer)
    await split(world, demand, [{"description": "等第三方"}])
    shown = await seen(world.desk, demand)
    assert (shown["state"], shown["needs_desk"]) == ("serving", None)
    move_clock(settings, timedelta(days=8))
    await sweep(sessions, timing.DEMANDS)
    desk = await world.desk.signed_in("desk")
    assert (await seen(desk, demand))["needs_desk"] == "window_passed"
    whole = await split(world, demand, [{"description": "再加一项"}], by=desk)
    assert (len(whole["children"]), whole["needs_desk"]) == (2, None)


async def test_only_the_whole_is_split_and_not_while_somebody_serves(world: World) -> None:
    demand = await filed(world.filer)
    part = (await split(world, demand))["children"][0]
    body = {"children": [{"description": "更小的一份"}]}
    assert refusal(await world.desk.post(f"/demands/{part['id']}/split", body)) == (409, "action_not_allowed")
    taken = await opened(world)
    await claimed(world.member, taken)
    assert refusal(await world.desk.post(f"/demands/{taken['id']}/split", body)) == (409, "action_not_allowed")


async def test_neither_a_whole_nor_a_part_is_merged_away(world: World) -> None:
    demand, other = await filed(world.filer), await filed(world.stranger)
    part = (await split(world, demand))["children"][0]
    for one in (demand, part):
        answer = await world.desk.post(f"/demands/{one['id']}/merge", {"into_id": other["id"]})
        assert refusal(answer) == (409, "not_mergeable")
    await ok(world.desk.post(f"/demands/{other['id']}/merge", {"into_id": demand["id"]}))
    assert len((await seen(world.stranger, demand))["children"]) == 2


async def test_a_part_is_reopened_while_the_whole_waits_and_then_no_more(world: World) -> None:
    demand = await filed(world.filer)
    first, second = (await split(world, demand))["children"]
    await served(world.member, first)
    await ended(world, second, result="unresolved")
    again = await ok(world.desk.post(f"/demands/{second['id']}/reopen", WHY))
    assert (again["state"], again["round"]) == ("dispatched", 2)
    assert (await seen(world.desk, demand))["needs_desk"] is None
    await served(world.second, second)
    assert (await seen(world.desk, demand))["state"] == "completed"
    refused = await world.desk.post(f"/demands/{second['id']}/reopen", WHY)
    assert refusal(refused) == (409, "action_not_allowed")


async def test_another_round_of_the_whole_starts_without_the_old_parts(world: World) -> None:
    demand = await filed(world.filer)
    for who, part in zip((world.member, world.second), (await split(world, demand))["children"], strict=True):
        await served(who, part)
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 1, "resolved": False}), 201)
    again = await ok(world.desk.post(f"/demands/{demand['id']}/reopen", WHY))
    assert (again["state"], again["needs_desk"], again["children"], again["closes"]) == ("dispatched", "new", [], None)
    whole = await split(world, demand, [PARTS[0]])
    assert (whole["state"], len(whole["children"])) == ("serving", 1)


async def test_what_is_left_of_partial_work_can_be_split_off(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    partial = {"minutes": 40, "outcome": "partial", "summary": "通了主管", "left": "支管待换"}
    await ok(world.member.post(f"/claims/{claim['id']}/complete", partial))
    part = (await split(world, demand, [{"description": "更换支管", "dispatch": OPEN}]))["children"][0]
    await served(world.second, part)
    assert (await seen(world.filer, demand))["state"] == "completed"
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
    for who, minutes in ((world.member, 40), (world.second, 30)):
        assert (await ok(who.get("/me/hours")))["minutes"] == minutes
        assert (await ok(who.get("/me/points")))["balance"] == 10


async def test_a_part_is_nobodys_to_claim_who_asked_for_it(world: World) -> None:
    demand = await filed(world.member)
    part = (await split(world, demand))["children"][0]
    assert refusal(await world.member.post(f"/demands/{part['id']}/claims")) == (409, "own_demand")


async def test_what_staff_filed_is_closed_by_the_desk_when_its_parts_are_done(world: World) -> None:
    demand = await filed(world.desk, kind="call")
    for who, part in zip((world.member, world.second), (await split(world, demand))["children"], strict=True):
        await served(who, part)
    whole = await seen(world.desk, demand)
    assert (whole["state"], whole["needs_desk"]) == ("completed", "to_close")
