"""Designated communities: who is confirmed at once, who may choose, and what stays on record."""

from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import refusal
from tests.demands.world import COMMUNITY, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, World, ok
from tests.enrollments.reporting import Body, moved, reported, set_rule
from tests.factories import a_member, an_organization


async def designated(world: World, organization_id: object, region_code: str = COMMUNITY, **more: object) -> Body:
    body = {"organization_id": str(organization_id), "region_code": region_code, **more}
    return await ok(world.district_desk.post("/designations", body), 201)


async def test_who_was_designated_is_confirmed_at_once_and_others_wait(world: World) -> None:
    await designated(world, world.unit.id)
    unit = await reported(world.liaison, organization_id=str(world.unit.id))
    assert (unit["state"], unit["designated"]) == ("confirmed", True)
    member = await reported(world.liaison, member_id=str(world.members[6].id))
    assert (member["state"], member["designated"]) == ("confirmed", True)
    other = await reported(world.liaison, NEIGHBOUR, organization_id=str(world.unit.id))
    assert (other["state"], other["designated"]) == ("requested", False)


async def test_those_below_are_designated_with_it(world: World, session: AsyncSession) -> None:
    below = await an_organization(session, name="物业三班", parent=world.unit)
    member = await a_member(session, below, name="三班党员")
    await session.commit()
    await designated(world, world.unit.id)
    assert (await reported(world.liaison, member_id=str(member.id)))["state"] == "confirmed"


async def test_where_only_the_designated_are_taken_others_are_refused_but_who_lives_there(world: World) -> None:
    await set_rule(world.admin, "enrollment_choice", "designated")
    body = {"region_code": COMMUNITY, "organization_id": str(world.unit.id)}
    assert refusal(await world.liaison.post("/enrollments", body)) == (409, "not_designated")
    assert (await reported(world.member))["state"] == "requested"
    assert refusal(await world.member.post("/enrollments", {"region_code": NEIGHBOUR})) == (409, "not_designated")
    assert (await reported(world.desk, organization_id=str(world.unit.id)))["state"] == "confirmed"


async def test_where_all_choose_freely_a_designation_makes_no_difference(world: World) -> None:
    await set_rule(world.admin, "enrollment_choice", "free")
    await designated(world, world.unit.id)
    assert (await reported(world.liaison, organization_id=str(world.unit.id)))["state"] == "requested"


async def test_the_rule_says_whom_the_desk_confirms(world: World) -> None:
    await set_rule(world.admin, "enrollment_confirmation", "all")
    await designated(world, world.unit.id)
    assert (await reported(world.liaison, organization_id=str(world.unit.id)))["state"] == "requested"
    await set_rule(world.admin, "enrollment_confirmation", "none")
    assert (await reported(world.member))["state"] == "confirmed"


async def test_a_transfer_to_a_designated_place_needs_nobody(world: World) -> None:
    first = await reported(world.desk, member_id=str(world.members[6].id))
    await designated(world, world.unit.id, NEIGHBOUR)
    second = await moved(world.liaison, first, "transfer", 201, region_code=NEIGHBOUR)
    assert (second["state"], second["is_primary"]) == ("confirmed", True)
    assert (await ok(world.desk.get(f"/enrollments/{first['id']}")))["state"] == "ended"


async def test_one_place_is_the_primary_one_and_the_others_are_not(world: World) -> None:
    first = await designated(world, world.unit.id)
    second = await designated(world, world.unit.id, NEIGHBOUR)
    assert (first["is_primary"], second["is_primary"]) == (True, False)
    body = {"organization_id": str(world.unit.id), "region_code": SUBDISTRICT, "is_primary": True}
    assert refusal(await world.district_desk.post("/designations", body)) == (409, "primary_designated")
    again = {"organization_id": str(world.unit.id), "region_code": COMMUNITY}
    assert refusal(await world.district_desk.post("/designations", again)) == (409, "already_designated")


async def test_what_was_designated_stays_on_record(world: World) -> None:
    made = await designated(world, world.unit.id)
    ended = await ok(world.desk.post(f"/designations/{made['id']}/end"))
    assert ended["until"] is not None
    assert refusal(await world.desk.post(f"/designations/{made['id']}/end")) == (409, "action_not_allowed")
    await designated(world, world.unit.id)
    unit = {"organization_id": str(world.unit.id)}
    now = (await ok(world.liaison.get("/designations", **unit)))["items"]
    ever = (await ok(world.liaison.get("/designations", **unit, ended="true")))["items"]
    assert ([one["until"] for one in now], len(ever)) == ([None], 2)


async def test_a_member_sees_where_their_own_organization_is_designated_to(world: World) -> None:
    await designated(world, world.branch.id)
    await designated(world, world.unit.id)
    seen = (await ok(world.member.get("/designations")))["items"]
    assert [one["organization_name"] for one in seen] == ["八角南路社区党支部"]
    assert refusal(await world.filer.get("/designations")) == (403, "forbidden")


async def test_a_desk_designates_its_own_region_only(world: World) -> None:
    body = {"organization_id": str(world.unit.id), "region_code": ELSEWHERE}
    assert refusal(await world.district_desk.post("/designations", body)) == (403, "forbidden")
