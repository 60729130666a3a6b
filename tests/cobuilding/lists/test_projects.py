"""A project is taken on, or its organization is asked to and may refuse; what of it stands by when."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from app.cobuilding.lists import lifecycle
from app.kit import clock, db
from app.settings import Settings
from tests.activities.test_races import a_district
from tests.client import Client, refusal
from tests.cobuilding.lists.drawn import drawn, line, one_item
from tests.demands.world import World, ok
from tests.notifications.post import Post, inbox, kinds
from tests.racing import insist, workers

Body = dict[str, Any]
WHY = {"reason": "本年度已有两个项目"}


async def project(world: World, **changes: Any) -> Body:
    return await one_item(world, "project", title="棉纺厂院内垃圾桶", **({"slots": 1} | changes))


async def taken(who: Client, item: Body, unit: Any) -> Body:
    return await ok(who.post(f"/list-items/{item['id']}/takings", {"organization_id": str(unit.id)}), 201)


async def moved(who: Client, taking: Body, action: str, body: Body | None = None) -> Body:
    return await ok(who.post(f"/takings/{taking['id']}/{action}", body))


async def seen(who: Client, **wanted: str) -> list[tuple[str, str | None]]:
    return [(one["state"], one["reason"]) for one in (await ok(who.get("/takings", **wanted)))["items"]]


async def test_an_organization_takes_an_open_project_on_and_the_desk_says_that_it_is_done(
    world: World, post: Post
) -> None:
    item = await project(world)
    assert "take" in (await ok(world.liaison.get(f"/list-items/{item['id']}")))["actions"]
    made = await taken(world.liaison, item, world.unit)
    assert (made["state"], made["organization"], made["actions"]) == ("taken", "嘉恒物业公司", ["give_up"])
    assert refusal(await world.liaison.post(f"/takings/{made['id']}/finish")) == (403, "forbidden")
    done = await moved(world.desk, made, "finish")
    assert (done["state"], done["ended_at"] is not None) == ("done", True)
    assert await seen(world.stranger, item_id=item["id"]) == [("done", None)]
    await post.round()
    assert "project_taken" in await kinds(world.desk)
    assert await kinds(world.liaison) == ["project_done"]


async def test_an_assigned_one_may_be_refused_with_a_reason_that_others_do_not_read(world: World, post: Post) -> None:
    item = await project(world, mode="assigned", owner_id=str(world.unit.id))
    made = await taken(world.desk, item, world.unit)
    assert made["state"] == "offered"
    await post.round()
    (call,) = await inbox(world.liaison)
    assert (call["kind"], call["actions"]) == ("project_offered", ["accept", "decline"])
    assert (await world.liaison.post(f"/takings/{made['id']}/decline", {})).status_code == 422
    declined = await moved(world.liaison, made, "decline", WHY)
    assert (declined["state"], declined["reason"]) == ("declined", WHY["reason"])
    assert await seen(world.desk, item_id=item["id"]) == [("declined", WHY["reason"])]
    assert await seen(world.observer, item_id=item["id"]) == [("declined", WHY["reason"])]
    assert await seen(world.other_liaison) == await seen(world.stranger) == []
    await post.round()
    assert await kinds(world.liaison) == [], "the call needs no answer any more"
    assert "project_declined" in await kinds(world.desk)
    again = await taken(world.desk, item, world.unit)
    assert (await moved(world.liaison, again, "accept"))["state"] == "taken"


async def test_what_is_assigned_is_its_owners_to_take(world: World) -> None:
    item = await project(world, mode="assigned", owner_id=str(world.unit.id))
    path, body = f"/list-items/{item['id']}/takings", {"organization_id": str(world.other_unit.id)}
    assert refusal(await world.other_liaison.post(path, body)) == (409, "action_not_allowed")
    assert (await taken(world.liaison, item, world.unit))["state"] == "taken"


async def test_a_slot_is_held_by_whoever_is_asked_and_free_again_when_they_do_not(world: World) -> None:
    item = await project(world)
    asked = await taken(world.desk, item, world.unit)
    path, body = f"/list-items/{item['id']}/takings", {"organization_id": str(world.other_unit.id)}
    assert refusal(await world.other_liaison.post(path, body)) == (409, "project_slots_taken")
    await moved(world.desk, asked, "withdraw", WHY)
    held = await taken(world.other_liaison, item, world.other_unit)
    assert (await moved(world.other_liaison, held, "give-up", WHY))["state"] == "given_up"
    assert (await taken(world.liaison, item, world.unit))["state"] == "taken"


async def test_nobody_takes_the_same_on_twice_at_a_time(world: World) -> None:
    item = await project(world, slots=3)
    await taken(world.liaison, item, world.unit)
    path = f"/list-items/{item['id']}/takings"
    for who in (world.liaison, world.desk):
        assert refusal(await who.post(path, {"organization_id": str(world.unit.id)})) == (409, "already_taken")


async def test_only_a_published_project_is_taken_on_and_only_by_its_own(world: World) -> None:
    body = {"organization_id": str(world.unit.id)}
    service = await one_item(world)
    assert refusal(await world.liaison.post(f"/list-items/{service['id']}/takings", body)) == (
        409,
        "action_not_allowed",
    )
    draft = await line(world.desk, await drawn(world.desk, "project"))
    path = f"/list-items/{draft['id']}/takings"
    assert refusal(await world.liaison.post(path, body)) == (404, "not_found")
    assert refusal(await world.desk.post(path, body)) == (409, "action_not_allowed")
    for who in (world.other_liaison, world.member, world.observer):
        assert refusal(await who.post(f"/list-items/{service['id']}/takings", body)) == (403, "forbidden")
    nobody = {"organization_id": "00000000-0000-7000-8000-000000000000"}
    assert (await world.desk.post(path, nobody)).status_code == 422


@pytest.mark.parametrize("action", ["accept", "decline", "withdraw", "finish", "give-up"])
async def test_what_has_ended_is_not_moved_again(world: World, action: str) -> None:
    item = await project(world)
    made = await moved(world.desk, await taken(world.liaison, item, world.unit), "finish")
    body = WHY if action in ("decline", "withdraw", "give-up") else None
    who = world.liaison if action in ("accept", "decline") else world.desk
    assert refusal(await who.post(f"/takings/{made['id']}/{action}", body)) == (409, "action_not_allowed")


def test_every_move_leads_somewhere_that_somebody_may_ask_for() -> None:
    states = {*lifecycle.TakingState, *lifecycle.BookingState, *lifecycle.SuggestionState}
    assert {to for to, _ in lifecycle.MOVES.values()} | {state for state, _ in lifecycle.MOVES} <= states
    assert all(who for _, who in lifecycle.MOVES.values())


async def test_the_desk_and_who_builds_say_what_stands_by_when(world: World) -> None:
    item = await project(world)
    path, due = f"/list-items/{item['id']}/milestones", clock.today()
    await ok(world.desk.post(path, {"title": "选定位置", "due_on": str(due + timedelta(days=9))}), 201)
    assert refusal(await world.liaison.post(path, {"title": "采购", "due_on": str(due)})) == (403, "forbidden")
    await taken(world.liaison, item, world.unit)
    planned = await ok(world.liaison.post(path, {"title": "采购", "due_on": str(due - timedelta(days=1))}), 201)
    assert [(one["title"], one["overdue"]) for one in planned["milestones"]] == [("采购", True), ("选定位置", False)]
    one = planned["milestones"][0]["id"]
    assert refusal(await world.other_liaison.post(f"/milestones/{one}/reach", {})) == (403, "forbidden")
    reached = await ok(world.liaison.post(f"/milestones/{one}/reach", {"note": "已到货"}))
    assert (reached["milestones"][0]["note"], reached["milestones"][0]["overdue"]) == ("已到货", False)
    assert refusal(await world.desk.post(f"/milestones/{one}/reach", {})) == (409, "action_not_allowed")
    assert (await ok(world.stranger.get(f"/list-items/{item['id']}")))["milestones"][0]["reached_at"]


async def test_a_service_has_no_milestones(world: World) -> None:
    item = await one_item(world)
    body = {"title": "采购", "due_on": str(date(2026, 12, 31))}
    answer = await world.desk.post(f"/list-items/{item['id']}/milestones", body)
    assert refusal(answer) == (409, "action_not_allowed")


async def test_of_two_at_the_last_slot_one_has_it(committing: Settings, committed_sessions: db.Sessions) -> None:
    async with workers(committing) as found:
        world = await a_district(committing, committed_sessions, Client(found.http))
        item = await project(world)
        path = f"/list-items/{item['id']}/takings"
        two = ((world.liaison, world.unit), (world.other_liaison, world.other_unit))
        calls = [insist(who, path, {"organization_id": str(unit.id)}) for who, unit in two for _ in range(4)]
        answers = await asyncio.gather(*calls)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
