"""Appeals, complaints and bindings reach the desk that has them, who filed them, and whom the decision touches."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.granting import Scope
from app.access.models import Role
from app.kit import db
from app.kit.timers import sweep
from app.notifications.texts import UNSEEN
from app.oversight.appeals import climbing
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.demands.world import DISTRICT, SUBDISTRICT, World, claimed, ok, opened, staff
from tests.factories import a_member
from tests.notifications.post import REASON, Item, Post, inbox, kinds, unread
from tests.notifications.test_privacy import lost
from tests.oversight.appeals.test_appeals import Body, appealed, decided, rated, rejected, served
from tests.oversight.appeals.test_complaints import ANSWER, complained


async def street(world: World, session: AsyncSession) -> Client:
    """The dispatcher of the subdistrict, which decides what the community's desk decided before."""
    await staff(session, "street", Role.DISPATCHER, SUBDISTRICT)
    await session.commit()
    return await world.filer.signed_in("street")


async def told(who: Client, kind: str) -> Item:
    """The one message of a kind that somebody has."""
    (found,) = [one for one in await inbox(who) if one["kind"] == kind]
    return found


async def test_an_appeal_calls_the_desk_that_decides_it_and_no_other(
    world: World, post: Post, session: AsyncSession
) -> None:
    decides = await street(world, session)
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await post.round()
    call = await told(decides, "appeal_to_decide")
    assert (call["subject"], call["actions"]) == ({"kind": "appeal", "id": appeal["id"]}, ["decide"])
    assert call["body"] == "对「12号楼下水道堵塞返味」不予受理的申诉待八角街道裁决。"
    for who in (world.desk, world.district_desk, world.filer):
        assert "appeal_to_decide" not in await kinds(who)


