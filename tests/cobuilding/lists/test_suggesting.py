"""A suggestion is answered, becomes a line, or is refused; its author sees it and is told."""

from datetime import timedelta
from typing import Any

import pytest

from app.cobuilding.lists import suggesting
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.cobuilding.lists.drawn import drawn, lift
from tests.demands.world import COMMUNITY, ELSEWHERE, World, ok
from tests.notifications.post import Post, inbox, kinds

Body = dict[str, Any]
TEXT = {"text": "出租屋登记能否上门办理"}
ANSWER = {"text": "每周三上门"}


async def raised(who: Client, **body: Any) -> Body:
    return await ok(who.post("/suggestions", TEXT | body), 201)


async def listed(who: Client, **wanted: str) -> list[str]:
    return [one["id"] for one in (await ok(who.get("/suggestions", **wanted)))["items"]]


async def test_it_waits_for_the_desk_of_ones_home_and_its_author_is_told_the_answer(world: World, post: Post) -> None:
    made = await raised(world.filer)
    assert (made["region_code"], made["state"], made["author"]) == (COMMUNITY, "raised", "王女士")
    await post.round()
    (call,) = await inbox(world.desk)
    assert (call["kind"], call["actions"]) == ("suggestion_to_answer", ["answer", "accept", "refuse"])
    assert await listed(world.desk, scope="desk", state="raised") == [made["id"]]
    shown = await ok(world.desk.get(f"/suggestions/{made['id']}"))
    assert (shown["author"], shown["text"]) == ("王**", TEXT["text"])
    await ok(world.desk.post(f"/suggestions/{made['id']}/answer", ANSWER))
    await post.round()
    assert (await kinds(world.desk), await kinds(world.filer)) == ([], ["suggestion_answered"])
    found = await ok(world.filer.get(f"/suggestions/{made['id']}"))
    assert (found["state"], found["answer"], found["actions"]) == ("answered", "每周三上门", [])


async def test_it_becomes_a_line_of_a_list_in_one_call(world: World, post: Post) -> None:
    whole, made = await drawn(world.desk), await raised(world.filer)
    accepted = await ok(
        world.desk.post(
            f"/suggestions/{made['id']}/accept", {"list_id": whole["id"], "line": lift(title="出租屋上门登记")}
        )
    )
    assert accepted["state"] == "accepted"
    item = await ok(world.desk.get(f"/list-items/{accepted['item_id']}"))
    assert (item["title"], item["list_id"]) == ("出租屋上门登记", whole["id"])
    await post.round()
    assert await kinds(world.filer) == ["suggestion_accepted"]
    assert refusal(await world.filer.get(f"/list-items/{item['id']}")) == (404, "not_found")
    await ok(world.desk.post(f"/lists/{whole['id']}/publish"))
    assert (await world.filer.get(f"/list-items/{item['id']}")).status_code == 200


async def test_it_is_refused_with_a_reason(world: World, post: Post) -> None:
    made = await raised(world.filer)
    assert (await world.desk.post(f"/suggestions/{made['id']}/refuse", {})).status_code == 422
    refused = await ok(world.desk.post(f"/suggestions/{made['id']}/refuse", {"text": "须由公安机关办理"}))
    assert (refused["state"], refused["answer"]) == ("refused", "须由公安机关办理")
    await post.round()
    assert await kinds(world.filer) == ["suggestion_refused"]


@pytest.mark.parametrize("action", ["answer", "refuse", "accept"])
async def test_what_was_spoken_to_is_not_spoken_to_again(world: World, action: str) -> None:
    whole, made = await drawn(world.desk), await raised(world.filer)
    await ok(world.desk.post(f"/suggestions/{made['id']}/answer", ANSWER))
    body = {"list_id": whole["id"], "line": lift()} if action == "accept" else ANSWER
    assert refusal(await world.desk.post(f"/suggestions/{made['id']}/{action}", body)) == (409, "action_not_allowed")


async def test_it_becomes_a_line_only_of_the_desks_own_list(world: World) -> None:
    theirs = await drawn(world.admin, region_code=ELSEWHERE)
    made = await raised(world.filer)
    body = {"list_id": theirs["id"], "line": lift()}
    assert refusal(await world.desk.post(f"/suggestions/{made['id']}/accept", body)) == (404, "not_found")
    assert (await ok(world.filer.get(f"/suggestions/{made['id']}")))["state"] == "raised"


async def test_nobody_else_sees_it(world: World) -> None:
    made = await raised(world.filer)
    for who in (world.stranger, world.member, world.liaison, world.neighbour_desk):
        assert refusal(await who.get(f"/suggestions/{made['id']}")) == (404, "not_found")
        assert await listed(who) == []
    assert refusal(await world.member.get("/suggestions", scope="desk")) == (403, "forbidden")
    assert refusal(await world.observer.post(f"/suggestions/{made['id']}/answer", ANSWER)) == (403, "forbidden")
    assert refusal(await world.filer.post(f"/suggestions/{made['id']}/answer", ANSWER)) == (403, "forbidden")


async def test_the_desk_notes_what_was_said_at_a_forum_and_its_author_sees_it(world: World, post: Post) -> None:
    said = {"region_code": COMMUNITY, "author_name": "党员一号", "phone": "19900000001"}
    made = await raised(world.desk, **said)
    assert made["author"] == "党员一号"
    assert await listed(world.member) == [made["id"]]
    await ok(world.district_desk.post(f"/suggestions/{made['id']}/answer", ANSWER))
    await post.round()
    assert await kinds(world.member) == ["suggestion_answered"]


async def test_of_somebody_without_an_account_only_the_name_is_kept(world: World) -> None:
    said = {"region_code": COMMUNITY, "author_name": "赵大爷", "phone": "13712345678"}
    made = await raised(world.desk, **said)
    assert (await ok(world.desk.get(f"/suggestions/{made['id']}")))["author"] == "赵大爷"
    assert (await ok(world.observer.get(f"/suggestions/{made['id']}")))["author"] == "赵**"
    assert await listed(world.desk) == []


async def test_only_a_desk_speaks_for_others(world: World) -> None:
    said = TEXT | {"region_code": COMMUNITY, "author_name": "赵大爷"}
    assert refusal(await world.filer.post("/suggestions", said)) == (403, "forbidden")
    assert (await world.desk.post("/suggestions", TEXT | {"phone": "13712345678"})).status_code == 422
    assert (await world.liaison.post("/suggestions", TEXT)).status_code == 422, "nobody knows where they live"
    assert (await world.filer.post("/suggestions", TEXT | {"region_code": "999999"})).status_code == 422


async def test_nobody_names_a_forum_that_they_may_not_see(world: World) -> None:
    absent = {"activity_id": "00000000-0000-7000-8000-000000000000"}
    assert refusal(await world.filer.post("/suggestions", TEXT | absent)) == (404, "not_found")


async def test_a_desk_that_says_nothing_is_called_once_more(
    world: World, settings: Settings, sessions: db.Sessions, post: Post
) -> None:
    made = await raised(world.filer)
    await post.round()
    before = (await inbox(world.desk))[0]
    move_clock(settings, timedelta(days=30))
    assert [await sweep(sessions, suggesting.SUGGESTIONS), await sweep(sessions, suggesting.SUGGESTIONS)] == [1, 0]
    await post.round()
    world.desk = await world.desk.signed_in("desk")
    (again,) = await inbox(world.desk)
    assert (again["kind"], again["at"] > before["at"]) == ("suggestion_to_answer", True)
    assert (await ok(world.desk.get(f"/suggestions/{made['id']}")))["overdue"]
