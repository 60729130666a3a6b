"""Reports reach the desk, its word the member or the liaisons, and a muster those who are called."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from tests.demands.world import World, ids, ok
from tests.enrollments.reporting import moved, reported
from tests.enrollments.test_designating import designated
from tests.enrollments.test_mustering import called
from tests.factories import a_grant, an_organization
from tests.notifications.post import Post, inbox, kinds
from tests.notifications.test_matters import told


async def test_a_report_calls_the_desk_and_its_word_the_member(world: World, post: Post) -> None:
    made = await reported(world.member)
    await post.round()
    call = await told(world.desk, "enrollment_to_confirm")
    assert (call["subject"], call["actions"]) == (
        {"kind": "enrollment", "id": made["id"]},
        ["confirm", "refuse", "withdraw"],
    )
    assert call["body"] == "八角南路社区党支部的一名党员申请到八角南路社区报到，请确认。"
    for who in (world.neighbour_desk, world.district_desk, world.member):
        assert await kinds(who) == []
    await moved(world.desk, made, "confirm")
    await post.round()
    assert (await told(world.member, "enrollment_confirmed"))["body"].startswith("您在八角南路社区的报到已确认")
    assert await kinds(world.desk) == []  # the call was answered
    await post.round(again=True)
    assert len(await inbox(world.member)) == 1


async def test_a_wish_to_leave_calls_the_desk_until_it_is_answered(world: World, post: Post) -> None:
    made = await reported(world.desk, member_id=str(world.members[0].id))
    await moved(world.member, made, "leave")
    await post.round()
    assert await kinds(world.desk) == ["exit_to_decide"]
    await moved(world.desk, made, "keep", reason="本周有任务")
    await post.round()
    assert (await kinds(world.desk), await kinds(world.member)) == ([], ["enrollment_confirmed", "enrollment_kept"])
    await moved(world.desk, made, "let-go")
    await post.round()
    assert (await kinds(world.member))[-1] == "enrollment_ended"


async def test_a_report_that_was_taken_back_calls_nobody(world: World, post: Post) -> None:
    made = await reported(world.member)
    await moved(world.member, made, "withdraw")
    await post.round()
    assert await kinds(world.desk) == []


async def test_an_organizations_report_is_heard_by_its_liaisons(world: World, post: Post) -> None:
    made = await reported(world.liaison, organization_id=str(world.unit.id))
    await moved(world.desk, made, "refuse", reason="请到指定社区报到")
    await post.round()
    heard = await told(world.liaison, "enrollment_refused")
    assert heard["body"] == "嘉恒物业公司在八角南路社区的报到未通过，理由见报到详情。"
    assert "请到指定社区" not in str(await inbox(world.liaison))


async def test_a_muster_calls_the_liaisons_of_its_targets_until_it_is_closed(
    world: World, post: Post, session: AsyncSession
) -> None:
    muster = await called(world, organization_ids=ids([world.unit]))
    await post.round()
    assert "集结令" in (await told(world.liaison, "mustered"))["body"]
    assert (await kinds(world.other_liaison), await kinds(world.member)) == ([], [])
    await ok(world.district_desk.post(f"/musters/{muster['id']}/close"))
    await post.round()
    assert await kinds(world.liaison) == []


async def test_a_muster_for_all_calls_every_liaison_of_the_region(world: World, post: Post) -> None:
    await called(world)
    await post.round()
    assert [await kinds(who) for who in (world.liaison, world.other_liaison)] == [["mustered"], ["mustered"]]


async def test_a_designation_and_its_end_are_heard_by_the_liaisons_of_the_organization(
    world: World, post: Post
) -> None:
    made = await designated(world, world.unit.id)
    await post.round()
    heard = await told(world.liaison, "designated")
    assert heard["subject"] == {"kind": "designation", "id": made["id"]}
    assert heard["body"] == "八角南路社区已指定为嘉恒物业公司的报到地，请组织报到。"
    assert [await kinds(who) for who in (world.desk, world.other_liaison, world.member)] == [[], [], []]
    await ok(world.desk.post(f"/designations/{made['id']}/end"))
    await post.round()
    assert "不再是嘉恒物业公司的指定报到地" in (await told(world.liaison, "designation_ended"))["body"]


async def test_those_below_hear_of_a_designation_and_nobody_of_one_that_has_ended(
    world: World, post: Post, session: AsyncSession
) -> None:
    above = await an_organization(session, name="建工集团")
    below = await an_organization(session, name="建工一公司", parent=above)
    account_id = uuid.UUID((await ok(world.stranger.get("/me")))["id"])
    await a_grant(session, account_id, Role.LIAISON, organization_id=below.id)
    await session.commit()
    await designated(world, above.id)
    await post.round()
    assert "建工集团" in (await told(world.stranger, "designated"))["body"]
    assert await kinds(world.liaison) == []
    ended = await designated(world, world.other_unit.id)
    await ok(world.desk.post(f"/designations/{ended['id']}/end"))
    await post.round()
    assert await kinds(world.other_liaison) == ["designation_ended"]
