"""Complaints and suggestions: to whom they go, by when they are answered, and who may read what."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit import db
from app.kit.timers import sweep
from app.oversight.appeals import climbing
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.demands.world import COMMUNITY, World, filed, ok

Body = dict[str, Any]
ANSWER = {"text": "已整改", "accepted": True}


async def complained(who: Client, **body: Any) -> Body:
    return await ok(who.post("/complaints", {"kind": "complaint", "text": "态度不好", **body}), 201)


async def test_a_suggestion_goes_to_ones_own_desk_and_is_answered(world: World) -> None:
    made = await complained(world.filer, kind="suggestion", text="加一条长椅")
    assert (made["region_code"], made["state"], made["author"]) == (COMMUNITY, "waiting", "王**")
    waiting = await ok(world.desk.get("/complaints", scope="desk"))
    assert [(one["id"], one["actions"]) for one in waiting["items"]] == [(made["id"], ["answer"])]
    await ok(world.desk.post(f"/complaints/{made['id']}/answer", ANSWER))
    found = await ok(world.filer.get(f"/complaints/{made['id']}"))
    assert (found["answer"], found["accepted"], found["actions"]) == ("已整改", True, ["raise_again"])
    assert (await ok(world.desk.get("/complaints", scope="desk")))["items"] == []


async def test_a_complaint_about_a_demand_goes_above_the_desk_that_has_it(world: World) -> None:
    demand = await filed(world.filer)
    made = await complained(world.filer, demand_id=demand["id"])
    assert made["region_code"] == "110107003"
    assert refusal(await world.desk.get(f"/complaints/{made['id']}")) == (404, "not_found")
    await ok(world.district_desk.post(f"/complaints/{made['id']}/answer", ANSWER))


async def test_nobody_complains_about_what_they_may_not_see(world: World) -> None:
    demand = await filed(world.filer)
    body = {"kind": "complaint", "text": "不好", "demand_id": demand["id"]}
    assert refusal(await world.stranger.post("/complaints", body)) == (404, "not_found")


async def test_an_anonymous_author_is_named_to_nobody(world: World) -> None:
    made = await complained(world.filer, anonymous=True)
    for who in (world.filer, world.desk, world.admin):
        assert (await ok(who.get(f"/complaints/{made['id']}")))["author"] == "匿名"


async def test_who_is_not_content_asks_the_level_above_once(world: World) -> None:
    made = await complained(world.filer)
    assert refusal(await world.filer.post(f"/complaints/{made['id']}/raise-again")) == (409, "action_not_allowed")
    await ok(world.desk.post(f"/complaints/{made['id']}/answer", ANSWER))
    assert refusal(await world.desk.post(f"/complaints/{made['id']}/raise-again")) == (403, "forbidden")
    again = await ok(world.filer.post(f"/complaints/{made['id']}/raise-again"))
    assert (again["region_code"], again["state"], again["raised_again"]) == ("110107003", "waiting", True)
    await ok(world.district_desk.post(f"/complaints/{made['id']}/answer", ANSWER))
    assert refusal(await world.filer.post(f"/complaints/{made['id']}/raise-again")) == (409, "action_not_allowed")


async def test_it_is_answered_once_and_by_the_desk_that_has_it(world: World) -> None:
    made = await complained(world.filer)
    path = f"/complaints/{made['id']}/answer"
    assert refusal(await world.neighbour_desk.post(path, ANSWER)) == (404, "not_found")
    assert refusal(await world.observer.post(path, ANSWER)) == (403, "forbidden")
    await ok(world.desk.post(path, ANSWER))
    assert refusal(await world.desk.post(path, ANSWER)) == (409, "action_not_allowed")


async def test_a_desk_does_not_answer_itself(world: World) -> None:
    made = await complained(world.desk, region_code=COMMUNITY)
    assert refusal(await world.desk.post(f"/complaints/{made['id']}/answer", ANSWER)) == (409, "decided_by_you")


async def test_what_is_not_answered_in_time_climbs(world: World, settings: Settings, sessions: db.Sessions) -> None:
    made = await complained(world.filer)
    move_clock(settings, timedelta(days=15))
    assert await sweep(sessions, climbing.COMPLAINTS) == 1
    assert await sweep(sessions, climbing.COMPLAINTS) == 0
    filer = await world.filer.signed_in("filer")
    found = await ok(filer.get(f"/complaints/{made['id']}"))
    assert (found["region_code"], found["overdue"]) == ("110107003", False)


@pytest.mark.parametrize("scope", ["desk", "region"])
async def test_the_lists_of_desks_are_for_staff(world: World, scope: str) -> None:
    assert refusal(await world.filer.get("/complaints", scope=scope)) == (403, "forbidden")
    assert refusal(await world.filer.get("/appeals", scope="desk")) == (403, "forbidden")


async def test_a_region_that_is_not_there_is_refused(world: World) -> None:
    body = {"kind": "complaint", "text": "不好", "region_code": "999999999999"}
    assert refusal(await world.filer.post("/complaints", body)) == (422, "invalid_request")
