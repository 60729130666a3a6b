"""kill -9 under load: `yihu serve` with two workers loses nothing that it acknowledged and doubles nothing."""

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Text, cast, select, text

from app.demands.models import Demand
from app.kit import db
from app.kit.postgres import url
from app.settings import Settings
from tests.client import ANSWER, Client
from tests.conftest import KEYRING, SECRET
from tests.demands.world import COMMUNITY, World, a_world, ok, opened
from tests.racing import STARTS_WITHIN, a_crowd, a_key
from tests.test_supervisor import ME, Server, home_of, wait_for

CLIENTS = 12
SLOTS = 5


class Durable(Server):
    """Two workers on a database that waits for the disk."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"YIHU_FSYNC": "true", "YIHU_SECRET_KEY": SECRET}

    def kill_everything(self) -> None:
        """Supervisor, workers and database at one stroke, as a power cut would."""
        self.see()
        for one in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()

    @contextlib.asynccontextmanager
    async def sessions(self) -> AsyncIterator[db.Sessions]:
        """Sessions of the owner, who sees everything."""
        engine = db.connect(url(self.data_dir, "owner"), pool_size=2, keyring=KEYRING)
        yield db.sessions(engine)
        await engine.dispose()


@pytest.fixture
def server() -> Iterator[Durable]:
    with home_of(ME) as home:
        server = Durable(home, ME, 2)
        try:
            server.start()
            yield server
        finally:
            if server.process and server.process.poll() is None:
                server.see()
                server.process.kill()
                server.ended()


@dataclass
class Operation:
    """One thing that a client wants done once, however often it must ask."""

    who: Client
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=a_key)
    answer: ANSWER | None = None
    unknown: int = 0
    """How often the answer was lost, so that nobody could say whether it was done."""

    async def ask(self) -> bool:
        """Ask once; whether the answer is certain now."""
        try:
            answer = await self.who.post(self.path, self.body, key=self.key)
        except httpx2.TransportError:
            self.unknown += 1
            return False
        if answer.status_code == 503:
            return False
        assert answer.status_code in (201, 409), answer.text
        self.answer = answer
        return True

    async def insist(self) -> None:
        """Ask until the answer is certain."""
        deadline = time.monotonic() + STARTS_WITHIN
        while not await self.ask():
            assert time.monotonic() < deadline, "no certain answer"
            await asyncio.sleep(0.1)

    @property
    def id(self) -> str | None:
        """The id of what was made; none where it was refused."""
        assert self.answer is not None
        return str(self.answer.json()["id"]) if self.answer.status_code == 201 else None


@dataclass
class Load:
    """Clients that file demands and claim places until they are told to stop, and all that they were told."""

    crowd: list[Client]
    open_demands: list[str]
    filed: list[Operation] = field(default_factory=list)
    claimed: list[Operation] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Clients ask while the block runs."""
        async with asyncio.TaskGroup() as clients:
            for number in range(CLIENTS):
                clients.create_task(self.client(number))
            yield
            self.over.set()

    async def client(self, number: int) -> None:
        """File and claim in turn; every other client leaves what is uncertain for the end."""
        mine = self.crowd[number::CLIENTS]
        chances = itertools.cycle(itertools.product(self.open_demands, mine))
        for n in itertools.count():
            if self.over.is_set():
                return
            demand, who = next(chances)
            if n % 2:
                operation = Operation(who, f"/demands/{demand}/claims", {})
                self.claimed.append(operation)
            else:
                body = {"description": f"第{number}人的第{n}件事", "region_code": COMMUNITY}
                operation = Operation(who, "/demands", body)
                self.filed.append(operation)
            if number % 2:
                await operation.insist()
            elif not await operation.ask():
                await asyncio.sleep(0.1)
                continue
            self.acknowledged.append(time.monotonic())

    async def settle(self) -> int:
        """Ask again for all that is uncertain, under the same keys; how many that were."""
        uncertain = [one for one in (*self.filed, *self.claimed) if one.answer is None]
        await asyncio.gather(*(one.insist() for one in uncertain))
        return len(uncertain)

    def longest_gap(self, since: float, until: float) -> float:
        """Seconds for which nobody was acknowledged anything."""
        moments = [since, *(at for at in self.acknowledged if since < at < until), until]
        return max(later - earlier for earlier, later in itertools.pairwise(moments))