async def test_where_only_who_decided_could_decide_again_the_desk_above_is_called(
    world: World, post: Post, session: AsyncSession
) -> None:
    decides = await street(world, session)
    demand = await opened(world)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", REASON))
    await ok(world.filer.post(f"/demands/{demand['id']}/supplement", {"description": "三单元"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/transfer", REASON | {"region_code": SUBDISTRICT}))
    await ok(decides.post(f"/demands/{demand['id']}/reject", REASON))
    await appealed(world.filer, "rejection", demand["id"])
    await post.round()
    assert "appeal_to_decide" in await kinds(world.district_desk)
    assert "appeal_to_decide" not in await kinds(decides)


@pytest.mark.parametrize("upheld", [True, False])
async def test_who_appealed_hears_once_what_was_decided_and_the_call_goes(
    world: World, post: Post, session: AsyncSession, upheld: bool
) -> None:
    decides = await street(world, session)
    demand = await rejected(world)
    appeal = await appealed(world.filer, "rejection", demand["id"])
    await post.round()
    before = len(await inbox(world.filer))
    await decided(decides, appeal, upheld)
    await post.round()
    await post.round(again=True)
    newest, *older = await inbox(world.filer)
    assert (newest["kind"], len(older)) == ("appeal_upheld" if upheld else "appeal_refused", before)
    assert (newest["group"], newest["actions"]) == ("outcome", [])
    assert "appeal_to_decide" not in await kinds(decides)
    assert ("decision_reversed" in await kinds(world.desk)) == upheld


async def test_others_hear_of_the_demand_what_the_appellant_hears_of_the_appeal(world: World, post: Post) -> None:
    demand, _ = await served(world)
    rating = await rated(world, demand, 1, False)
    appeal = await appealed(world.member, "evaluation", rating["id"])
    await post.round()
    await decided(world.district_desk, appeal, True)
    await post.round()
    assert (await kinds(world.member))[-1] == "appeal_upheld"
    assert "noted" in await kinds(world.filer)
    assert "noted" not in await kinds(world.member)


async def test_a_no_show_that_is_excused_is_told_to_who_was_absent_once(world: World, post: Post) -> None:
    claim = await claimed(world.member, await opened(world))
    await ok(world.desk.post(f"/claims/{claim['id']}/no-show", REASON))
    appeal = await appealed(world.member, "no_show", claim["id"])
    await post.round()
    await decided(world.district_desk, appeal, True)
    await post.round()
    assert [kind for kind in await kinds(world.member) if kind in ("noted", "appeal_upheld")] == ["appeal_upheld"]


async def test_whose_hours_are_doubted_hears_that_they_are_held_and_what_they_became(world: World, post: Post) -> None:
    _, claim = await served(world)
    appeal = await appealed(world.filer, "hours", claim["id"])
    await post.round()
    held = await told(world.member, "hours_held")
    assert held["subject"] == {"kind": "claim", "id": claim["id"]}
    await decided(world.district_desk, appeal, True, amount=30)
    await post.round()
    settled = await told(world.member, "hours_settled")
    assert settled["body"] == "「12号楼下水道堵塞返味」的服务时长申诉已有结果，您的服务计30分钟。"
    assert "appeal_upheld" in await kinds(world.filer)


async def test_whose_own_hours_are_settled_hears_of_the_appeal_alone(world: World, post: Post) -> None:
    _, claim = await served(world)
    appeal = await appealed(world.member, "hours", claim["id"])
    await decided(world.district_desk, appeal, True, amount=90)
    await post.round()
    assert [kind for kind in await kinds(world.member) if kind.startswith(("hours", "appeal"))] == ["appeal_upheld"]


async def test_an_appeal_that_nobody_decides_leaves_the_desk_for_the_one_above(
    world: World, post: Post, session: AsyncSession, sessions: db.Sessions, settings: Settings
) -> None:
    decides = await street(world, session)
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await post.round()
    assert "appeal_to_decide" in await kinds(decides)
    move_clock(settings, timedelta(days=20))
    assert await sweep(sessions, climbing.APPEALS)
    await post.round()
    filer, decides, above = [await world.filer.signed_in(one) for one in ("filer", "street", "district_desk")]
    assert (await told(above, "appeal_to_decide"))["subject"] == {"kind": "appeal", "id": appeal["id"]}
    assert "appeal_to_decide" not in await kinds(decides)
    assert (await told(filer, "appeal_climbed"))["body"].endswith("逾期未裁决，已转石景山区裁决。")


async def test_an_appeal_that_is_taken_back_calls_nobody_any_more(world: World, post: Post) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await post.round()
    assert "appeal_to_decide" in await kinds(world.district_desk)
    await ok(world.filer.post(f"/appeals/{appeal['id']}/withdraw"))
    await post.round()
    assert "appeal_to_decide" not in await kinds(world.district_desk)


async def test_a_call_that_was_answered_before_the_post_came_is_not_made(world: World, post: Post) -> None:
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await decided(world.district_desk, appeal, False)
    await post.round()
    assert "appeal_to_decide" not in await kinds(world.district_desk)


async def test_a_complaint_calls_its_desk_and_its_answer_who_complained(world: World, post: Post) -> None:
    made = await complained(world.filer, kind="suggestion", text="加一条长椅")
    await post.round()
    call = await told(world.desk, "complaint_to_answer")
    assert (call["body"], call["actions"]) == ("有一件建议待八角南路社区答复。", ["answer"])
    await ok(world.desk.post(f"/complaints/{made['id']}/answer", ANSWER))
    await post.round()
    assert "complaint_to_answer" not in await kinds(world.desk)
    answered = await told(world.filer, "complaint_answered")
    assert (answered["subject"], answered["actions"]) == ({"kind": "complaint", "id": made["id"]}, ["raise_again"])
    assert "长椅" not in str(await inbox(world.desk)) + str(await inbox(world.filer))
    await ok(world.filer.post(f"/complaints/{made['id']}/raise-again"))
    await post.round()
    assert "complaint_to_answer" in await kinds(world.district_desk)
    assert "complaint_to_answer" not in await kinds(world.desk)


async def test_a_complaint_that_nobody_answers_climbs_and_its_author_hears(
    world: World, post: Post, sessions: db.Sessions, settings: Settings
) -> None:
    await complained(world.filer)
    await post.round()
    move_clock(settings, timedelta(days=20))
    assert await sweep(sessions, climbing.COMPLAINTS)
    await post.round()
    desk, above, filer = [await world.filer.signed_in(one) for one in ("desk", "district_desk", "filer")]
    assert "complaint_to_answer" not in await kinds(desk)
    assert "complaint_to_answer" in await kinds(above)
    assert "complaint_climbed" in await kinds(filer)


async def test_who_complains_at_their_own_desk_is_not_called_to_answer(world: World, post: Post) -> None:
    await complained(world.desk, region_code="110107003024")
    await post.round()
    assert "complaint_to_answer" not in await kinds(world.desk)
    assert "complaint_to_answer" in await kinds(world.district_desk)


async def shared_phone(world: World, session: AsyncSession) -> Body:
    """Two members have one phone, and somebody binds it."""
    for name in ("张三", "李四"):
        await a_member(session, world.branch, name=name, phone="13900000008")
    await session.commit()
    await ok(world.stranger.post("/auth/phone", {"code": "sandbox:13900000008"}))
    (binding,) = (await ok(world.desk.get("/members/bindings")))["items"]
    return dict(binding)


async def test_a_phone_that_several_share_calls_the_desk_and_its_word_the_account(
    world: World, post: Post, session: AsyncSession
) -> None:
    binding = await shared_phone(world, session)
    await post.round()
    call = await told(world.desk, "binding_to_decide")
    assert (call["subject"], call["actions"]) == ({"kind": "binding", "id": binding["id"]}, ["decide"])
    who = {"member_id": binding["candidates"][0]["id"]}
    await ok(world.desk.post(f"/members/bindings/{binding['id']}/decide", who))
    await post.round()
    assert "binding_to_decide" not in await kinds(world.desk)
    assert (await told(world.stranger, "binding_decided"))["subject"] == {"kind": "binding", "id": binding["id"]}
    words = str(await inbox(world.desk)) + str(await inbox(world.stranger))
    assert not any(name in words for name in ("张三", "李四", "13900000008"))


async def test_who_binds_another_phone_calls_no_desk_any_more(world: World, post: Post, session: AsyncSession) -> None:
    await shared_phone(world, session)
    await post.round()
    await ok(world.stranger.post("/auth/phone", {"code": "sandbox:13900000777"}))
    await post.round()
    assert "binding_to_decide" not in await kinds(world.desk)
    assert "binding_decided" not in await kinds(world.stranger)


async def test_who_may_no_longer_see_an_appeal_reads_no_details(
    world: World, post: Post, session: AsyncSession
) -> None:
    await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await post.round()
    await lost(session, world.district_desk, Scope(Role.DISPATCHER, DISTRICT))
    call = await told(world.district_desk, "appeal_to_decide")
    assert (call["body"], call["subject"], call["actions"]) == (UNSEEN, None, [])


async def test_a_desk_may_mute_its_calls_but_nobody_what_became_of_their_appeal(world: World, post: Post) -> None:
    await ok(world.district_desk.put("/notifications/quiet", {"muted": ["desk"]}))
    appeal = await appealed(world.filer, "rejection", (await rejected(world))["id"])
    await post.round()
    assert await unread(world.district_desk) == 0
    await decided(world.district_desk, appeal, False)
    await post.round()
    assert "appeal_refused" in await kinds(world.filer)
