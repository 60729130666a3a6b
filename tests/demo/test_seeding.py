"""The demo's data: the articles' own counts, the same people every time, loaded once."""

import csv
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.demo import people, reports, seeding, staff
from app.demo.districts import DATA, DISTRICTS, SHIJINGSHAN, XIONGGUAN, District, district_of
from app.demo.units import UNITS
from app.enrollments.models import Enrollment
from app.kit import clock, db
from app.kit.db import Base
from app.kit.events import Event
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.regions.models import Region
from tests.client import Client
from tests.demo.conftest import Demo, no_report

COUNTS = {
    "110107": (221, 21_737),
    "440604": (39, 9_741),
    "530322": (110, 4_000),
    "620201": (65, 960),
    "411502": (40, 1_000),
}
"""Organizations and members as the five articles report them."""
PREFIXES = {"110107": "199", "440604": "198", "530322": "197", "620201": "196", "411502": "195"}
each_district = pytest.mark.parametrize("district", DISTRICTS, ids=lambda district: district.key)

with (DATA / "cases.csv").open(encoding="utf-8", newline="") as lines:
    CASES = list(csv.DictReader(lines))


async def count(session: AsyncSession, table: type[Base]) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


def test_the_demo_loads_in_well_under_a_minute(demo: Demo) -> None:
    assert demo.seconds < 60


def test_whoever_waits_sees_every_district_fill_up(demo: Demo) -> None:
    done = {doing: (at, total) for doing, at, total in demo.told if "members" in doing}
    assert list(done.values()) == [(members, members) for _, members in COUNTS.values()]


@each_district
async def test_organizations_and_members_are_as_many_as_the_article_says(
    session: AsyncSession, district: District
) -> None:
    bodies = select(func.count()).where(Organization.region_code.startswith(district.code))
    roster = select(func.count()).where(Member.home_region_code.startswith(district.code))
    assert (await session.scalar(bodies), await session.scalar(roster)) == COUNTS[district.code]


@each_district
async def test_member_n_has_the_prefix_and_n_in_eight_digits(session: AsyncSession, district: District) -> None:
    phones = set(await session.scalars(select(Member.phone).where(Member.home_region_code.startswith(district.code))))
    _, members = COUNTS[district.code]
    assert phones == {f"{PREFIXES[district.code]}{number:08}" for number in range(1, members + 1)}


async def test_the_first_phone_becomes_the_first_member(client: Client) -> None:
    resident = await client.signed_in("demo-visitor")
    me = (await resident.post("/auth/phone", {"code": "sandbox:19900000001"})).json()
    assert me["member"]["name"] == people.name(1)
    assert me["home_region_code"].startswith("110107")


async def test_every_name_says_that_it_was_made_up(session: AsyncSession) -> None:
    names = (await session.scalars(select(Member.name))).all()
    assert names
    assert all(name.endswith(people.MARKER) for name in names)


@each_district
async def test_members_live_all_over_the_communities_that_report(session: AsyncSession, district: District) -> None:
    lived_in = set(
        await session.scalars(
            select(Member.home_region_code).where(Member.home_region_code.startswith(district.code)).distinct()
        )
    )
    asked = select(Region.code).where(Region.parent_code.in_(district.seats))
    assert lived_in == set(await session.scalars(asked))


@pytest.mark.parametrize("case", [case for case in CASES if case["skills"]], ids=lambda case: case["key"])
async def test_enough_members_can_do_what_a_case_asks_for(session: AsyncSession, case: dict[str, str]) -> None:
    able = select(func.count()).where(
        Member.home_region_code.startswith(case["region_code"][:6]),
        Member.skills.overlap(case["skills"].split(";")),
    )
    assert (await session.scalar(able) or 0) >= 2 * int(case["slots"])


@each_district
async def test_named_units_stand_in_their_district_below_its_working_committee(
    session: AsyncSession, district: District
) -> None:
    named = [unit.name for unit in UNITS[district.key]]
    found = (await session.scalars(select(Organization).where(Organization.name.in_(named)))).all()
    assert {body.name for body in found} == set(named)
    root = await session.scalar(select(Organization).where(Organization.name == district.working_committee))
    assert root is not None
    assert all(body.parent_id == root.id and body.region_code.startswith(district.code) for body in found)


async def test_each_district_is_one_tree_below_its_working_committee(session: AsyncSession) -> None:
    bodies = {body.id: body for body in await session.scalars(select(Organization))}
    roots = {body.name for body in bodies.values() if body.parent_id is None}
    assert roots == {district.working_committee for district in DISTRICTS}
    for body in bodies.values():
        above = bodies[body.parent_id].path if body.parent_id else ""
        assert body.path == f"{above}{body.id}."


@each_district
async def test_a_unit_has_the_members_that_the_tour_asks_for(session: AsyncSession, district: District) -> None:
    unit = next(unit for unit in UNITS[district.key] if unit.liaison)
    every, first = seeding.numbers_of(district, unit.name)
    expected = {people.phone(district, number) for number in range(1, district.members + 1) if number % every == first}
    on_roster = select(Member.phone).join(Organization, Organization.id == Member.organization_id)
    assert set(await session.scalars(on_roster.where(Organization.name == unit.name))) == expected
    assert len(expected) >= 6


