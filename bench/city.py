"""A city of two million members, ten million entries and 7,000 communities, made by SQL; what its questions cost."""

import asyncio
import re
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.demands import filing, hot_queries, matching_queries, similar_queries
from app.demands.lifecycle import Kind, Mode, State
from app.demands.matching_schemas import SimilarWanted
from app.demands.models import Audience, Demand
from app.kit import clock, db
from app.ledger import queries, summary_queries
from app.ledger.models import Board, Rung, Standing
from app.main import engine_sessions, hot_pool
from app.members.creating import NewMember, add_many
from app.members.models import Member
from app.regions import reading, seeding
from bench.server import Server
from bench.town import FUNCTIONS, copy

REPEATS = 15
AT_ONCE = 100_000
"""Services whose entries are booked in one transaction."""
PATIENT = {"statement_timeout_ms": 3_600_000}
DURATION = re.compile(r"LOG:  duration: ([0-9.]+) ms")
DISTRICT, COMMUNITY = "110103", "110103007003"
REGIONS = """
INSERT INTO regions (code, level, name, parent_code)
SELECT '11', 'province', '北京市', NULL UNION ALL SELECT '1101', 'city', '市辖区', '11'
UNION ALL SELECT '1101' || lpad(d::text, 2, '0'), 'district', d || '区', '1101' FROM generate_series(1, 16) d
UNION ALL SELECT '1101' || lpad(d::text, 2, '0') || lpad(s::text, 3, '0'), 'subdistrict', s || '街道',
    '1101' || lpad(d::text, 2, '0') FROM generate_series(1, 16) d, generate_series(1, 20) s
UNION ALL SELECT '1101' || lpad(d::text, 2, '0') || lpad(s::text, 3, '0') || lpad(c::text, 3, '0'), 'community',
    c || '社区', '1101' || lpad(d::text, 2, '0') || lpad(s::text, 3, '0')
    FROM generate_series(1, 16) d, generate_series(1, 20) s, generate_series(1, 22) c
"""
"""16 districts, 320 subdistricts, 7,040 communities."""
PLACE = (
    "'1101' || lpad((1 + {n} % 16)::text, 2, '0') || lpad((1 + {n} / 16 % 20)::text, 3, '0') "
    "|| lpad((1 + {n} / 320 % 22)::text, 3, '0')"
)
ORGANIZATIONS = f"""
INSERT INTO organizations (id, kind, name, region_code, path, created_at)
SELECT id, 'branch', n || '支部', {PLACE.format(n="n")}, id || '.', now()
FROM (SELECT n, lpad(to_hex(n), 32, '0')::uuid id FROM generate_series(1, 14080) n) one
"""
ENTRIES = f"""
INSERT INTO ledger_entries (id, unit, amount, provenance, holder_kind, holder_id, organization_id, region_code,
    source_kind, source_id, revision, rule, served_at, booked_at)
SELECT gen_random_uuid(), unit, CASE unit WHEN 'minutes' THEN 30 + m % 91 ELSE 10 + 5 * (m % 3) END,
    CASE unit WHEN 'minutes' THEN 'entered' END, 'member', lpad(to_hex(m), 32, '0')::uuid,
    lpad(to_hex(1 + m % 14080), 32, '0')::uuid, {PLACE.format(n="m")}, 'service', gen_random_uuid(), 0, NULL,
    date_trunc('quarter', now()) + (m % 50) * interval '1 day', now()
FROM (SELECT 1 + (random() * {{members}})::int m FROM generate_series(1, {{services}})) one,
    unnest(ARRAY['minutes', 'points']) unit
"""
TITLES = (
    "ARRAY['下水道堵塞返味', '楼道灯不亮', '电梯困人', '屋顶漏水', '垃圾堆放没人清理', '老人需要陪同就医', '路面塌陷', "
    "'占用消防通道', '暖气不热', '单元门损坏', '孩子放学没人接', '楼上漏水到厨房']"
)
DEMANDS = (
    f"'number', 'C' || n, 'title', (1 + n % 40) || '号楼' || ({TITLES})[1 + n % 12] || (1 + n % 6) || '单元', "
    f"'region_code', CASE n % 100 WHEN 0 THEN '{COMMUNITY}' ELSE {PLACE.format(n='n')} END"
)
"""One in a hundred lies in one community, which has 2,000."""
HOMES = f"'organization_id', bench_id(1 + n % 14080), 'home_region_code', {PLACE.format(n='n')}"


