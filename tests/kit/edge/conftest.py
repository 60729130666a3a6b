"""One database for all tests of the edge, with the scratch table made anew for each, and the app on it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from app.settings import Settings
from tests.client import Client
from tests.conftest import Server, copy_of_template
from tests.kit.edge.scratch import RESET, TABLE, Owner, running, scratch_app


@pytest.fixture(scope="package")
async def edge_database(server: Server) -> AsyncIterator[str]:
    """A database in which requests really commit."""
    async for name in copy_of_template(server):
        yield name


@pytest.fixture
def committing(server: Server, edge_database: str, settings: Settings) -> Settings:
    """Settings of that database."""
    return settings.model_copy(
        update={
            "database_url": server.url("app", edge_database),
            "owner_database_url": server.url("owner", edge_database),
        }
    )


@pytest.fixture
async def owner(committing: Settings) -> Owner:
    """The owner of the database, which has an empty scratch table."""
    made = Owner(committing)
    await made.run(*RESET, TABLE)
    return made


@pytest.fixture
async def scratch(committing: Settings, owner: Owner) -> FastAPI:
    """The app with the scratch routes."""
    return scratch_app(committing)


@pytest.fixture
async def nobody(scratch: FastAPI) -> AsyncIterator[Client]:
    """A client of that app that nobody has signed in with."""
    async with running(scratch) as client:
        yield client


@pytest.fixture
async def alice(nobody: Client) -> Client:
    """The same connection, signed in."""
    return await nobody.signed_in("alice")
