"""Nobody rewrites the ledger or the event log: grants stop the app role, a trigger stops the owner."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit import db
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


async def ask(url: str | None, statement: str) -> str:
    """What the database answers to a statement of a role, or why it refuses."""
    engine = db.connect(url or "", pool_size=1)
    try:
        async with engine.begin() as connection:
            answer = await connection.execute(text(statement))
            return str(answer.scalar()) if answer.returns_rows else "done"
    except DBAPIError as refused:
        return str(refused.orig)
    finally:
        await engine.dispose()


async def fingerprints(settings: Settings) -> list[str]:
    """A sum over every row of both tables."""
    content = "SELECT md5(string_agg(row::text, '' ORDER BY row.id)) FROM {} AS row"
    return [await ask(settings.owner_database_url, content.format(table)) for table in ("ledger_entries", "events")]


@pytest.fixture
async def written(committing: Settings, committed_sessions: Sessions) -> list[str]:
    """The fingerprints of a ledger and an event log that hold something."""
    async with transaction(committed_sessions) as session:
        await serve(session, as_member(await a_branch_member(session)))
    found = await fingerprints(committing)
    assert all(len(one) == 32 for one in found)
    return found


async def test_the_app_role_may_not_rewrite(committing: Settings, written: list[str]) -> None:
    for statement in REWRITES:
        assert "permission denied" in await ask(committing.database_url, statement), statement
    assert await fingerprints(committing) == written


async def test_the_owner_is_stopped_by_the_trigger(committing: Settings, written: list[str]) -> None:
    for statement in REWRITES:
        assert "is append-only" in await ask(committing.owner_database_url, statement), statement
    assert await fingerprints(committing) == written
