"""One database with the demo in it, for all tests that look at it."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.demo import seeding
from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.conftest import KEYRING, SECRET, Server

DATABASE = "yihu_demo"


def no_report(_doing: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A database that was filled once, and how long that took."""

    sessions: db.Sessions
    settings: Settings
    seconds: float
    told: list[tuple[str, int, int]]
    """What was reported on the way."""


@pytest.fixture(scope="package")
async def demo(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo's database; what the tests add to it stays until the last of them."""
    await server.run(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await server.copy(DATABASE)
    settings = _settings(server, tmp_path_factory.mktemp("demo"))
    engine = db.connect(str(settings.database_url), pool_size=4, keyring=KEYRING)
    sessions, told = db.sessions(engine), list[tuple[str, int, int]]()
    began = time.monotonic()
    async with db.transaction(sessions) as session:
        assert await seeding.seed(session, lambda *step: told.append(step))
    yield Demo(sessions, settings, time.monotonic() - began, told)
    await engine.dispose()
    await server.run(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _settings(server: Server, folder: Path) -> Settings:
    return Settings(
        database_url=server.url("app", DATABASE),
        owner_database_url=server.url("owner", DATABASE),
        data_dir=folder,
        secret_key=SECRET,
        log_level="warning",
        requests_per_minute=0,  # the tour's people come from one address
    )


@pytest.fixture
async def session(demo: Demo) -> AsyncIterator[AsyncSession]:
    """A look into the demo's database."""
    async with demo.sessions() as one:
        yield one


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[Client]:
    """The app on the demo's database."""
    application = create_app(demo.settings)
    async with application.router.lifespan_context(application):
        transport = httpx2.ASGITransport(application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http:
            yield Client(http)