async def a_load(server: Durable, http: httpx2.AsyncClient) -> Load:
    async with server.sessions() as sessions:
        async with sessions() as session:
            world: World = await a_world(session, Client(http))
        settings = Settings(data_dir=server.data_dir, secret_key=SECRET)
        crowd = await a_crowd(sessions, settings, world.branch, world.member, 60)
    demands = [(await opened(world, slots=SLOTS))["id"] for _ in range(24)]
    return Load(crowd, demands)


async def kill_one_worker(server: Durable) -> None:
    server.child("http").kill()


async def kill_the_database(server: Durable) -> None:
    killed = server.postmaster
    killed.kill()
    await asyncio.to_thread(wait_for, lambda: killed not in server.supervisor.children())


async def kill_everything(server: Durable) -> None:
    server.kill_everything()
    assert await asyncio.to_thread(server.ended) < 0
    await asyncio.to_thread(server.start)


async def test_what_was_acknowledged_is_there_once_whatever_is_killed(server: Durable) -> None:
    limits = httpx2.Limits(max_connections=CLIENTS)
    address = f"http://127.0.0.1:{server.port}"
    async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=15) as http:
        load = await a_load(server, http)
        async with load.going_on():
            for kill in (kill_one_worker, kill_the_database, kill_everything):
                await asyncio.sleep(2)
                began = time.monotonic()
                await kill(server)
                await asyncio.to_thread(wait_for, server.is_ready, STARTS_WITHIN)
                await asyncio.sleep(2)
                gap = load.longest_gap(began, time.monotonic())
                print(f"{kill.__name__}: nobody was answered for {gap:.2f} s")
        uncertain = await load.settle()
        lost = sum(one.unknown for one in (*load.filed, *load.claimed))
        print(f"{len(load.filed)} filed, {len(load.claimed)} claims, {lost} answers lost, {uncertain} asked again")
        assert uncertain, "nothing was killed in the middle of anything"
        async with server.sessions() as sessions:
            await _compare_filed(sessions, load)
            await _compare_claimed(sessions, load)
            await _compare_keys(sessions, load)


async def _rows(sessions: db.Sessions, statement: str) -> list[tuple[Any, ...]]:
    async with sessions() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def _compare_filed(sessions: db.Sessions, load: Load) -> None:
    """Every filing was acknowledged in the end: each is there, under the id that was told, once."""
    told = Counter((one.id, one.body["description"]) for one in load.filed)
    async with sessions() as session:
        found = (await session.execute(select(cast(Demand.id, Text), Demand.description))).all()
    assert Counter((one, said) for one, said in found if said.endswith("件事")) == told
    events = "SELECT subject::text FROM events WHERE kind = 'demand.filed'"
    known = {one.id for one in load.filed}
    assert Counter(one for (one,) in await _rows(sessions, events) if one in known) == Counter(known)


async def _compare_claimed(sessions: db.Sessions, load: Load) -> None:
    """The claims are those that were told, and every demand counts them rightly."""
    told = Counter(one.id for one in load.claimed if one.id)
    assert Counter(one for (one,) in await _rows(sessions, "SELECT id::text FROM claims")) == told
    counted = (
        "SELECT claimed, count(claims.id), count(DISTINCT claimant_id) FROM demands LEFT JOIN claims "
        "ON demand_id = demands.id GROUP BY demands.id HAVING claimed > 0 OR count(claims.id) > 0"
    )
    rows = await _rows(sessions, counted)
    assert rows
    assert all(claimed == rows_ == people <= SLOTS for claimed, rows_, people in rows), rows


async def _compare_keys(sessions: db.Sessions, load: Load) -> None:
    """A key stands for every 2xx with its answer, and for nothing else."""
    done = {one.key for one in (*load.filed, *load.claimed) if one.id}
    found = await _rows(sessions, "SELECT key, status FROM idempotency_keys")
    assert {key for key, _ in found} == done
    assert {status for _, status in found} == {201}
    for one in load.filed[-3:]:
        again = await ok(one.who.post(one.path, one.body, key=one.key), 201)
        assert again["id"] == one.id
