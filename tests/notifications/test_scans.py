"""Scans that wait call who may decide, once for each thing that is scanned for; whom it is about hears their word."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import Evenings, evening
from tests.checkins.scanning import Street, a_scan, scanned, send
from tests.demands.world import World, claimed, ids, ok, opened
from tests.notifications.post import Post, inbox, kinds
from tests.notifications.test_matters import told


@pytest.fixture
def street(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Street:
    """The small district, its activities, and the codes that hang there."""
    return Street(Evenings(world, session, settings, sessions))


async def two_wait(street: Street) -> World:
    """Two members have scanned long before an activity that the second of them leads, with everybody signed in anew."""
    code = await street.begins(-60, leader_ids=ids(street.evenings.world.members[1:2]))
    world = street.evenings.world
    for who, device in ((world.member, "phone-0001"), (world.second, "phone-0002")):
        (one,) = await send(who, a_scan(code, subject_id=street.shift_id), device=device)
        assert one["outcome"] == "pending"
    return world


async def decide(world: World, name: str, **said: object) -> None:
    """The desk decides of somebody's scan."""
    (one,) = [one for one in (await ok(world.desk.get("/scans")))["items"] if one["name"] == name]
    await ok(world.desk.post(f"/scans/{one['id']}/decide", said))


async def test_scans_for_one_thing_are_one_call_until_the_last_is_decided(street: Street, post: Post) -> None:
    world = await two_wait(street)
    await post.round()
    call = await told(world.desk, "scan_to_decide")
    assert (call["subject"], call["times"]) == ({"kind": "scan", "id": street.shift_id}, 2)
    assert (call["body"], call["actions"]) == ("八角南路社区有签到扫码待审核。（共2次）", ["decide"])
    for who in (world.district_desk, world.observer, world.member):
        assert await kinds(who) == []
    await decide(world, "党员1号", accepted=False, cause="by_another")
    await post.round()
    assert await kinds(world.desk) == ["scan_to_decide"], "one waits still"
    await decide(world, "党员2号", accepted=False, cause="not_there")
    await post.round()
    assert await kinds(world.desk) == []
    await post.round(again=True)
    assert await kinds(world.desk) == []


async def test_who_leads_is_called_of_others_and_nobody_of_their_own(street: Street, post: Post) -> None:
    world = await two_wait(street)
    await post.round()
    call = await told(world.second, "scan_to_decide")
    assert (call["times"], call["actions"]) == (1, ["decide"])


async def test_whom_a_scan_is_about_hears_whether_it_counts_and_why_not(street: Street, post: Post) -> None:
    world = await two_wait(street)
    await post.round()
    await decide(world, "党员1号", accepted=False, cause="by_another")
    await street.at(evening() + timedelta(minutes=5))
    world = street.evenings.world
    await decide(world, "党员2号", accepted=True, at=street.activity["shifts"][0]["starts_at"])
    await post.round()
    assert "签到扫码经审核计入" in (await told(world.second, "scan_accepted"))["body"]
    refused = (await told(world.member, "scan_refused"))["body"]
    assert "在八角南路社区的签到扫码未计入：非本人扫码。" in refused
    assert await kinds(world.member) == ["scan_refused"]


async def test_an_end_that_waits_for_its_arrival_calls_nobody_any_more_once_that_was_heard(
    street: Street, post: Post
) -> None:
    code, world = await street.hang("serve"), street.evenings.world
    claim = await claimed(world.member, await opened(world))
    await send(world.member, a_scan(code, action="finish", subject_id=claim["id"]))
    await post.round()
    assert "scan_to_decide" in await kinds(world.desk)
    assert await scanned(world.member, code, action="arrive", device="another-phone") == ("accepted", None)
    await post.round()
    assert "scan_to_decide" not in await kinds(world.desk)
    assert "scan_accepted" not in await kinds(world.member), "they did it themselves"


async def test_a_call_names_nobody(street: Street, post: Post) -> None:
    world = await two_wait(street)
    await post.round()
    assert "党员1号" not in str(await inbox(world.desk))
