"""One stage for all authorization tests."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from app.main import create_app
from app.settings import Settings
from tests.authorization.stage import Stage, a_stage
from tests.client import Client
from tests.conftest import SECRET, Server


@pytest.fixture(scope="package")
async def stage(
    server: Server, shared_database: str, engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """Everybody and everything, in a transaction that is rolled back at the end."""
    settings = Settings(
        database_url=server.url("app", shared_database),
        data_dir=tmp_path_factory.mktemp("authorization"),
        secret_key=SECRET,
        log_level="warning",
        requests_per_minute=0,  # all roles come from one address
    )
    async with engine.connect() as connection:
        outer = await connection.begin()
        sessions = async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        application = create_app(settings, sessions)
        transport = httpx2.ASGITransport(application)
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        ):
            yield await a_stage(connection, sessions, Client(http))
        await outer.rollback()
