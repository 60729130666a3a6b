"""Hours and points over HTTP: my own, a member's, an organization's."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit import clock
from app.ledger import booking
from app.ledger.booking import Holder
from app.ledger.models import HolderKind, Provenance, Unit
from app.members.models import Member
from app.organizations.models import Organization
from app.policies.defaults import Key
from app.policies.models import Policy
from tests import factories
from tests.client import Client, refusal
from tests.ledger.services import (
    RULE,
    SERVED_AT,
    a_branch_member,
    a_source,
    account_id,
    as_member,
    book,
    entries,
    serve,
    sign_in_member,
)

PERIOD = clock.quarter(SERVED_AT)
NOBODY = "01a2034f-202e-74a6-be97-7cbebea647e5"
NONE = {"measured": 0, "confirmed": 0, "entered": 0}


async def hours(client: Client, path: str = "/me/hours", period: str = PERIOD) -> dict[str, Any]:
    answer = await client.get(path, period=period)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_my_hours_are_told_apart_by_how_they_are_known(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    for minutes, provenance in ((60, "measured"), (30, "confirmed"), (20, "entered"), (25, "entered")):
        await book(session, a_source(), as_member(member), minutes=minutes, provenance=Provenance(provenance))
    found = await hours(await sign_in_member(client, session, member, "me"))
    assert found == {
        "minutes": 135,
        "target_minutes": 600,
        "by_provenance": {"measured": 60, "confirmed": 30, "entered": 45},
    }


async def test_hours_taken_back_are_not_mine(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    source = await book(session, a_source(), as_member(member))
    await booking.reverse(session, source, Unit.MINUTES, booked_by=None)
    found = await hours(await sign_in_member(client, session, member, "me"))
    assert (found["minutes"], found["by_provenance"]) == (0, NONE)


async def test_a_quarter_begins_and_ends_in_china(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    last = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    first = datetime(2026, 9, 30, 16, tzinfo=UTC)
    await book(session, a_source(), as_member(member), minutes=1, served_at=last)
    await book(session, a_source(), as_member(member), minutes=2, served_at=first)
    me = await sign_in_member(client, session, member, "me")
    assert (await hours(me, period="2026Q3"))["minutes"] == 1
    assert (await hours(me, period="2026Q4"))["minutes"] == 2


async def test_my_hours_are_of_this_quarter_unless_another_is_named(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    await book(session, a_source(), as_member(member), served_at=clock.now())
    answer = await (await sign_in_member(client, session, member, "me")).get("/me/hours")
    assert answer.json()["minutes"] == 90


async def test_a_resident_has_hours_and_no_target(client: Client, session: AsyncSession) -> None:
    resident = await client.signed_in("resident")
    await book(session, a_source(), Holder(HolderKind.ACCOUNT, await account_id(client, "resident"), None))
    await session.commit()
    found = await hours(resident)
    assert (found["minutes"], found["target_minutes"]) == (90, None)


async def test_what_a_member_did_as_a_resident_before_stays_theirs(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    before = Holder(HolderKind.ACCOUNT, await account_id(client, "me"), None)
    await serve(session, before, points=5, minutes=30)
    await serve(session, as_member(member))
    me = await sign_in_member(client, session, member, "me")
    assert (await hours(me))["minutes"] == (await hours(me, f"/members/{member.id}/hours"))["minutes"] == 120
    assert (await me.get("/me/points")).json()["balance"] == 15


async def test_the_target_is_the_rule_at_home_as_the_quarter_ended(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    for day, value in ((date(2026, 1, 1), 4), (date(2026, 7, 1), 6)):
        rule = {"key": Key.HOURS_PER_QUARTER.key, "region_code": "110107", "valid_from": day, "value": value}
        session.add(Policy(**rule, set_by=None, set_at=clock.now()))
    me = await sign_in_member(client, session, member, "me")
    quarters = {period: await hours(me, period=period) for period in ("2025Q4", "2026Q2", "2026Q3")}
    assert [found["target_minutes"] for found in quarters.values()] == [600, 240, 360]


@pytest.mark.parametrize("path", ["/me/hours", f"/members/{NOBODY}/hours", f"/organizations/{NOBODY}/hours"])
@pytest.mark.parametrize("period", ["2026", "2026Q9", "2026q4", "今年"])
async def test_a_malformed_period_is_refused(client: Client, path: str, period: str) -> None:
    answer = await (await client.signed_in("anybody")).get(path, period=period)
    assert refusal(answer) == (422, "invalid_request")


async def test_my_points_come_newest_first_page_by_page(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    sources = [await serve(session, as_member(member), points=points) for points in (10, 15, 20)]
    await booking.reverse(session, sources[1], Unit.POINTS, booked_by=None)
    me = await sign_in_member(client, session, member, "me")
    first = (await me.get("/me/points", limit=3)).json()
    rest = (await me.get("/me/points", limit=3, cursor=first["next_cursor"])).json()
    assert (first["balance"], rest["balance"], rest["next_cursor"]) == (30, 30, None)
    assert [entry["amount"] for entry in first["entries"] + rest["entries"]] == [-15, 20, 15, 10]
    assert first["entries"][0]["reverses_id"] == first["entries"][2]["id"]


async def test_an_entry_says_where_its_points_come_from(client: Client, session: AsyncSession) -> None:
    member = await a_branch_member(session)
    source = await serve(session, as_member(member))
    _, entry = await entries(session, source)
    me = await sign_in_member(client, session, member, "me")
    assert (await me.get("/me/points")).json()["entries"] == [
        {
            "id": str(entry.id),
            "unit": "points",
            "amount": 10,
            "rule": RULE,
            "source_kind": source.kind,
            "source_id": str(source.id),
            "organization_id": str(member.organization_id),
            "region_code": factories.COMMUNITY,
            "served_at": "2026-11-20T10:00:00.000+08:00",
            "booked_at": entry.booked_at.astimezone(clock.CHINA).isoformat(timespec="milliseconds"),
            "reverses_id": None,
        }
    ]


async def test_nobody_sees_hours_or_points_without_signing_in(client: Client) -> None:
    for path in ("/me/hours", "/me/points", f"/members/{NOBODY}/hours", f"/organizations/{NOBODY}/hours"):
        assert refusal(await client.get(path)) == (401, "token_invalid")


class Town:
    """A committee, a branch below it and one beside it, and a member of the branch who served."""

    committee: Organization
    branch: Organization
    sibling: Organization
    member: Member


@pytest.fixture
async def town(session: AsyncSession) -> Town:
    found = Town()
    await factories.a_region(session)
    await factories.a_region(session, "620201001003", name="绿化社区")
    found.committee = await factories.an_organization(session, name="党委")
    found.branch = await factories.an_organization(session, name="甲支部", parent=found.committee)
    found.sibling = await factories.an_organization(session, name="乙支部", parent=found.committee)
    found.member = await factories.a_member(session, found.branch)
    await serve(session, as_member(found.member))
    await session.commit()
    return found


async def with_role(
    client: Client,
    session: AsyncSession,
    role: Role,
    region_code: str | None = None,
    organization: Organization | None = None,
) -> Client:
    """Somebody with one role and nothing else."""
    name = f"{role}-{region_code}-{organization.name if organization else ''}"
    organization_id = organization.id if organization else None
    await factories.a_grant(
        session,
        await account_id(client, name),
        role,
        region_code=region_code,
        organization_id=organization_id,
    )
    await session.commit()
    return await client.signed_in(name)


REGIONS = {"110107": 200, "": 200, factories.COMMUNITY: 200, "110107003025": 404, "62": 404}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DISPATCHER, Role.OBSERVER])
async def test_staff_see_the_hours_of_members_and_organizations_in_their_region(
    client: Client, session: AsyncSession, town: Town, role: Role
) -> None:
    for region_code, status in REGIONS.items():
        staff = await with_role(client, session, role, region_code)
        for path in (f"/members/{town.member.id}/hours", f"/organizations/{town.branch.id}/hours"):
            assert (await staff.get(path)).status_code == status, (region_code, path)


async def test_liaisons_see_the_hours_of_their_organization_and_below(
    client: Client, session: AsyncSession, town: Town
) -> None:
    for organization, status in ((town.branch, 200), (town.committee, 200), (town.sibling, 404)):
        liaison = await with_role(client, session, Role.LIAISON, organization=organization)
        for path in (f"/members/{town.member.id}/hours", f"/organizations/{town.branch.id}/hours"):
            assert (await liaison.get(path)).status_code == status, (organization.name, path)


async def test_a_liaison_below_does_not_see_the_hours_above(client: Client, session: AsyncSession, town: Town) -> None:
    liaison = await with_role(client, session, Role.LIAISON, organization=town.branch)
    assert refusal(await liaison.get(f"/organizations/{town.committee.id}/hours")) == (404, "not_found")


async def test_members_see_their_own_hours_and_not_each_others(
    client: Client, session: AsyncSession, town: Town
) -> None:
    other = await factories.a_member(session, town.branch, name="李红")
    me = await sign_in_member(client, session, town.member, "me")
    assert await hours(me, f"/members/{town.member.id}/hours") == await hours(me)
    colleague = await sign_in_member(client, session, other, "colleague")
    for path in (f"/members/{town.member.id}/hours", f"/organizations/{town.branch.id}/hours"):
        assert refusal(await colleague.get(path)) == (404, "not_found")


async def test_what_is_not_there_is_not_found(client: Client, session: AsyncSession, town: Town) -> None:
    admin = await with_role(client, session, Role.ADMIN, "")
    for missing in (NOBODY, "nonsense"):
        for path in (f"/members/{missing}/hours", f"/organizations/{missing}/hours"):
            assert refusal(await admin.get(path)) == (404, "not_found")


async def test_an_organizations_hours_count_its_members_and_services(
    client: Client, session: AsyncSession, town: Town
) -> None:
    second = await factories.a_member(session, town.branch, name="李红")
    both = await book(session, a_source(), as_member(town.member), as_member(second), minutes=30)
    gone = await factories.a_member(session, town.branch, name="赵强")
    taken = await book(session, a_source(), as_member(gone), minutes=500)
    await booking.reverse(session, taken, Unit.MINUTES, booked_by=None)
    await booking.correct_minutes(session, both, minutes=40, provenance=Provenance.CONFIRMED, booked_by=None)
    second.organization_id = town.sibling.id
    admin = await with_role(client, session, Role.ADMIN, "")
    assert await hours(admin, f"/organizations/{town.branch.id}/hours") == {
        "minutes": 170,
        "members": 2,
        "services": 3,
        "by_provenance": {"measured": 0, "confirmed": 80, "entered": 90},
    }
    empty = await hours(admin, f"/organizations/{town.sibling.id}/hours")
    assert (empty["minutes"], empty["members"], empty["services"]) == (0, 0, 0)
