"""Nobody rewrites the ledger or the event log: grants stop the app role, a trigger stops the owner."""

import asyncpg  # type: ignore[import-untyped]
import pytest

from app.kit.db import Sessions, transaction
from app.settings import Settings
from tests.ledger.services import a_branch_member, as_member, serve

REWRITES = (
    "UPDATE ledger_entries SET amount = 1",
    "DELETE FROM ledger_entries",
    "TRUNCATE ledger_entries",
    "UPDATE events SET kind = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
)
CONTENT = "SELECT md5(string_agg(e::text, '' ORDER BY e.id)) FROM {} e"


async def attempt(url: str | None, statement: str) -> str:
    """What the database says to a statement of a role."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError as refused:
        return str(refused)
    finally:
        await connection.close()
    return "done"


async def fingerprints(settings: Settings) -> list[str]:
    connection = await asyncpg.connect(settings.owner_database_url)
    try:
        return [await connection.fetchval(CONTENT.format(table)) for table in ("ledger_entries", "events")]
    finally:
        await connection.close()


@pytest.fixture
async def written(committing: Settings, committed_sessions: Sessions) -> list[str]:
    """The fingerprints of a ledger and an event log that hold something."""
    async with transaction(committed_sessions) as session:
        await serve(session, as_member(await a_branch_member(session)))
    found = await fingerprints(committing)
    assert all(found)
    return found


async def test_the_app_role_may_not_rewrite(committing: Settings, written: list[str]) -> None:
    for statement in REWRITES:
        assert "permission denied" in await attempt(committing.database_url, statement), statement
    assert await fingerprints(committing) == written


async def test_the_owner_is_stopped_by_the_trigger(committing: Settings, written: list[str]) -> None:
    for statement in REWRITES:
        assert "is append-only" in await attempt(committing.owner_database_url, statement), statement
    assert await fingerprints(committing) == written
