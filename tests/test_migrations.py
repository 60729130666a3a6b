"""Migrations make exactly what the models say, both ways, and two at once do it once."""

import asyncio
import sys

import asyncpg
from alembic import command
from sqlalchemy import select

from app.access import queries as access
from app.access.models import Account
from app.demands.models import Demand, Note
from app.kit import db, migrate
from app.kit.sealing import begins, finds
from app.members.models import Member
from app.settings import Settings
from tests.conftest import KEYRING

PLANTED = (
    "INSERT INTO regions (code, level, name) VALUES ('1', 'community', 'x')",
    "INSERT INTO organizations (id, kind, name, region_code, path, created_at) "
    "VALUES (gen_random_uuid(), 'branch', 'x', '1', 'x', now())",
    "INSERT INTO accounts (id, nickname, phone, created_at) SELECT gen_random_uuid(), '秘密' || n, "
    "'1380000' || lpad(n::text, 4, '0'), now() FROM generate_series(1, 2100) n",
    "INSERT INTO identities (id, account_id, provider, app_id, subject) "
    "SELECT gen_random_uuid(), id, 'wechat', 'wx', nickname FROM accounts",
    "INSERT INTO members (id, organization_id, name, phone, home_region_code, skills, created_at) "
    "SELECT gen_random_uuid(), id, '秘密王建国', '13800000001', '1', '{}', now() FROM organizations",
    "INSERT INTO demands (id, number, kind, category, title, description, region_code, origin_region_code, "
    "handler_region_code, lng, lat, coord_type, anonymous, filed_by, staff_filed, on_behalf_phone, state, round, "
    "slots, claimed, skills, due_at, filed_at, moved_at, needs_desk, dissatisfied) SELECT gen_random_uuid(), '1', "
    "'request', 'other', 'x', '秘密的事', '1', '1', '1', 98.27, -39.8, 'wgs84', false, id, false, '13800000002', "
    "'filed', 1, 1, 0, '{}', now(), now(), now(), 'new', false FROM accounts LIMIT 1",
    "INSERT INTO notes (id, demand_id, kind, text, author, written_at) "
    "SELECT gen_random_uuid(), id, 'message', '秘密的话', filed_by, now() FROM demands",
)
"""Rows as they were before personal columns were sealed."""
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


async def tables(settings: Settings) -> int:
    """How many tables of ours there are."""
    connection = await asyncpg.connect(settings.owner_database_url)
    try:
        found: int = await connection.fetchval(TABLES)
    finally:
        await connection.close()
    return found


async def test_migrations_make_what_the_models_say(committing: Settings) -> None:
    await asyncio.to_thread(command.check, migrate.config(str(committing.owner_database_url), "yihu_app"))


async def test_they_go_back_to_nothing_and_forth_again(committing: Settings) -> None:
    config = migrate.config(str(committing.owner_database_url), "yihu_app")
    await asyncio.to_thread(command.downgrade, config, "base")
    assert await tables(committing) == 0
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await tables(committing) > 20


async def test_rows_that_are_there_are_sealed_and_nothing_readable_is_left(committing: Settings) -> None:
    url = str(committing.owner_database_url)
    config = migrate.config(url, "yihu_app", KEYRING)
    await asyncio.to_thread(command.downgrade, config, "2026_11_22_spine")
    connection = await asyncpg.connect(url)
    for statement in PLANTED:
        await connection.execute(statement)
    try:
        await asyncio.to_thread(command.upgrade, config, "head")
        await connection.execute("CHECKPOINT")
        for table in ("accounts", "identities", "members", "demands", "notes"):
            file = await connection.fetchval(f"SELECT pg_read_binary_file(pg_relation_filepath('{table}'))")
            assert len(file) > 1_000
            assert not any(plain.encode() in file for plain in ("秘密", "1380000", "98.27")), table
        await _read_as_the_app(committing)
        await asyncio.to_thread(command.downgrade, config, "2026_11_22_spine")
        restored = await connection.fetchrow(
            "SELECT description, lng, lat, on_behalf_phone FROM demands JOIN accounts ON accounts.id = filed_by"
        )
        assert tuple(restored or ()) == ("秘密的事", 98.27, -39.8, "13800000002")
    finally:
        await connection.close()


async def _read_as_the_app(settings: Settings) -> None:
    engine = db.connect(str(settings.database_url), pool_size=1, keyring=KEYRING)
    async with db.sessions(engine)() as session:
        found = await session.scalars(select(Account).where(finds(Account.phone_index, "13800000777")))
        assert [one.nickname for one in found] == ["秘密777"]
        known = await access.account_of_identity(session, "wechat", "wx", "秘密777")
        assert known is not None
        assert known.phone == "13800000777"
        named = await session.scalars(select(Member.phone).where(begins(Member.name_prefixes, "秘密王")))
        assert list(named) == ["13800000001"]
        demand = (await session.scalars(select(Demand))).one()
        assert (demand.lng, demand.lat, demand.address) == (98.27, -39.8, None)
        assert (await session.scalars(select(Note.text))).one() == "秘密的话"
    await engine.dispose()


