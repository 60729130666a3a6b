"""A real PostgreSQL for every test: rolled back after each, or a database of its own where commits count."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx2
import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.kit import clock, db, log, migrate
from app.kit.crypto import Keyring
from app.kit.postgres import EmbeddedPostgres
from app.main import create_app
from app.settings import Settings
from tests.client import Client

log.configure(output="json", level="info")
hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)  # how long is the machine's
hypothesis.settings.load_profile("unhurried")

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
"""Where databases are copied in a tenth of the time, and from how many free bytes on."""
TEMPLATE = "yihu_template"
UNHURRIED_MS = 30_000
"""How long a test waits for a connection: that a machine is busy is no fault of ours."""
SECRET = "a secret for tests only, 0123456789"
KEYRING = Keyring(SECRET)


EMBEDDED = ("test_postgres", "test_pgplace", "test_supervisor", "test_tour", "test_kill", "test_commands", "test_bench")
"""Modules that start the embedded PostgreSQL themselves, through the programs they test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a second run on another server leaves out: what cannot run there, and what never asks a server."""
    for item in items:
        if "server" not in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.serverless)
        if item.path.stem in EMBEDDED and item.path.parent.name in ("tests", "kit"):
            item.add_marker(pytest.mark.embedded)


class Server:
    """The PostgreSQL under test: `YIHU_TEST_DATABASE_URL` (a superuser's), or the embedded one."""

    def __init__(self, owner_url: str, app_url: str) -> None:
        self.owner_url, self.app_url = owner_url, app_url

    def url(self, role: str, database: str) -> str:
        """The address of one of its databases."""
        base = make_url(self.owner_url if role == "owner" else self.app_url)
        return base.set(database=database).render_as_string(hide_password=False)

    async def run(self, statement: str) -> None:
        """Run one statement that stands outside of any transaction."""
        connection = await asyncpg.connect(self.url("owner", "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def copy(self, name: str) -> None:
        """Make a database like the template: file by file, since page by page takes ten times as long."""
        await self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server, with a template database that holds the whole schema."""
    if given := os.environ.get("YIHU_TEST_DATABASE_URL"):
        found = Server(given, given)
        app_url = make_url(given).set(username="yihu_app", password="yihu_app")
        found.app_url = app_url.render_as_string(hide_password=False)
        asyncio.run(_make_app_role(found))
        yield _prepared(found)
        return
    folder = Path(tempfile.mkdtemp(prefix="yihu-tests-", dir=_roomy()))
    folder.chmod(0o755)  # as root the database runs as somebody else
    postgres = EmbeddedPostgres(folder, fsync=False)
    postgres.start()
    try:
        yield _prepared(Server(postgres.url("owner"), postgres.url("app")))
    finally:
        postgres.stop()
        shutil.rmtree(folder)


def _roomy() -> str:
    """Memory where there is room in it, else the disk."""
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else "/tmp"


async def _make_app_role(server: Server) -> None:
    await server.run(
        "DO $$ BEGIN CREATE ROLE yihu_app LOGIN PASSWORD 'yihu_app'; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )


def _prepared(server: Server) -> Server:
    asyncio.run(server.run(f"DROP DATABASE IF EXISTS {TEMPLATE}"))
    asyncio.run(server.run(f"CREATE DATABASE {TEMPLATE}"))
    migrate.upgrade(server.url("owner", TEMPLATE), "yihu_app")
    return server


async def copy_of_template(server: Server) -> AsyncIterator[str]:
    name = f"yihu_{secrets.token_hex(6)}"
    await server.copy(name)
    yield name
    await server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
async def shared_database(server: Server) -> AsyncIterator[str]:
    """One database for all tests that roll back."""
    async for name in copy_of_template(server):
        yield name


@pytest.fixture(scope="session")
async def engine(server: Server, shared_database: str) -> AsyncIterator[AsyncEngine]:
    """Connections of the app role to the shared database."""
    made = db.connect(server.url("app", shared_database), pool_size=4, keyring=KEYRING, pool_timeout_ms=UNHURRIED_MS)
    yield made
    await made.dispose()


@pytest.fixture
async def sessions(engine: AsyncEngine) -> AsyncIterator[db.Sessions]:
    """Sessions of one transaction that is rolled back when the test ends; their commits are savepoints."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        await outer.rollback()


@pytest.fixture
async def session(sessions: db.Sessions) -> AsyncIterator[AsyncSession]:
    """One session of that transaction, to arrange and to look."""
    async with sessions() as one:
        yield one


@pytest.fixture
def settings(server: Server, shared_database: str, tmp_path: Path) -> Settings:
    """Settings as in development, on the shared database."""
    return settings_on(server, shared_database, tmp_path)


def settings_on(server: Server, database: str, folder: Path) -> Settings:
    return Settings(
        database_url=server.url("app", database),
        owner_database_url=server.url("owner", database),
        data_dir=folder,
        secret_key=SECRET,
        clock_file=folder / "clock",
        log_level="warning",
        pool_timeout_ms=UNHURRIED_MS,
        requests_per_minute=0,  # all of a test's people come from one address
    )


@pytest.fixture
async def application(settings: Settings, sessions: db.Sessions) -> AsyncIterator[FastAPI]:
    """The app itself, inside the test's transaction."""
    made = create_app(settings, sessions)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[Client]:
    """A client that nobody has signed in with."""
    transport = httpx2.ASGITransport(application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http:
        yield Client(http)


@pytest.fixture
async def committing(server: Server, tmp_path: Path) -> AsyncIterator[Settings]:
    """Settings of a database of its own, for races, workers and whatever needs real commits."""
    async for name in copy_of_template(server):
        yield settings_on(server, name, tmp_path)


@pytest.fixture
async def committed_sessions(committing: Settings) -> AsyncIterator[db.Sessions]:
    """Sessions of the app role on that database."""
    made = db.connect(str(committing.database_url), pool_size=16, keyring=KEYRING, pool_timeout_ms=UNHURRIED_MS)
    yield db.sessions(made)
    await made.dispose()


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    """Whatever a test does to the clock ends with it."""
    yield
    clock.follow(None)
