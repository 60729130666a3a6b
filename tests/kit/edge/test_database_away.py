"""The database goes away and comes back while the app runs."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from app.kit import db, migrate
from app.kit.postgres import EmbeddedPostgres
from app.main import create_app
from app.settings import Settings
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY
from tests.factories import a_region
from tests.kit.edge.scratch import Owner, running
from tests.racing import a_key, workers


@pytest.fixture
def postgres() -> Iterator[EmbeddedPostgres]:
    with started(fsync=False) as database:
        yield database


@pytest.fixture
def durable() -> Iterator[EmbeddedPostgres]:
    """One that waits for the disk, so that what it acknowledged survives a crash."""
    with started(fsync=True) as database:
        yield database


@contextmanager
def started(*, fsync: bool) -> Iterator[EmbeddedPostgres]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # short, for the socket
        Path(name).chmod(0o711)
        database = EmbeddedPostgres(Path(name) / "data", fsync=fsync)
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


async def test_while_the_database_is_away_everything_is_soon_refused_quickly(
    postgres: EmbeddedPostgres, client: Client
) -> None:
    assert (await client.get("/readyz")).status_code == 200
    alice = await client.signed_in("alice")
    postgres.stop()
    assert refusal(await alice.get("/me")) == (503, "unavailable")  # having waited for it
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
    assert await _is_back(alice)
    assert (await client.get("/readyz")).status_code == 200


ABSENCE, SOON, RECOVERY = 30, 0.3, 2
"""Seconds: for how long it is gone, in which nearly all are refused then, and in which they are served again."""


async def test_a_database_that_is_gone_for_long_costs_refusals_and_no_process(
    postgres: EmbeddedPostgres, settings: Settings
) -> None:
    """Those who come in the first seconds wait for it, as they would for a restart; the others are refused at once."""
    own = {"database_url": postgres.url("app"), "owner_database_url": postgres.url("owner")}
    await asyncio.to_thread(migrate.upgrade, own["owner_database_url"], "yihu_app")
    patience = settings.outage_patience_ms / 1000
    async with workers(settings.model_copy(update=own)) as two:
        nobody, before = Client(two.http), http_workers()
        people = [await nobody.signed_in(f"person{number}") for number in range(4)]
        postgres.stop()
        await asyncio.gather(*(probed(who, patience) for who in people))  # having waited for it
        found = await asyncio.gather(*(probed(who, ABSENCE - patience) for who in (*people, nobody)))
        alive = [(await nobody.get("/healthz")).status_code for _ in range(4)]
        began = time.monotonic()
        postgres.start()
        started = time.monotonic()
        for who in people * 2:
            while (await who.get("/me")).status_code != 200:
                assert time.monotonic() < started + RECOVERY, "it is back and nobody looks"
                await asyncio.sleep(0.05)
        recovered = time.monotonic() - started
        assert (await nobody.get("/readyz")).status_code == 200
        assert http_workers() == before
    refused = sorted(took for one in found for _, took in one)
    p99 = refused[int(0.99 * len(refused))]
    print(
        f"{len(refused)} refusals, p50 {refused[len(refused) // 2]:.3f} s, p99 {p99:.3f} s; started in "
        f"{started - began:.2f} s, served again after {recovered:.2f} s"
    )
    assert {answer for one in found for answer, _ in one} == {(503, "1")}
    assert set(alive) == {200}
    assert p99 < SOON, "nobody waits any more"


def http_workers() -> set[int]:
    """The processes that answer."""
    family = psutil.Process().children(recursive=True)
    return {one.pid for one in family if "tests.http_worker" in " ".join(one.cmdline())}


async def probed(who: Client, seconds: float) -> list[tuple[tuple[int, str | None], float]]:
    """What somebody is answered, by status and Retry-After, and how soon; who is nobody asks whether it is ready."""
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        answer = await who.get("/me" if who.token else "/readyz")
        found.append(((answer.status_code, answer.headers.get("Retry-After")), time.monotonic() - began))
        await asyncio.sleep(0.05)
    return found


async def _is_back(who: Client) -> bool:
    """Whether somebody is served again within a few looks."""
    for _ in range(8):
        if (await who.get("/me")).status_code == 200:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_crash_under_load_fails_no_read_and_no_keyed_write(
    durable: EmbeddedPostgres, settings: Settings
) -> None:
    """Two processes are asked all the time while their database is killed and started again, three times."""
    own = {"database_url": durable.url("app"), "owner_database_url": durable.url("owner")}
    await asyncio.to_thread(migrate.upgrade, own["owner_database_url"], "yihu_app")
    await _a_region(own["owner_database_url"])
    statuses: Counter[int] = Counter()
    stop = asyncio.Event()

    async def go_on(who: Client) -> list[str]:
        made = []
        while not stop.is_set():
            statuses[(await who.get("/me")).status_code] += 1
            complaint = {"kind": "suggestion", "text": "加一条长椅", "region_code": COMMUNITY}
            answer = await who.post("/complaints", complaint, key=a_key())
            statuses[answer.status_code] += 1
            made += [answer.json()["id"]] if answer.status_code == 201 else []
        return made

    async def crash() -> None:
        for _ in range(3):
            await asyncio.sleep(0.5)
            assert durable.process
            durable.process.kill()  # its own processes end when they notice, some of them right after a commit
            await asyncio.sleep(0.1)
            durable.start()
        await asyncio.sleep(0.5)
        stop.set()

    patient = {"outage_patience_ms": 60_000, "request_deadline_ms": 60_000}  # how long a start takes is the machine's
    async with workers(settings.model_copy(update=own | patient)) as two:
        people = [await Client(two.http).signed_in(f"person{number}") for number in range(8)]
        made, _ = await asyncio.gather(asyncio.gather(*map(go_on, people)), crash())
        listed = [await _listed(who) for who in people]
    assert set(statuses) == {200, 201}
    assert [sorted(ids) for ids in made] == listed, "each is there, once"


async def _a_region(owner_url: str) -> None:
    engine = db.connect(owner_url, pool_size=1)
    async with db.transaction(db.sessions(engine)) as session:
        await a_region(session)
    await engine.dispose()


async def _listed(who: Client) -> list[str]:
    """The ids of all complaints that somebody filed."""
    found, cursor = [], ""
    while cursor is not None:
        page = (await who.get("/complaints", limit="100", **({"cursor": cursor} if cursor else {}))).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    return sorted(found)


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
