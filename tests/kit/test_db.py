"""The engine keeps its limits, also where the server does not, and errors tell what they mean."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kit import db
from app.settings import Settings
from tests.wire import Wire

PHONE = "13800000009"
LIMITS = {"statement_timeout": "300", "lock_timeout": "200"}


@pytest.fixture
def url(settings: Settings) -> str:
    return str(settings.database_url)


@asynccontextmanager
async def connected(url: str, **how: object) -> AsyncIterator[db.Sessions]:
    """Sessions of an engine of their own."""
    engine = db.connect(url, **{"pool_size": 1, **how})  # type: ignore[arg-type]
    try:
        yield db.sessions(engine)
    finally:
        await engine.dispose()


async def failure(make: db.Sessions, statement: str, **parameters: object) -> DBAPIError:
    """How a statement fails."""
    async with make() as session:
        with pytest.raises(DBAPIError) as raised:
            await session.execute(text(statement), parameters)
    return raised.value


async def test_every_session_has_the_limits(url: str) -> None:
    async with connected(url, **LIMITS) as make, make() as session:
        shown = [await session.scalar(text(f"SHOW {name}")) for name in (*LIMITS, "jit")]
    assert shown == ["300ms", "200ms", "off"]


async def test_an_error_does_not_quote_what_was_sent(url: str) -> None:
    async with connected(url) as make:
        error = await failure(make, "SELECT * FROM nowhere WHERE phone = :phone", phone=PHONE)
    assert PHONE not in str(error)


@pytest.mark.parametrize(
    ("statement", "state", "passes"),
    [
        ("SELECT pg_sleep(5)", "57014", True),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "08003", True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$", "40001", True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$", "40P01", True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53300'; END $$", "53300", True),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", "53100", True),
        ("SELECT 1/0", "22012", False),
        ("SELECT * FROM nowhere", "42P01", False),
    ],
)
async def test_an_error_says_whether_it_may_pass(url: str, statement: str, state: str, passes: bool) -> None:
    async with connected(url, **LIMITS) as make:
        error = await failure(make, statement)
    assert db.sqlstate(error) == state
    assert db.may_pass(error) is passes


async def test_a_value_of_the_wrong_type_is_a_fault_of_ours_and_does_not_pass(url: str) -> None:
    async with connected(url) as make:
        error = await failure(make, "SELECT CAST(:number AS int)", number="five")
    assert not db.may_pass(error)


async def test_a_violated_constraint_has_its_name(url: str) -> None:
    region = "INSERT INTO regions (code, level, name) VALUES ('1', 'community', 'x'), ('1', 'community', 'y')"
    async with connected(url) as make:
        error = await failure(make, region)
    assert db.sqlstate(error) == "23505"
    assert db.violated(error) == "pk_regions"
    assert db.violated(ValueError()) is None
    assert db.sqlstate(ValueError()) is None


async def write_and_fail(make: db.Sessions) -> None:
    region = "INSERT INTO regions (code, level, name) VALUES ('1', 'community', 'x')"
    async with db.transaction(make) as session:
        await session.execute(text(region))
        raise RuntimeError


async def test_a_block_that_raises_leaves_nothing(url: str) -> None:
    async with connected(url) as make:
        with pytest.raises(RuntimeError):
            await write_and_fail(make)
        async with make() as session:
            assert await session.scalar(text("SELECT count(*) FROM regions")) == 0


async def test_waiting_for_a_connection_ends(url: str) -> None:
    async with connected(url, pool_timeout_ms=200) as make, make() as first:
        await first.scalar(text("SELECT 1"))
        async with make() as second:
            with pytest.raises(PoolTimeout):
                await second.scalar(text("SELECT 1"))


def test_ids_are_in_the_order_of_making() -> None:
    ids = [db.new_id() for _ in range(10_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {made.version for made in ids} == {7}
    assert isinstance(ids[0], uuid.UUID)


class SilentLine:
    """A socket that passes on to PostgreSQL until it falls silent, as a network does that was cut."""

    def __init__(self, url: str, folder: str) -> None:
        asked = make_url(url)
        host, port = str(asked.query["host"]), asked.query.get("port", 5432)
        self.target = f"{host}/.s.PGSQL.{port}"
        self.folder, self.port = folder, port
        self.url = asked.update_query_dict({"host": folder}).render_as_string(hide_password=False)
        self.passing = asyncio.Event()
        self.passing.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        async with await asyncio.start_unix_server(self._connect, f"{self.folder}/.s.PGSQL.{self.port}"):
            yield

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self.target)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(65_536):
                await self.passing.wait()
                sink.write(data)
            sink.close()

        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer), return_exceptions=True)


@pytest.fixture
def line(url: str) -> Iterator[SilentLine]:
    if not str(make_url(url).query.get("host", "")).startswith("/"):
        pytest.skip("the server under test is not reached through a socket file")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # short, for the socket
        Path(folder).chmod(0o700)
        yield SilentLine(url, folder)


async def test_a_server_that_falls_silent_is_given_up(line: SilentLine) -> None:
    async with line.open(), connected(line.url, **LIMITS) as make, make() as session:
        await session.scalar(text("SELECT 1"))
        line.passing.clear()
        began = time.monotonic()
        with pytest.raises((TimeoutError, DBAPIError)):
            await session.scalar(text("SELECT 1"))
        assert 1 < time.monotonic() - began < 3
        line.passing.set()


async def test_a_server_that_never_answers_is_given_up(line: SilentLine) -> None:
    line.passing.clear()
    async with line.open(), connected(line.url, pool_timeout_ms=300) as make, make() as session:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await session.scalar(text("SELECT 1"))
        assert time.monotonic() - began < 2
        line.passing.set()


async def test_a_statement_after_the_servers_goodbye_finds_a_broken_connection(url: str) -> None:
    wire = Wire(url)
    async with wire.open() as near, connected(near) as make, make() as session:
        await session.scalar(text("SELECT 1"))
        await session.commit()
        await wire.goodbye()
        with pytest.raises(DBAPIError) as raised:
            await session.scalar(text("SELECT 1"))
        assert db.is_lost(raised.value)
        assert db.may_pass(raised.value)
        await session.rollback()
        assert await session.scalar(text("SELECT 1")) == 1
