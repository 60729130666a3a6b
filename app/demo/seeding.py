"""Fill a database with the demo: all of it in one transaction, or nothing where it is there already."""

import asyncio
import csv
import uuid
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.demo import organizations, people, reports, staff
from app.demo.districts import DATA, DISTRICTS, SHIJINGSHAN, District
from app.demo.organizations import Place, Tree
from app.kit import db
from app.main import engine_sessions
from app.members import creating as members
from app.members.creating import NewMember
from app.organizations import creating
from app.regions import reading, seeding
from app.regions.models import Level
from app.regions.reading import Row
from app.settings import Settings

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
ONE_AT_A_TIME = 6220_4132
"""The advisory lock that keeps two first starts from filling one database."""
BATCH = 2_000
"""Members a statement."""
DESKS = frozenset({Level.DISTRICT, Level.SUBDISTRICT})


def prepare(settings: Settings, report: Report) -> Iterable[str]:
    """Fill the database unless it is filled; answers the demo's sign-ins, to be shown."""
    asyncio.run(_prepare(settings, report))
    return sign_ins()


async def _prepare(settings: Settings, report: Report) -> None:
    sessions, engine = engine_sessions(settings)
    try:
        async with db.transaction(sessions) as session:
            await seed(session, report)
    finally:
        await engine.dispose()


async def seed(session: AsyncSession, report: Report) -> bool:
    """Fill the database; answers whether it was empty. Of two at once, the second waits and finds all."""
    await session.execute(text("SET LOCAL lock_timeout = '60s'"))
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    if await access.account_of_username(session, staff.ADMIN):
        return False
    report("演示区划 regions", 0, 1)
    regions = reading.read_file(DATA / "regions.csv")
    await seeding.seed(session, regions)
    units: dict[str, uuid.UUID] = {}
    for district in DISTRICTS:
        tree = await _fill(session, district, list(regions.rows.values()), report)
        units |= {name: unit.id for name, unit in tree.liaisons.items()}
    await staff.appoint(session, staff.posts(_desks(regions.rows), units))
    desk = await access.account_of_username(session, staff.desk(SHIJINGSHAN.code))
    assert desk is not None  # noqa: S101 - just appointed
    await reports.report_in(session, desk.id, days_of(SHIJINGSHAN), report)
    return True


async def _fill(session: AsyncSession, district: District, regions: Sequence[Row], report: Report) -> Tree:
    """Put up one district's organizations and its members."""
    tree = _plan(district, regions)
    await creating.create_many(session, tree.organizations)
    everybody = list(roster(district, tree, _homes(district, regions)))
    for start in range(0, len(everybody), BATCH):
        batch = everybody[start : start + BATCH]
        await members.add_many(session, batch)
        report(f"演示党员 members {district.name}", start + len(batch), district.members)
    return tree


def roster(district: District, tree: Tree, homes: Sequence[str]) -> Iterable[NewMember]:
    """The members of a district, number 1 first, spread evenly over its organizations and communities."""
    bodies = tree.with_roster
    for number in range(1, district.members + 1):
        body = bodies[number % len(bodies)]
        home = body.region_code if body.region_code in homes else homes[number // len(bodies) % len(homes)]
        yield NewMember(
            organization_id=body.id,
            name=people.name(number),
            home_region_code=home,
            phone=people.phone(district, number),
            skills=people.skills(number),
        )


def numbers_of(district: District, unit: str) -> tuple[int, int]:
    """Which members belong to a unit: every so-manieth number, from which one on."""
    regions = reading.read_file(DATA / "regions.csv").rows.values()
    names = [body.name for body in _plan(district, list(regions)).with_roster]
    return len(names), names.index(unit)


def days_of(district: District) -> list[list[reports.Line]]:
    """What a district's desk sends in on each of the days in which everybody reports in."""
    regions = list(reading.read_file(DATA / "regions.csv").rows.values())
    tree, homes = _plan(district, regions), _homes(district, regions)
    return reports.plan(tree, list(roster(district, tree, homes)), homes, district.seats)


def _homes(district: District, regions: Sequence[Row]) -> list[str]:
    """The communities that a district's members live in."""
    return [row.code for row in regions if row.parent_code in district.seats]


def _plan(district: District, regions: Sequence[Row]) -> Tree:
    homes = [Place(row.code, row.name) for row in regions if row.parent_code in district.seats]
    seats = [Place(row.code, row.name) for row in regions if row.code in district.seats]
    return organizations.plan(district, seats, homes)


def _desks(regions: dict[str, Row]) -> list[str]:
    """Desks of every district and subdistrict, and of the communities that a case names."""
    with (DATA / "cases.csv").open(encoding="utf-8", newline="") as lines:
        named = {case["region_code"] for case in csv.DictReader(lines)}
    return [code for code, row in regions.items() if row.level in DESKS or code in named]


def sign_ins() -> list[str]:
    """What to show of the demo once the server is ready: who may sign in, and how."""
    first = people.phone(DISTRICTS[0], 1)
    return [
        f"演示账号 Demo sign-ins, password {staff.PASSWORD}:",
        f"  管理员 admin {staff.ADMIN} · 观察员 observer {staff.OBSERVER}",
        f"  社区 desk {staff.desk('110107003024')} (八角南路社区), {staff.desk('110107')} (石景山区) …",
        f"  单位 liaison {staff.liaison('jiaheng')} (嘉恒物业公司), {staff.liaison('fayuan')} (陆良县法院) …",
        f'  居民 residents POST /api/v1/auth/wechat {{"code": "sandbox:ANYNAME"}}; '
        f'党员 members then POST /api/v1/auth/phone {{"code": "sandbox:{first}"}}',
    ]
