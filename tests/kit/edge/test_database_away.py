"""The database goes away and comes back while the app runs."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from app.kit import migrate
from app.kit.postgres import EmbeddedPostgres
from app.main import create_app
from app.settings import Settings
from tests.client import Client, refusal
from tests.kit.edge.scratch import Owner, running


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # short, for the socket
        Path(name).chmod(0o711)
        database = EmbeddedPostgres(Path(name) / "data", fsync=False)
        database.start()
        yield database
        database.stop()


@pytest.fixture
async def client(postgres: EmbeddedPostgres, settings: Settings) -> AsyncIterator[Client]:
    """A client of an app on that database."""
    own = {"database_url": postgres.url("app"), "owner_database_url": postgres.url("owner")}
    await asyncio.to_thread(migrate.upgrade, own["owner_database_url"], "yihu_app")
    async with running(create_app(settings.model_copy(update=own))) as started:
        yield started


async def test_while_the_database_is_away_everything_is_refused_quickly(
    postgres: EmbeddedPostgres, client: Client
) -> None:
    assert (await client.get("/readyz")).status_code == 200
    alice = await client.signed_in("alice")
    postgres.stop()
    clock = asyncio.get_running_loop().time
    for _ in range(2):
        for who, path in ((alice, "/me"), (client, "/demand-categories"), (client, "/readyz")):
            began = clock()
            answer = await who.get(path)
            assert refusal(answer) == (503, "unavailable")
            assert answer.headers["Retry-After"] == "1"
            assert clock() - began < 0.3
        assert (await client.get("/healthz")).status_code == 200
    postgres.start()
    assert (await alice.get("/me")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_restarts_between_two_requests_is_not_noticed(
    postgres: EmbeddedPostgres, client: Client
) -> None:
    alice = await client.signed_in("alice")
    await asyncio.gather(*(alice.get("/me") for _ in range(8)))
    postgres.stop()
    postgres.start()
    answers = await asyncio.gather(*(alice.get("/me") for _ in range(16)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_database_without_our_tables_is_not_ready(postgres: EmbeddedPostgres, settings: Settings) -> None:
    own = {"database_url": postgres.url("app"), "owner_database_url": postgres.url("owner")}
    async with running(create_app(settings.model_copy(update=own))) as client:
        assert refusal(await client.get("/readyz")) == (503, "unavailable")
        assert (await client.get("/healthz")).status_code == 200


async def test_a_database_whose_tables_are_older_than_the_code_is_not_ready(
    postgres: EmbeddedPostgres, settings: Settings, client: Client
) -> None:
    owner = Owner(settings.model_copy(update={"owner_database_url": postgres.url("owner")}))
    await owner.run("UPDATE alembic_version SET version_num = '2026_01_01_older'")
    assert refusal(await client.get("/readyz")) == (503, "unavailable")


async def test_the_version_says_what_is_running(client: Client) -> None:
    answer = (await client.get("/version")).json()
    assert answer["migration"] == migrate.newest() != ""
    assert answer["version"] == version("yihu")
