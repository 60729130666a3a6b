"""The roster: who sees whom, and putting thousands on it."""

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.events import Event
from app.members import creating, queries
from app.members.creating import NewMember
from app.members.events import MemberEvent
from app.members.models import Member
from app.organizations.models import Organization
from tests.client import Client, refusal
from tests.factories import COMMUNITY, a_caller, a_member, a_region, an_organization

ELSEWHERE = "620201001003"


@dataclass
class Rosters:
    """A committee with a branch below it here, and a unit elsewhere; one member each."""

    committee: Organization
    branch: Organization
    unit: Organization


@pytest.fixture
async def rosters(session: AsyncSession) -> Rosters:
    await a_region(session)
    await a_region(session, ELSEWHERE, name="绿化社区")
    committee = await an_organization(session, name="党工委")
    branch = await an_organization(session, name="支部", parent=committee)
    unit = await an_organization(session, name="嘉恒物业", region_code=ELSEWHERE)
    await a_member(session, committee, name="王建国", phone="13800000001", skills=["电工"])
    await a_member(session, branch, name="王秀英", phone="13800000002")
    await a_member(session, branch, name="赵敏", phone="13800000003", home_region_code=ELSEWHERE)
    await a_member(session, unit, name="王芳")
    await session.commit()
    return Rosters(committee, branch, unit)


async def names(client: Client, **parameters: str) -> set[str]:
    answer = await client.get("/members", **parameters)
    assert answer.status_code == 200, answer.text
    return {item["name"] for item in answer.json()["items"]}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DISPATCHER, Role.OBSERVER])
async def test_staff_see_who_is_at_home_in_their_region(
    session: AsyncSession, client: Client, rosters: Rosters, role: Role
) -> None:
    staff = await a_caller(session, client, "staff", role, region_code="110107")
    assert await names(staff) == {"王建国", "王秀英"}
    assert await names(staff, region=ELSEWHERE) == set()


async def test_an_admin_of_everywhere_sees_everybody(session: AsyncSession, client: Client, rosters: Rosters) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    assert await names(admin) == {"王建国", "王秀英", "赵敏", "王芳"}
    assert await names(admin, region="6202", organization_id="", q="") == {"赵敏", "王芳"}


async def test_a_liaison_sees_their_organization_and_those_below_it(
    session: AsyncSession, client: Client, rosters: Rosters
) -> None:
    above = await a_caller(session, client, "above", Role.LIAISON, organization=rosters.committee)
    below = await a_caller(session, client, "below", Role.LIAISON, organization=rosters.branch)
    assert await names(above) == {"王建国", "王秀英", "赵敏"}
    assert await names(below) == {"王秀英", "赵敏"}
    assert await names(below, organization_id=str(rosters.unit.id)) == set()


async def test_an_organization_brings_those_below_it(session: AsyncSession, client: Client, rosters: Rosters) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    assert await names(admin, organization_id=str(rosters.committee.id)) == {"王建国", "王秀英", "赵敏"}
    assert await names(admin, organization_id=str(rosters.unit.id)) == {"王芳"}
    assert await names(admin, organization_id=str(new_id())) == set()


async def test_a_search_takes_the_start_of_a_name_or_a_whole_phone(
    session: AsyncSession, client: Client, rosters: Rosters
) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    assert await names(admin, q="王") == {"王建国", "王秀英", "王芳"}
    assert await names(admin, q="建国") == set()
    assert await names(admin, q="13800000002") == {"王秀英"}
    assert await names(admin, q="1380000000") == set()
    assert await names(admin, q="%") == set()


async def test_phones_are_masked_and_everything_else_is_shown(
    session: AsyncSession, client: Client, rosters: Rosters
) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    shown = (await admin.get("/members", q="王建国")).json()["items"]
    assert shown[0].pop("id")
    assert shown == [
        {
            "name": "王建国",
            "phone_masked": "138****0001",
            "organization_id": str(rosters.committee.id),
            "home_region_code": COMMUNITY,
            "skills": ["电工"],
        }
    ]


async def test_pages_of_members_follow_one_another(session: AsyncSession, client: Client, rosters: Rosters) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(2):
        page = (await admin.get("/members", limit=2, **cursor)).json()
        seen += [item["name"] for item in page["items"]]
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(["王建国", "王秀英", "赵敏", "王芳"])
    assert cursor == {"cursor": None}


async def test_residents_and_members_cannot_list_members(
    session: AsyncSession, client: Client, rosters: Rosters
) -> None:
    resident = await a_caller(session, client, "resident")
    assert refusal(await resident.get("/members")) == (403, "forbidden")
    await resident.post("/auth/phone", {"code": "sandbox:13800000001"})
    assert refusal(await resident.get("/members")) == (403, "forbidden")
    assert refusal(await resident.get("/members", organization_id="x")) == (422, "invalid_request")
    assert refusal(await resident.get("/members", q="王\0")) == (422, "invalid_request")
    assert refusal(await client.get("/members")) == (401, "token_invalid")


async def test_a_districts_roster_is_loaded_at_once(session: AsyncSession) -> None:
    await a_region(session)
    branch = await an_organization(session)
    roster = [
        NewMember(branch.id, f"党员{number}号", COMMUNITY, f"199{number:08}", ["电工"]) for number in range(1, 21_738)
    ]
    await creating.add_many(session, roster)
    assert await session.scalar(select(func.count()).select_from(Member)) == 21_737
    found = await queries.members(session, [roster[0].id, new_id(), None])
    assert [(one.name, one.phone, one.skills) for one in found.values()] == [("党员1号", "19900000001", ["电工"])]
    told = await session.scalars(select(Event).where(Event.kind == MemberEvent.ADDED))
    assert [(event.region_code, event.payload) for event in told] == [(COMMUNITY, {"count": 21_737})]


async def test_a_roster_with_an_unknown_region_or_organization_is_refused(session: AsyncSession) -> None:
    await a_region(session)
    branch = await an_organization(session)
    for wrong in (NewMember(branch.id, "王建国", "99"), NewMember(new_id(), "王建国", COMMUNITY)):
        with pytest.raises(InvalidRequest):
            await creating.add_many(session, [NewMember(branch.id, "王秀英", COMMUNITY), wrong])
    await creating.add_many(session, [])
    assert await session.scalar(select(func.count()).select_from(Member)) == 0
