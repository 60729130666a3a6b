"""Runs migrations one at a time under limits, then grants the app role what the app may do."""

import asyncio

from alembic import context
from sqlalchemy import URL, Connection, inspect, make_url, pool, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

import app.main  # noqa: F401 - brings in every model
from app.kit.db import Base
from app.kit.events import Xid8
from app.settings import Settings, app_role, database_url

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
ischema_names["xid8"] = Xid8  # SQLAlchemy does not know it, and `alembic check` would not see a change of it
ADVISORY_LOCK = 6220_4131


def url() -> URL:
    """The owner's database, from whoever called or from the settings."""
    given = context.config.attributes.get("url")
    return given or make_url(database_url(Settings(), "owner")).set(drivername="postgresql+asyncpg")


def grant(connection: Connection, role: str) -> None:
    """Give the app role every table, but no way to rewrite an append-only one."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT {EVERYTHING} ON ALL TABLES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    present = set(inspect(connection).get_table_names())
    if "alembic_version" in present:
        connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}"))
    for table in Base.metadata.sorted_tables:
        if table.info.get("append_only") and table.name in present:
            connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table.name} FROM {quoted}"))


def run(connection: Connection) -> None:
    """Migrate, holding a lock so that two deployments never do it at once."""
    connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
        role = context.config.attributes.get("app_role") or app_role(Settings())
        owner = connection.execute(text("SELECT current_user")).scalar_one()
        if role != owner:
            grant(connection, role)


async def main() -> None:
    """Connect as the owner and migrate."""
    engine = create_async_engine(url(), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