def show(console: Console, server: Server, scale: float) -> None:
    """Make the city and print what its questions cost in the database."""
    table = Table("a city's figures", "ms or s: median (least–most)", "wanted")
    members, services = int(2_000_000 * scale), int(5_000_000 * scale)
    began = time.monotonic()
    server.run(*FUNCTIONS, REGIONS, ORGANIZATIONS)
    copy(server, "members", asyncio.run(_a_member(server)), members, 0, HOMES)
    copy(server, "demands", asyncio.run(_a_demand(server)), int(200_000 * scale), 0, DEMANDS)
    for done in track(range(0, services, AT_ONCE), "entries", console=console):  # a batch is a transaction
        server.run(ENTRIES.format(members=members, services=min(AT_ONCE, services - done)))
    server.run("VACUUM ANALYZE")
    counts = f"{members:,} members, {2 * services:,} entries, {int(200_000 * scale):,} open demands"
    made = f"{counts} made in {time.monotonic() - began:.0f} s"
    asyncio.run(_measure(server, table))
    table.add_row("620,000 regions loaded, s", f"{_regions(server, max(1000, int(620_000 * scale))):.1f}", "< 60")
    console.print(made, highlight=False)
    console.print(table)


async def _measure(server: Server, table: Table) -> None:
    sessions, engine = engine_sessions(server.settings.model_copy(update=PATIENT))
    async with db.transaction(sessions) as session:
        await _sum_up(session)
    await engine.dispose()
    await as_owner(server, "VACUUM ANALYZE", "ALTER ROLE yihu_app SET log_min_duration_statement = 0")
    sessions, engine = engine_sessions(server.settings)
    period = clock.quarter(clock.now())
    async with sessions() as session:
        for board in (Board.ORGANIZATION, Board.COMMUNITY):
            for place, code in (("community", COMMUNITY), ("district", DISTRICT), ("city", "1101")):
                spent = await time_of(server, partial(queries.top, session, board, period, code, 50))
                table.add_row(f"leaderboard by {board}, {place}, ms", spent, "< 5")
        rows = await queries.top(session, Board.MEMBER, period, "1101", 1000)
        for named, row in (("middling", rows[-1][0]), ("best", rows[0][0])):
            spent = await time_of(server, partial(queries.better, session, row))
            table.add_row(f"own rank in the city, {named} member, ms", spent, "< 10")
        await _matching(server, session, table)
    await engine.dispose()
    await as_owner(server, "ALTER ROLE yihu_app RESET log_min_duration_statement")


async def _matching(server: Server, session: AsyncSession, table: Table) -> None:
    """What a member may claim, whom a demand may be offered to, and what is like another."""
    member = await session.scalar(select(Member.id).where(Member.home_region_code == COMMUNITY).limit(1))
    pool = hot_pool(server.settings)
    await pool.open()
    who = {"account": uuid.UUID(int=1), "member": member, "phone": "13800000000", "now": clock.now()}
    async with pool.line() as line:
        for place, code in (("community", COMMUNITY), ("district", DISTRICT), ("city", "1101")):
            ask = partial(line.rows, hot_queries.OPEN_WINDOW, low=code, high=f"{code}:", **who)
            table.add_row(f"open to a member within reach of the {place}, ms", await time_of(server, ask), "< 20")
    await pool.close()
    demand = (await session.scalars(select(Demand).where(Demand.region_code == COMMUNITY).limit(1))).one()
    rings = [COMMUNITY, COMMUNITY[:9], DISTRICT, "1101"]
    ask_people = partial(matching_queries.people_for, session, demand, rings)
    table.add_row("300 candidates for a demand, ms", await time_of(server, ask_people), "")
    alike = SimilarWanted(title="18号楼下水道堵了", region_code=COMMUNITY)
    ask_alike = partial(similar_queries.similar, session, alike, clock.now(), 20)
    table.add_row("similar among 2,000 of a community of 200,000, ms", await time_of(server, ask_alike), "< 5")


