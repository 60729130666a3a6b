"""Whom an event names is told: of what is overdue, and of whistles."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.clock import move_clock
from tests.demands.clockwork import Clockwork, a_clockwork
from tests.demands.test_alarms import whistled
from tests.demands.test_approving import SENT_BACK, proposed
from tests.demands.world import World, claimed, filed, ok, opened
from tests.notifications.post import Post, inbox, kinds, unread


@pytest.fixture
async def clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    return await a_clockwork(world, session, settings, sessions)


async def test_who_serves_hears_first_that_it_is_overdue(clockwork: Clockwork, post: Post) -> None:
    demand = await opened(clockwork.world)
    await claimed(clockwork.world.member, demand)
    await post.round()
    world = await clockwork.at(hours=1, minutes=10)
    await post.round()
    assert "overdue" in await kinds(world.member)
    assert "overdue" not in await kinds(world.desk)
    (told,) = [one for one in await inbox(world.member) if one["kind"] == "overdue"]
    assert told["body"] == "「12号楼下水道堵塞返味」已超过办结时限，请督促办理。"


async def test_nobody_is_urged_to_do_what_is_done(clockwork: Clockwork, post: Post) -> None:
    demand = await opened(clockwork.world)
    await claimed(clockwork.world.member, demand)
    move_clock(clockwork.settings, timedelta(hours=1, minutes=10))
    assert await sweep(clockwork.sessions, timing.ALARMS) == 1
    desk = await clockwork.world.filer.signed_in("desk")
    await ok(desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "已办"}))
    await post.round()
    assert "overdue" not in await kinds(await desk.signed_in("member"))


async def test_a_whistles_clocks_are_heard(clockwork: Clockwork, post: Post) -> None:
    await clockwork.rule("offer_window", "P9D")
    await whistled(clockwork)
    world = await clockwork.at(minutes=49)
    await post.round()
    (warned,) = [one for one in await inbox(world.liaison) if one["kind"] == "whistle_due"]
    assert warned["body"] == "「12号楼下水道堵塞返味」的吹哨签收时限将到。"
    world = await clockwork.at(minutes=61)
    await post.round()
    for who in (world.liaison, world.desk, clockwork.street):
        assert "whistle_missed" in await kinds(who)
    assert "whistle_due" not in await kinds(world.desk)


async def test_a_whistle_that_waits_calls_the_subdistrict_and_its_answer_the_community(
    clockwork: Clockwork, post: Post
) -> None:
    demand = await proposed(clockwork)
    await post.round()
    (call,) = await inbox(clockwork.street)
    assert (call["kind"], call["body"]) == ("needs_desk", "「12号楼下水道堵塞返味」的吹哨待街道批准。")
    await ok(clockwork.street.post(f"/demands/{demand['id']}/send-back", SENT_BACK))
    await post.round()
    assert "whistle_sent_back" in await kinds(clockwork.world.desk)


@pytest.mark.parametrize("action", ["approve", "send-back", "another plan"])
async def test_a_proposal_that_waits_no_longer_leaves_the_subdistricts_inbox(
    clockwork: Clockwork, post: Post, action: str
) -> None:
    demand = await proposed(clockwork)
    await post.round()
    assert await unread(clockwork.street) == 1
    path = f"/demands/{demand['id']}"
    if action == "another plan":
        await ok(clockwork.world.desk.post(f"{path}/dispatch", {"mode": "open"}))
    else:
        await ok(clockwork.street.post(f"{path}/{action}", SENT_BACK if action == "send-back" else None))
    await post.round()
    assert "needs_desk" not in await kinds(clockwork.street)


async def test_the_community_is_not_called_for_what_the_subdistrict_decides(clockwork: Clockwork, post: Post) -> None:
    await post.round()
    demand = await filed(clockwork.world.filer)
    await post.round()
    assert await kinds(clockwork.world.desk) == ["new"]
    await proposed(clockwork, demand)
    await post.round()
    assert await kinds(clockwork.world.desk) == []
    await ok(clockwork.street.post(f"/demands/{demand['id']}/send-back", SENT_BACK))
    await post.round()
    assert await kinds(clockwork.world.desk) == ["whistle_sent_back"]


async def test_a_proposal_sent_back_before_the_post_came_calls_nobody(clockwork: Clockwork, post: Post) -> None:
    demand = await proposed(clockwork)
    await ok(clockwork.street.post(f"/demands/{demand['id']}/send-back", SENT_BACK))
    await post.round()
    assert await kinds(clockwork.street) == []
    assert "needs_desk" not in await kinds(clockwork.world.desk)