@pytest.mark.parametrize("region_code", sorted({case["region_code"] for case in CASES}))
async def test_the_communities_of_the_cases_have_desks_at_every_level(session: AsyncSession, region_code: str) -> None:
    for code in (region_code, region_code[:9], region_code[:6]):
        held = select(Grant.role, Grant.region_code).join(Account, Account.id == Grant.account_id)
        [(role, over)] = await session.execute(held.where(Account.username == staff.desk(code)))
        assert (role, over) == (Role.DISPATCHER, code)


@pytest.mark.parametrize(
    ("username", "role"),
    [
        (staff.ADMIN, {"role": "admin", "region_code": ""}),
        (staff.OBSERVER, {"role": "observer", "region_code": ""}),
        (staff.desk("110107003024"), {"role": "dispatcher", "region_code": "110107003024"}),
    ],
)
async def test_staff_sign_in_with_the_password_that_is_printed(
    client: Client, username: str, role: dict[str, str]
) -> None:
    answer = await client.post("/auth/password", {"username": username, "password": staff.PASSWORD})
    me = (await client.as_(answer.json()["access_token"]).get("/me")).json()
    assert me["roles"] == [role]


async def test_liaisons_speak_for_the_units_that_the_articles_name(session: AsyncSession) -> None:
    held = (
        select(Account.username, Organization.name)
        .join(Grant, Grant.account_id == Account.id)
        .join(Organization, Organization.id == Grant.organization_id)
    )
    speaks_for = {row.username: row.name for row in await session.execute(held)}
    named = {staff.liaison(unit.liaison): unit.name for units in UNITS.values() for unit in units if unit.liaison}
    assert speaks_for == named


def test_the_sign_ins_are_shown_with_their_password() -> None:
    shown = "\n".join(seeding.sign_ins())
    for word in (staff.PASSWORD, staff.ADMIN, staff.OBSERVER, "sandbox:19900000001", staff.liaison("jiaheng")):
        assert word in shown


async def test_a_second_start_changes_nothing_and_is_quick(demo: Demo) -> None:
    tables = (Region, Organization, Member, Account, Grant)
    async with demo.sessions() as session:
        before = [await count(session, table) for table in tables]
    began = time.monotonic()
    async with db.transaction(demo.sessions) as session:
        assert not await seeding.seed(session, no_report)
    assert time.monotonic() - began < 3
    async with demo.sessions() as session:
        assert [await count(session, table) for table in tables] == before


def test_a_region_of_no_article_has_no_district() -> None:
    assert district_of("110107003024") is SHIJINGSHAN
    with pytest.raises(LookupError):
        district_of("310101")


def test_the_same_number_is_the_same_person_every_time() -> None:
    assert (people.name(1), people.phone(XIONGGUAN, 960)) == ("李秀英（演示）", "19600000960")
    names = {people.name(number) for number in range(1, 22_000)}
    assert len(names) == len(people.SURNAMES) * len(people.GIVEN) // 2


async def test_a_whole_district_has_reported_in_on_the_days_before_the_demo(session: AsyncSession) -> None:
    at_home = Enrollment.region_code == Member.home_region_code
    people = select(func.count()).select_from(Enrollment).join(Member, Member.id == Enrollment.member_id)
    left_to_the_tour = reports.by_day(SHIJINGSHAN)[-1][1]
    assert await session.scalar(people.where(at_home, Enrollment.is_primary)) == SHIJINGSHAN.members - left_to_the_tour
    kinds = set(await session.scalars(select(Enrollment.unit_kind).where(Enrollment.member_id.is_(None))))
    assert OrganizationKind.GARRISON not in kinds
    columns = Enrollment.confirmed_on, func.count(Enrollment.id).filter(Enrollment.member_id.is_(None))
    everybody = func.count(Enrollment.member_id)
    days = list(await session.execute(select(*columns, everybody).group_by(columns[0]).order_by(columns[0])))
    planned = reports.by_day(SHIJINGSHAN)
    assert [(bodies, members) for _, bodies, members in days] == planned[:-1]
    all_of_them = (SHIJINGSHAN.organizations - 1, SHIJINGSHAN.members)
    assert tuple(map(sum, zip(*planned, strict=True))) == all_of_them
    on = [day for day, _, _ in days if day is not None]
    assert (on[-1] - on[0]).days == reports.DAYS - 2
    assert on[-1] == clock.today() - timedelta(days=1)


async def test_their_desk_sent_them_in_as_files_each_on_its_own_day(session: AsyncSession) -> None:
    [desk] = await session.scalars(select(Account.id).where(Account.username == staff.desk(SHIJINGSHAN.code)))
    sent = list(await session.scalars(select(Event).where(Event.kind == "roster.imported").order_by(Event.n)))
    assert [one.payload["new"] for one in sent] == [sum(counts) for counts in reports.by_day(SHIJINGSHAN)[:-1]]
    assert {one.actor for one in sent} == {desk}
    reported = select(Event.at, Enrollment.confirmed_at, Enrollment.confirmed_by).join(
        Enrollment, Event.subject == Enrollment.id
    )
    rows = list(await session.execute(reported.where(Event.kind == "enrollment.confirmed")))
    assert len(rows) == sum(map(sum, reports.by_day(SHIJINGSHAN)[:-1]))
    assert {by for _, _, by in rows} == {desk}
    assert all(then and abs(at - then) < timedelta(minutes=5) for at, then, _ in rows)
