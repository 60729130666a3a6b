"""The tree of organizations: putting them in, and reading them."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.events import Event
from app.organizations import creating, queries
from app.organizations.creating import NewOrganization
from app.organizations.events import OrganizationEvent
from app.organizations.models import Organization, OrganizationKind
from tests.client import Client, refusal
from tests.factories import COMMUNITY, a_caller, a_region, an_organization

ELSEWHERE = "620201001003"


async def committee_and_branch(session: AsyncSession) -> tuple[Organization, Organization]:
    """A committee with one branch below it."""
    await a_region(session)
    above = await creating.create(session, OrganizationKind.COMMITTEE, "八角街道党工委", COMMUNITY)
    branch = await creating.create(session, OrganizationKind.BRANCH, "第一支部", COMMUNITY, above.id)
    return above, branch


async def ids_below(session: AsyncSession, *paths: str) -> set[object]:
    return set(await session.scalars(queries.below(*paths)))


async def test_a_path_leads_from_the_root(session: AsyncSession) -> None:
    above, branch = await committee_and_branch(session)
    assert above.path == f"{above.id}."
    assert branch.path == f"{above.id}.{branch.id}."
    assert branch.parent_id == above.id


async def test_below_holds_itself_and_its_descendants_only(session: AsyncSession) -> None:
    above, branch = await committee_and_branch(session)
    await an_organization(session, name="别的支部")
    assert await ids_below(session, above.path) == {above.id, branch.id}
    assert await ids_below(session, branch.path) == {branch.id}
    assert await ids_below(session) == set()


async def test_thousands_are_created_at_once_with_parents_among_them(session: AsyncSession) -> None:
    await a_region(session)
    root = NewOrganization(OrganizationKind.COMMITTEE, "党委", COMMUNITY)
    branches = [
        NewOrganization(OrganizationKind.BRANCH, f"第{number}支部", COMMUNITY, root.id) for number in range(3_000)
    ]
    await creating.create_many(session, [root, *branches])
    made = await queries.organizations(session, [branch.id for branch in branches])
    assert {one.path for one in made.values()} == {f"{root.id}.{branch.id}." for branch in branches}
    told = await session.scalars(select(Event.subject).where(Event.kind == OrganizationEvent.CREATED))
    assert len(told.all()) == 3_001


async def test_none_are_created_of_none(session: AsyncSession) -> None:
    await creating.create_many(session, [])
    assert (await session.scalars(select(Organization))).all() == []


async def test_an_unknown_region_or_parent_is_refused(session: AsyncSession) -> None:
    with pytest.raises(InvalidRequest) as unknown_region:
        await creating.create(session, OrganizationKind.BRANCH, "支部", COMMUNITY)
    await a_region(session)
    with pytest.raises(InvalidRequest) as unknown_parent:
        await creating.create(session, OrganizationKind.BRANCH, "支部", COMMUNITY, new_id())
    codes = [error.value.errors[0].code for error in (unknown_region, unknown_parent)]
    assert codes == ["unknown_region", "unknown_organization"]


async def test_one_bad_organization_keeps_the_whole_batch_out(session: AsyncSession) -> None:
    await a_region(session)
    good = NewOrganization(OrganizationKind.BRANCH, "支部", COMMUNITY)
    with pytest.raises(InvalidRequest):
        await creating.create_many(session, [good, NewOrganization(OrganizationKind.BRANCH, "支部", "99")])
    assert await queries.organization(session, good.id) is None


@pytest.fixture
async def two_places(session: AsyncSession) -> list[Organization]:
    """An organization in each of two districts."""
    await a_region(session)
    await a_region(session, ELSEWHERE, name="绿化社区")
    found = [
        await an_organization(session, name="八角南路社区党支部"),
        await an_organization(session, name="嘉恒物业", region_code=ELSEWHERE, kind=OrganizationKind.ENTERPRISE),
    ]
    await session.commit()
    return found


async def names(client: Client, **parameters: str) -> list[str]:
    answer = await client.get("/organizations", **parameters)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_staff_find_organizations_of_any_region(
    session: AsyncSession, client: Client, two_places: list[Organization]
) -> None:
    desk = await a_caller(session, client, "desk", Role.DISPATCHER, region_code=COMMUNITY)
    assert await names(desk) == ["八角南路社区党支部", "嘉恒物业"]
    assert await names(desk, region="6202", q="") == ["嘉恒物业"]
    assert await names(desk, q="南路") == ["八角南路社区党支部"]
    assert await names(desk, region="6202", q="南路") == []


async def test_an_organization_shows_where_it_stands(
    session: AsyncSession, client: Client, two_places: list[Organization]
) -> None:
    observer = await a_caller(session, client, "observer", Role.OBSERVER, region_code="")
    shown = (await observer.get("/organizations", region="62")).json()["items"]
    assert shown == [
        {
            "id": str(two_places[1].id),
            "kind": "enterprise",
            "name": "嘉恒物业",
            "region_code": ELSEWHERE,
            "parent_id": None,
        }
    ]


async def test_pages_of_organizations_follow_one_another(
    session: AsyncSession, client: Client, two_places: list[Organization]
) -> None:
    admin = await a_caller(session, client, "admin", Role.ADMIN, region_code="")
    first = (await admin.get("/organizations", limit=1)).json()
    second = (await admin.get("/organizations", limit=1, cursor=first["next_cursor"])).json()
    shown = [item["name"] for item in first["items"] + second["items"]]
    assert shown == ["八角南路社区党支部", "嘉恒物业"]
    assert second["next_cursor"] is None


async def test_a_liaison_may_read_organizations_and_a_resident_may_not(
    session: AsyncSession, client: Client, two_places: list[Organization]
) -> None:
    liaison = await a_caller(session, client, "liaison", Role.LIAISON, organization=two_places[0])
    resident = await a_caller(session, client, "resident")
    assert len(await names(liaison)) == 2
    assert refusal(await resident.get("/organizations")) == (403, "forbidden")
    assert refusal(await client.get("/organizations")) == (401, "token_invalid")
    assert refusal(await resident.get("/organizations", region="x")) == (422, "invalid_request")