async def _a_demand(server: Server) -> str:
    """One demand that is open to all, for the others to be copied from; answers the id."""
    sessions, engine = engine_sessions(server.settings)
    now = clock.now()
    async with db.transaction(sessions) as session:
        account = Account(id=db.new_id(), created_at=now)
        session.add(account)
        await session.flush()  # who files is there before
        places = dict.fromkeys(("region_code", "handler_region_code", "origin_region_code"), COMMUNITY)
        facts = {
            "title": "一件事",
            "description": "一件事",
            "filed_by": account.id,
            "staff_filed": False,
            "anonymous": False,
        }
        made = filing.new_demand(kind=Kind.REQUEST, category="repair", number="C", **places, **facts)
        made.state, made.mode, made.audience, made.needs_desk = State.DISPATCHED, Mode.OPEN, Audience.MEMBERS, None
        made.due_at = made.alarm_at = made.timer_at = made.due_from = now + timedelta(days=7)
        session.add(made)
    await engine.dispose()
    return str(made.id)


async def _a_member(server: Server) -> str:
    """One member, for the others to be copied from; answers the id."""
    sessions, engine = engine_sessions(server.settings)
    async with db.transaction(sessions) as session:
        await add_many(session, [NewMember(uuid.UUID(int=1), "党员", COMMUNITY, skills=["维修"])])
        model = await session.scalar(select(Member.id))
    await engine.dispose()
    return str(model)


async def _sum_up(session: AsyncSession) -> None:
    """What the follower would have summed up, at once."""
    for table, rows in ((Standing, queries.contributions()), (Rung, summary_queries.rungs_of_standings())):
        names = [column.name for column in table.__table__.columns]
        await session.execute(insert(table).from_select(names, rows))


async def as_owner(server: Server, *statements: str) -> None:
    """Run statements as the owner of the tables."""
    connection = await asyncpg.connect(server.owner())
    for statement in statements:
        await connection.execute(statement, timeout=3600)
    await connection.close()


async def time_of(server: Server, ask: Callable[[], Awaitable[object]]) -> str:
    """Milliseconds that the database says it took, planning included."""
    spent = []
    await ask()
    for _ in range(REPEATS):
        before = len(server.log())
        await ask()
        while not (took := DURATION.findall(server.log()[before:])):
            continue
        spent.append(sum(map(float, took)))
    return f"{statistics.median(spent):.2f} ({min(spent):.2f}–{max(spent):.2f})"


def _regions(server: Server, count: int) -> float:
    """Seconds that `yihu seed regions` takes for a country of so many rows."""
    file = server.data_dir / "regions.csv"
    with file.open("w", encoding="utf-8") as lines:
        lines.write("code,level,name,parent_code\n")
        lines.writelines(_country(count))
    return asyncio.run(_seed(server, file))


def _country(count: int) -> list[str]:
    """Lines of provinces, cities, districts, towns and villages, parents before children."""
    lines: list[str] = []
    shape = (("province", 2, 10, 40), ("city", 2, 1, 15), ("district", 2, 1, 10), ("town", 3, 1, 15))
    above = [("", "")]
    for level, width, first, number in shape:
        below = [(f"{code}{n:0{width}}", code) for code, _ in above for n in range(first, first + number)]
        lines += [f"{code},{level},{code}地,{parent}\n" for code, parent in below]
        above = below
    each = max(1, (count - len(lines)) // len(above) + 1)
    villages = (f"{code}{n:03},village,{n}村,{code}\n" for code, _ in above for n in range(1, each + 1))
    return [*lines, *villages][:count]


async def _seed(server: Server, file: Path) -> float:
    sessions, engine = engine_sessions(server.settings.model_copy(update=PATIENT))
    began = time.monotonic()
    async with db.transaction(sessions) as session:
        report = await seeding.seed(session, reading.read_file(file))
    await engine.dispose()
    if report.refused:
        raise SystemExit(f"{len(report.refused)} lines were refused: {report.refused[0]}")
    return time.monotonic() - began
