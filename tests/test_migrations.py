"""Migrations make exactly what the models say, both ways, and two at once do it once."""

import asyncio
import sys

import asyncpg
from alembic import command

from app.kit import migrate
from app.settings import Settings

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


async def test_of_two_upgrades_at_once_the_second_waits_and_does_nothing(committing: Settings) -> None:
    url = str(committing.owner_database_url)
    await asyncio.to_thread(command.downgrade, migrate.config(url, "yihu_app"), "base")
    upgrade = f"from app.kit import migrate; migrate.upgrade({url!r}, 'yihu_app')"
    two = [await asyncio.create_subprocess_exec(sys.executable, "-c", upgrade) for _ in range(2)]
    assert [await one.wait() for one in two] == [0, 0]
    assert await tables(committing) > 20