PLACED = (
    *PLANTED[:3],
    "INSERT INTO demands (id, number, kind, category, title, description, region_code, origin_region_code, "
    "handler_region_code, lng, lat, coord_type, anonymous, filed_by, staff_filed, state, round, slots, claimed, "
    "skills, due_at, filed_at, moved_at, needs_desk, dissatisfied) "
    "SELECT gen_random_uuid(), nickname, 'request', 'other', '12号楼漏水', 'x', '1', '1', '1', {}, false, id, false, "
    "'filed', 1, 1, 0, '{{}}', now(), now(), now(), 'new', false FROM accounts",
)
"""More demands than one portion of the conversion takes, at a place that is to be filled in."""


async def test_places_that_are_there_are_converted_and_titles_cut_into_tokens(committing: Settings) -> None:
    url = str(committing.owner_database_url)
    config = migrate.config(url, "yihu_app", KEYRING)
    await asyncio.to_thread(command.downgrade, config, "2026_11_24_1330_rungs")
    connection = await asyncpg.connect(url)
    *others, demands = PLACED
    try:
        for statement in others:
            await connection.execute(statement)
        await connection.execute(demands.format("116.410244, 39.919404, 'gcj02'"))
        some = "UPDATE demands SET {} WHERE id IN (SELECT id FROM demands WHERE lng IS NOT NULL ORDER BY id LIMIT {})"
        await connection.execute(some.format("lng = NULL, lat = NULL, coord_type = NULL", 3))
        await connection.execute(some.format("coord_type = 'wgs84'", 1))
        await asyncio.to_thread(command.upgrade, config, "2026_11_24_1331_places")
        kept = "SELECT coord_type, round(lng::numeric, 3), round(lat::numeric, 3), cell_lng, cell_lat, count(*)"
        grouped = f"{kept} FROM demands GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC"
        assert [(row[0], *map(float, row[1:3]), *row[3:]) for row in await connection.fetch(grouped) if row[0]] == [
            ("gcj02", 116.404, 39.918, 116.4, 39.92, 2096),
            ("wgs84", 116.41, 39.919, 116.41, 39.92, 1),
        ]
        assert await connection.fetchval("SELECT count(*) FROM demands WHERE lng IS NULL AND cell_lng IS NULL") == 3
        assert await connection.fetchval("SELECT DISTINCT tokens FROM demands") == ["112号楼", "1漏水"]
        await asyncio.to_thread(command.downgrade, config, "2026_11_24_1330_rungs")
        back = await connection.fetch("SELECT DISTINCT round(lng::numeric, 5), round(lat::numeric, 5) FROM demands")
        assert [tuple(map(float, row)) for row in back if row[0]] == [(116.41024, 39.9194)]
    finally:
        await connection.close()


ENDED = (
    PLANTED[0],
    "INSERT INTO accounts (id, created_at) SELECT gen_random_uuid(), now() FROM generate_series(1, 2)",
    "INSERT INTO demands (id, number, kind, category, title, description, region_code, origin_region_code, "
    "handler_region_code, anonymous, filed_by, staff_filed, state, round, slots, claimed, skills, due_at, due_from, "
    "filed_at, moved_at, cause, dissatisfied, reopens, joins) SELECT gen_random_uuid(), id, 'request', 'other', "
    "'x', 'x'::bytea, '1', '1', '1', false, id, false, 'rejected', 1, 1, 0, '{}', now(), now(), now(), now(), 'other', "
    "false, 0, 0 FROM accounts",
    "INSERT INTO appeals (id, subject_kind, subject_id, demand_id, region_code, reason, state, filed_by, filed_at, "
    "due_at, ended_at) SELECT gen_random_uuid(), what, id, id, '1', 'x'::bytea, 'refused', filed_by, at, at, at "
    "FROM (SELECT * FROM demands ORDER BY number LIMIT 1) d, (VALUES ('rejection', timestamptz '2026-11-01 12:00'), "
    "('rejection', '2026-11-03 12:00'), ('hours', '2026-11-05 12:00')) a (what, at)",
)
"""Two rejected demands, of which one was appealed twice, and its hours once more."""


async def test_that_an_ending_was_appealed_is_known_of_demands_that_are_there(committing: Settings) -> None:
    url = str(committing.owner_database_url)
    config = migrate.config(url, "yihu_app", KEYRING)
    await asyncio.to_thread(command.downgrade, config, "2026_11_24_1806_matters")
    connection = await asyncpg.connect(url)
    try:
        for statement in ENDED:
            await connection.execute(statement)
        await asyncio.to_thread(command.upgrade, config, "head")
        found = await connection.fetch("SELECT appealed_at::date::text FROM demands ORDER BY number")
        assert [row[0] for row in found] == ["2026-11-03", None]
    finally:
        await connection.close()


async def test_of_two_upgrades_at_once_the_second_waits_and_does_nothing(committing: Settings) -> None:
    url = str(committing.owner_database_url)
    await asyncio.to_thread(command.downgrade, migrate.config(url, "yihu_app"), "base")
    upgrade = f"from app.kit import migrate; migrate.upgrade({url!r}, 'yihu_app')"
    two = [await asyncio.create_subprocess_exec(sys.executable, "-c", upgrade) for _ in range(2)]
    assert [await one.wait() for one in two] == [0, 0]
    assert await tables(committing) > 20
