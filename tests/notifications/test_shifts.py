"""Who signed up hears what changes for them: promoted, moved, called off, called to mind; a second person is called."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import Evenings, evening, times
from tests.activities.test_late_entries import entry
from tests.demands.world import World, ok
from tests.notifications.post import Post, inbox, kinds
from tests.notifications.test_matters import told

REASON = {"reason": "当晚有暴雨"}


async def test_who_is_promoted_is_called_and_the_call_goes_when_it_is_answered(
    world: World, post: Post, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    second = await evenings.sign_up(world.second, activity)
    await ok(world.member.post(f"/sign-ups/{first['id']}/cancel"))
    await post.round()
    call = await told(world.second, "place_free")
    assert call["subject"] == {"kind": "sign_up", "id": second["id"]}
    assert call["actions"] == ["accept", "cancel"]
    assert "共享单车整治志愿服务" in call["body"]
    assert await kinds(world.member) == [], "nobody is told what they did themselves"
    await ok(world.second.post(f"/sign-ups/{second['id']}/accept"))
    await post.round()
    assert await kinds(world.second) == []


async def test_a_moved_date_is_told_to_all_and_who_is_busy_then_is_asked(
    world: World, post: Post, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity, other = await evenings.published(), await evenings.published(at=evening(4))
    await evenings.sign_up(world.member, activity)
    await evenings.sign_up(world.member, other)
    await evenings.sign_up(world.desk, activity, member_id=str(world.members[1].id))
    await post.round()
    assert "已报名" in (await told(world.second, "sign_up_noted"))["body"]
    await ok(world.desk.post(f"/shifts/{activity['shifts'][0]['id']}/move", times(evening(4)) | REASON))
    await post.round()
    assert "shift_clashes" in await kinds(world.member)
    assert f"{evening(4).day:02}日19:00" in (await told(world.second, "shift_moved"))["body"]


async def test_a_date_is_called_to_mind_and_one_that_is_called_off_is_told(
    world: World, post: Post, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity, other = await evenings.published(), await evenings.published(at=evening(4))
    await evenings.sign_up(world.member, activity)
    await evenings.sign_up(world.member, other)
    await ok(world.desk.post(f"/activities/{other['id']}/cancel", REASON))
    world = await evenings.at(evening() - timedelta(hours=23))
    await post.round()
    assert sorted(await kinds(world.member)) == ["shift_cancelled", "shift_reminded"]


async def test_another_at_the_desk_is_called_to_confirm_an_entry_after_the_fact(
    world: World, post: Post, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity = await evenings.published()
    world = await evenings.at(evening() + timedelta(hours=15))
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    made = await ok(world.desk.post(path, entry(member_id=str(world.members[0].id))), 201)
    await post.round()
    call = await told(world.district_desk, "late_entry_to_confirm")
    assert (call["subject"], call["actions"]) == ({"kind": "late_entry", "id": made["id"]}, ["decide"])
    assert "late_entry_to_confirm" not in await kinds(world.desk)
    await ok(world.district_desk.post(f"/late-entries/{made['id']}/decide", {"accepted": True}))
    await post.round()
    assert await told(world.desk, "late_entry_accepted")
    assert "已参加" in (await told(world.member, "sign_up_noted"))["body"]
    assert "late_entry_to_confirm" not in [one["kind"] for one in await inbox(world.district_desk)]
