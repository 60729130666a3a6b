"""Musters: who is called, who has come within the time, and who has not."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.settings import Settings
from tests.client import refusal
from tests.clock import move_clock
from tests.demands.world import COMMUNITY, DISTRICT, NEIGHBOUR, SUBDISTRICT, World, ids, in_hours, ok
from tests.enrollments.reporting import Body, reported
from tests.factories import a_member, an_organization


async def called(world: World, region_code: str = SUBDISTRICT, **more: Any) -> Body:
    body = {"region_code": region_code, "title": "集结令", "text": "请到社区报到", "ends_at": in_hours(48), **more}
    return await ok(world.district_desk.post("/musters", body), 201)


async def counted(world: World, muster: Body) -> Body:
    return await ok(world.district_desk.get(f"/musters/{muster['id']}/counts"))


async def test_it_counts_who_has_come_and_says_who_has_not(world: World, session: AsyncSession) -> None:
    below = await an_organization(session, name="物业三班", parent=world.unit)
    third = await a_member(session, below, name="三班党员")
    await session.commit()
    muster = await called(world, organization_ids=ids([world.unit, world.other_unit]))
    await reported(world.desk, organization_id=str(world.unit.id))
    await reported(world.desk, member_id=str(world.members[6].id))
    await reported(world.neighbour_desk, NEIGHBOUR, member_id=str(third.id))
    await reported(world.desk, member_id=str(world.members[0].id))  # of a branch that is not called
    await reported(world.liaison, member_id=str(world.members[7].id))  # not confirmed yet
    found = await counted(world, muster)
    assert [(one["name"], one["reported"], one["members"], one["enrolled"]) for one in found["organizations"]] == [
        ("住建局", False, 0, 0),
        ("嘉恒物业公司", True, 7, 2),
    ]
    assert [(one["region_code"], one["organizations"], one["members"]) for one in found["communities"]] == [
        (COMMUNITY, 1, 1),
        (NEIGHBOUR, 0, 1),
    ]


async def test_without_names_all_organizations_of_the_region_are_called(world: World) -> None:
    muster = await called(world)
    found = await counted(world, muster)
    assert sorted(one["name"] for one in found["organizations"]) == ["住建局", "八角南路社区党支部", "嘉恒物业公司"]
    await reported(world.desk, organization_id=str(world.unit.id), head_count=30)
    found = await counted(world, muster)
    assert [(one["reported"], one["heads"]) for one in found["organizations"]] == [(False, 0), (False, 0), (True, 30)]
    assert [one["heads"] for one in found["communities"]] == [30]


async def test_what_was_before_or_comes_after_is_not_counted(world: World, settings: Settings) -> None:
    await reported(world.desk, organization_id=str(world.other_unit.id))
    muster = await called(world, organization_ids=ids([world.unit, world.other_unit]))
    await ok(world.district_desk.post(f"/musters/{muster['id']}/close"))
    move_clock(settings, timedelta(seconds=5))
    await reported(world.desk, organization_id=str(world.unit.id))
    found = await counted(world, muster)
    assert [one["reported"] for one in found["organizations"]] == [False, False]
    assert refusal(await world.district_desk.post(f"/musters/{muster['id']}/close")) == (409, "action_not_allowed")


async def test_who_is_called_sees_it_and_a_liaison_their_own_count(world: World) -> None:
    muster = await called(world, organization_ids=ids([world.unit, world.other_unit]))
    seen = (await ok(world.liaison.get("/musters", open="true")))["items"]
    assert [(one["id"], one["is_open"]) for one in seen] == [(muster["id"], True)]
    found = await ok(world.liaison.get(f"/musters/{muster['id']}/counts"))
    assert ([one["name"] for one in found["organizations"]], found["communities"]) == (["嘉恒物业公司"], [])
    assert refusal(await world.member.get(f"/musters/{muster['id']}")) == (404, "not_found")
    assert refusal(await world.filer.get(f"/musters/{muster['id']}")) == (404, "not_found")


async def test_it_is_a_subdistricts_or_a_districts(world: World) -> None:
    body = {"region_code": COMMUNITY, "title": "集结令", "text": "来", "ends_at": in_hours(1)}
    answer = await world.desk.post("/musters", body)
    assert answer.json()["errors"][0]["code"] == "muster_level"
    assert refusal(await world.desk.post("/musters", body | {"region_code": DISTRICT})) == (403, "forbidden")
    late = await world.district_desk.post("/musters", body | {"region_code": DISTRICT, "ends_at": in_hours(-1)})
    assert late.json()["errors"][0]["code"] == "ends_before_start"
