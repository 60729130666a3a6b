"""A member hears of the certificates that a desk issues for them or takes back, and of none that they asked for."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from tests.certificates.hours import SINCE, booked, certificate, until
from tests.demands.world import World, ok
from tests.notifications.post import Post, kinds
from tests.notifications.test_matters import told

WHY = {"reason": "评优需要"}


async def test_what_a_desk_issues_and_takes_back_is_told_to_the_member(
    world: World, post: Post, session: AsyncSession
) -> None:
    await booked(session, world.members[0])
    await session.commit()
    made = await certificate(world.desk, member_id=str(world.members[0].id), **WHY)
    await post.round()
    issued = await told(world.member, "certificate_issued")
    assert issued["subject"] == {"kind": "certificate", "id": made["id"]}
    assert issued["body"] == f"八角南路社区为您开具了{SINCE}至{until()}的服务记录证明，可在“我的”中查看。"
    await ok(world.desk.post(f"/certificates/{made['id']}/revoke", {"reason": "重复开具"}))
    await post.round()
    revoked = await told(world.member, "certificate_revoked")
    assert ("已由八角南路社区撤销" in revoked["body"], "重复开具" in str(revoked)) == (True, False)
    assert [await kinds(who) for who in (world.desk, world.second)] == [[], []]


async def test_a_resident_hears_of_theirs_too(world: World, post: Post, session: AsyncSession) -> None:
    resident = (await ok(world.filer.get("/me")))["id"]
    await booked(session, uuid.UUID(resident))
    await session.commit()
    made = await certificate(world.desk, account_id=resident, name="王秀兰", **WHY)
    await post.round()
    assert (await told(world.filer, "certificate_issued"))["subject"]["id"] == made["id"]
    assert await kinds(world.stranger) == []


async def test_what_one_asked_for_is_not_told(world: World, post: Post, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    await session.commit()
    await certificate(world.member)
    await post.round()
    assert await kinds(world.member) == []
