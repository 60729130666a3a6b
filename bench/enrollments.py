"""Two million enrollments of a city; what the table of who stands where costs."""

import asyncio
import time
from datetime import timedelta
from functools import partial

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from app.enrollments import statistics_queries as queries
from app.enrollments.models import EnrollmentBalance
from app.enrollments.statistics_schemas import Grouping
from app.kit import clock, db
from app.main import engine_sessions
from bench.city import COMMUNITY, DISTRICT, ORGANIZATIONS, PATIENT, PLACE, REGIONS, as_owner, time_of
from bench.server import Server

ACCOUNT = "INSERT INTO accounts (id, created_at) VALUES (lpad('1', 32, '0')::uuid, now())"
ENROLLMENTS = f"""
INSERT INTO enrollments (id, number, organization_id, unit_kind, member_id, kind, head_count, region_code, is_primary,
    designated, state, requested_at, requested_by, confirmed_at, ended_at)
SELECT gen_random_uuid(), n::text, lpad(to_hex(1 + n % 14080), 32, '0')::uuid,
    (ARRAY['department', 'enterprise', 'institution', 'university', 'branch', 'state_enterprise', 'local_unit',
        'social_organization'])[1 + (random() * 7)::int],
    CASE WHEN n > 14080 THEN lpad(to_hex(n), 32, '0')::uuid END,
    CASE WHEN n > 14080 THEN (ARRAY['in_service', 'in_service', 'in_service', 'retired', 'mobile', 'applicant']
        )[1 + (random() * 5)::int] END,
    CASE WHEN n <= 14080 AND n % 10 = 0 THEN 30 END, {PLACE.format(n="n")}, true, false,
    CASE WHEN n % 10 = 1 THEN 'ended' ELSE 'confirmed' END, came, lpad('1', 32, '0')::uuid, came,
    CASE WHEN n % 10 = 1 THEN came + random() * (now() - came) END
FROM (SELECT n, now() - random() * interval '180 days' came FROM generate_series(1, {{count}}) n) one
"""
UNCHECKED, CHECKED = "SET session_replication_role = replica", "SET session_replication_role = origin"
"""No member stands behind the rows: two million would only be looked up."""
PLACES = (("community", COMMUNITY, 5), ("district", DISTRICT, 50), ("city", "1101", 300))
PAST = 30
"""Days ago."""


def show(console: Console, server: Server, scale: float) -> None:
    """Make the enrollments and print what each table costs in the database."""
    table = Table("报到动态统计表", "ms: median (least–most)", "wanted")
    count, began = int(2_000_000 * scale), time.monotonic()
    made = ENROLLMENTS.format(count=count)
    server.run(REGIONS, ORGANIZATIONS, ACCOUNT, UNCHECKED, made, CHECKED, "VACUUM ANALYZE")
    console.print(f"{count:,} enrollments made in {time.monotonic() - began:.0f} s", highlight=False)
    asyncio.run(_measure(server, table))
    console.print(table)


async def _measure(server: Server, table: Table) -> None:
    today = clock.today()
    sessions, engine = engine_sessions(server.settings.model_copy(update=PATIENT))
    names = [column.name for column in EnrollmentBalance.__table__.columns]
    for back in (PAST + 1, 1):
        async with db.transaction(sessions) as session:
            day = today - timedelta(days=back)
            await session.execute(insert(EnrollmentBalance).from_select(names, queries.balance_of(day)))
    await engine.dispose()
    await as_owner(server, "VACUUM ANALYZE", "ALTER ROLE yihu_app SET log_min_duration_statement = 0")
    sessions, engine = engine_sessions(server.settings)
    async with sessions() as session:
        for name, code, wanted in PLACES:
            for said, on in (("today", today), (f"{PAST} days ago", today - timedelta(days=PAST))):
                ask = partial(queries.counted, session, code, on, [Grouping.REGION, Grouping.UNIT_KIND])
                table.add_row(f"{name}, {said}", await time_of(server, ask), f"< {wanted}")
    await engine.dispose()
    await as_owner(server, "ALTER ROLE yihu_app RESET log_min_duration_statement")
