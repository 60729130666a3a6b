"""No more messages than are of use: alike ones are one, answered calls go, who cannot come is left alone."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from tests.client import Client
from tests.demands.test_dispatching import assigned, offers
from tests.demands.world import COMMUNITY, World, claimed, filed, ids, in_hours, ok, opened, signed_in, staff
from tests.notifications.post import REASON, Post, inbox, kinds, unread


@pytest.fixture
async def colleague(session: AsyncSession, world: World) -> Client:
    """Another dispatcher of the same desk."""
    client = await signed_in(session, world.desk, await staff(session, "colleague", Role.DISPATCHER, COMMUNITY))
    await session.commit()
    return client


async def says(who: Client, demand: dict[str, Any], text: str) -> None:
    await ok(who.post(f"/demands/{demand['id']}/messages", {"text": text}), 201)


async def test_alike_messages_are_one_until_it_is_read(world: World, post: Post) -> None:
    demand = await filed(world.filer)
    for word in "一二":
        await says(world.filer, demand, word)
    await post.round()
    await says(world.filer, demand, "三")
    await post.round()
    (one,) = await inbox(world.desk, kind="message")
    assert (one["times"], one["body"]) == (3, "「12号楼下水道堵塞返味」有新留言。（共3次）")
    await ok(world.desk.post(f"/notifications/{one['id']}/read"))
    await says(world.filer, demand, "四")
    await post.round()
    new, old = await inbox(world.desk, kind="message")
    assert (new["times"], new["read_at"], old["id"], old["times"]) == (1, None, one["id"], 3)


async def test_what_is_refreshed_comes_to_the_top(world: World, post: Post) -> None:
    first = await filed(world.filer, title="第一件")
    await says(world.filer, first, "一")
    second = await filed(world.filer, title="第二件")
    await says(world.filer, second, "一")
    await post.round()
    await says(world.filer, first, "二")
    await post.round()
    assert [one["body"] for one in await inbox(world.desk, kind="message")] == [
        "「第一件」有新留言。（共2次）",
        "「第二件」有新留言。",
    ]


async def test_a_call_that_a_colleague_answered_leaves_the_inbox(world: World, post: Post, colleague: Client) -> None:
    demand = await filed(world.filer)
    kept = await filed(world.filer, title="另一件")
    await post.round()
    assert await unread(colleague) == 2
    (read,) = [one for one in await inbox(colleague) if one["subject"]["id"] == demand["id"]]
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))
    await post.round()
    assert [one["subject"]["id"] for one in await inbox(colleague)] == [kept["id"]]
    assert read["kind"] == "new"


async def test_a_call_that_was_read_stays_in_the_inbox(world: World, post: Post, colleague: Client) -> None:
    demand = await filed(world.filer)
    await post.round()
    (call,) = await inbox(colleague)
    await ok(colleague.post(f"/notifications/{call['id']}/read"))
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open", "slots": 1}))
    await post.round()
    assert await kinds(colleague) == ["new"]


async def test_what_is_published_as_it_is_filed_calls_no_desk(world: World, post: Post, colleague: Client) -> None:
    await filed(world.desk, kind="call", dispatch={"mode": "open", "slots": 3})
    await post.round()
    assert await inbox(colleague) == []


async def test_an_offer_that_was_answered_before_it_could_be_told_is_not(world: World, post: Post) -> None:
    demand = await assigned(world, members=1)
    (offer,) = await offers(world, demand)
    await ok(world.member.post(f"/claims/{offer['id']}/decline", REASON))
    await post.round()
    assert await inbox(world.member) == []


async def test_who_cannot_come_is_called_no_more_in_this_round(world: World, post: Post) -> None:
    demand = await assigned(world)
    await post.round()
    (call,) = await inbox(world.member)
    await ok(world.member.post(f"/claims/{call['subject']['id']}/decline", REASON))
    plan = {"mode": "assigned", "member_ids": ids(world.members[:3]), "slots": 2}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    await post.round()
    assert await inbox(world.member) == []
    assert await kinds(world.second) == ["released", "offered"]
    await ok(world.desk.post(f"/demands/{demand['id']}/messages", {"text": "谁能来？"}), 201)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await post.round()
    assert await inbox(world.member) == []


async def test_who_withdrew_hears_no_more_of_it(world: World, post: Post) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    await claimed(world.second, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", REASON))
    await says(world.filer, demand, "几点来？")
    plan = {"mode": "open", "slots": 2, "starts_at": in_hours(50), "ends_at": in_hours(51)}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    await post.round()
    assert await inbox(world.member) == []
    assert set(await kinds(world.second)) == {"message", "plan_changed"}


@pytest.mark.parametrize(("hours", "told"), [(23, ["withdrawn_late"]), (25, [])])
async def test_a_late_withdrawal_alarms_the_desk_at_once(
    world: World, post: Post, hours: float, told: list[str]
) -> None:
    plan = {"starts_at": in_hours(hours), "ends_at": in_hours(hours + 2)}
    demand = await opened(world, slots=2, plan=plan)
    claim = await claimed(world.member, demand)
    await claimed(world.second, demand)
    await ok(world.desk.put("/notifications/quiet", {"muted": ["desk"]}))
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", REASON))
    await post.round()
    assert await kinds(world.desk) == told, "an alarm cannot be muted"
    assert "withdrawn" in await kinds(world.filer)


async def test_who_leaves_after_arriving_leaves_late(world: World, post: Post) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", REASON))
    await post.round()
    assert "withdrawn_late" in await kinds(world.desk)


async def test_a_liaison_who_leads_hears_of_a_late_withdrawal(world: World, post: Post) -> None:
    call = await filed(world.liaison, kind="call")
    plan = {"mode": "open", "slots": 3, "starts_at": in_hours(5), "ends_at": in_hours(6)}
    await ok(world.desk.post(f"/demands/{call['id']}/dispatch", plan))
    claim = await claimed(world.member, call)
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", REASON))
    await post.round()
    assert (await kinds(world.liaison))[-1] == "withdrawn_late"
    assert "服务人员临近服务退出" in (await inbox(world.liaison))[0]["body"]
    assert "党员1号临近服务退出" in (await inbox(world.desk))[0]["body"]
