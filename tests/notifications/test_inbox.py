"""One's own inbox: list, counts, read marks, and what can be muted."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.kit import clock
from tests.client import Client, refusal
from tests.demands.world import World, claimed, filed, ok, opened
from tests.notifications.post import REASON, Post, inbox, kinds, unread


@pytest.fixture
async def told(world: World, post: Post) -> World:
    """The filer has heard of a dispatch, a claim, and the end."""
    demand = await opened(world)
    await claimed(world.member, demand)
    await post.round()
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await post.round()
    return world


async def test_messages_come_newest_first_with_their_words(told: World) -> None:
    closed, by, dispatched = await inbox(told.filer)
    assert (closed["kind"], by["kind"], dispatched["kind"]) == ("closed", "claimed", "dispatched")
    assert (by["title"], by["body"]) == ("有人接单", "服务人员已接单「12号楼下水道堵塞返味」。")
    assert (by["group"], by["times"], by["read_at"]) == ("progress", 1, None)
    assert by["at"].endswith("+08:00")
    assert closed["subject"] == {"kind": "demand", "id": closed["subject"]["id"]}
    assert "evaluation" not in closed["actions"]
    assert "evaluate" in closed["actions"]


async def test_pages_and_filters_narrow_the_list(told: World) -> None:
    first = await ok(told.filer.get("/notifications", limit=2))
    rest = await ok(told.filer.get("/notifications", limit=2, cursor=first["next_cursor"]))
    assert [one["kind"] for one in first["items"] + rest["items"]] == ["closed", "claimed", "dispatched"]
    assert rest["next_cursor"] is None
    assert await kinds(told.filer, kind="claimed") == ["claimed"]
    await ok(told.filer.post(f"/notifications/{first['items'][0]['id']}/read"))
    assert await kinds(told.filer, unread="true") == ["dispatched", "claimed"]
    assert await kinds(told.filer, unread="false") == ["closed"]
    assert refusal(await told.filer.get("/notifications", kind="nonsense")) == (422, "invalid_request")


async def test_counts_say_what_is_unread_by_kind_and_group(told: World) -> None:
    counts = await ok(told.filer.get("/notifications/counts"))
    assert counts == {
        "unread": 3,
        "by_kind": {"closed": 1, "claimed": 1, "dispatched": 1},
        "by_group": {"outcome": 1, "progress": 2},
    }
    assert await ok(told.stranger.get("/notifications/counts")) == {"unread": 0, "by_kind": {}, "by_group": {}}


async def test_a_message_is_read_once_and_stays_so(told: World) -> None:
    newest = (await inbox(told.filer))[0]
    path = f"/notifications/{newest['id']}/read"
    assert (await ok(told.filer.post(path)))["unread"] == 2
    at = (await inbox(told.filer))[0]["read_at"]
    assert (await ok(told.filer.post(path)))["unread"] == 2
    assert at is not None
    assert (await inbox(told.filer))[0]["read_at"] == at


async def test_nobody_reads_or_marks_anothers(told: World) -> None:
    theirs = (await inbox(told.filer))[0]["id"]
    for who in (told.stranger, told.desk, told.admin):
        assert refusal(await who.post(f"/notifications/{theirs}/read")) == (404, "not_found")
        assert theirs not in [one["id"] for one in await inbox(who)]
    await ok(told.stranger.post("/notifications/read-all", {"until": clock.now().isoformat()}))
    assert await unread(told.filer) == 3


async def test_reading_all_leaves_what_came_later(told: World) -> None:
    closed, by, _ = await inbox(told.filer)
    left = await ok(told.filer.post("/notifications/read-all", {"until": by["at"]}))
    assert left["by_kind"] == {"closed": 1}
    assert (await ok(told.filer.post("/notifications/read-all", {"until": closed["at"]})))["unread"] == 0
    assert refusal(await told.filer.post("/notifications/read-all")) == (422, "invalid_request")


async def test_a_muted_group_is_not_told_and_the_outcome_is(world: World, post: Post) -> None:
    demand = await opened(world)
    assert await ok(world.filer.put("/notifications/quiet", {"muted": ["progress"]})) == {
        "muted": ["progress"],
        "mutable": ["progress", "talk", "offer", "desk"],
    }
    await claimed(world.member, demand)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await post.round()
    assert await kinds(world.filer) == ["closed"]
    await ok(world.filer.put("/notifications/quiet", {"muted": []}))
    await opened(world)
    await post.round()
    assert await kinds(world.filer) == ["closed", "dispatched"]


@pytest.mark.parametrize("group", ["outcome", "service", "alert"])
async def test_what_must_be_heard_cannot_be_muted(world: World, group: str) -> None:
    wrong = await world.filer.put("/notifications/quiet", {"muted": ["talk", group]})
    assert refusal(wrong) == (422, "invalid_request")
    assert (await ok(world.filer.get("/notifications/quiet")))["muted"] == []


async def test_one_persons_quiet_is_not_anothers(world: World, post: Post) -> None:
    await ok(world.desk.put("/notifications/quiet", {"muted": ["desk"]}))
    await filed(world.filer, region_code="110107003025")
    await filed(world.filer)
    await post.round()
    assert (await kinds(world.desk), await kinds(world.neighbour_desk)) == ([], ["new"])


async def test_a_longer_list_takes_no_more_statements(world: World, post: Post, engine: AsyncEngine) -> None:
    seen: list[str] = []

    def hear(*heard: Any) -> None:
        if "SAVEPOINT" not in heard[2]:
            seen.append(heard[2])

    async def statements(who: Client, path: str) -> int:
        seen.clear()
        await ok(who.get(path))
        return len(seen)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    try:
        await claimed(world.member, await opened(world))
        await post.round()
        short = await statements(world.filer, "/notifications")
        for who in (world.member, world.second, world.member, world.second):
            await claimed(who, await opened(world))
        await post.round()
        assert len(await inbox(world.filer)) == 10
        assert await statements(world.filer, "/notifications") == short
        assert await statements(world.filer, "/notifications/counts") == 2, "who calls, and the count"
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", hear)
