"""Five times what a worker can do: it goes on doing what it can, and does nothing for those who have left."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text

from app.kit.db import Sessions
from app.settings import Settings
from tests.client import Client
from tests.demands.world import COMMUNITY, World, a_world
from tests.kit.edge.scratch import Owner
from tests.racing import Workers, a_key, patiently, workers

POOL, PLACES, TIMES = 2, 8, 5
WORTHWHILE = 0.7
"""Of what it can do; nearly all on a machine that has nothing else to do, a third where everybody is let in."""
SLOW = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$",
    "CREATE TRIGGER slow BEFORE INSERT ON complaints FOR EACH ROW EXECUTE FUNCTION slow()",
)
"""Makes the database what is short, so that the test measures the queue and not the machine's other work."""
GROWTH = 4 << 20
"""Bytes by which a worker may grow: less than keeping some hundred requests would take."""


@dataclass
class Asked:
    """One request: when it left, when its client had an answer or hung up, and the answer's status."""

    key: str
    sent: float
    ended: float = 0.0
    status: int | None = None


@dataclass
class Crowd:
    """Clients that each file one suggestion on a connection of their own."""

    address: str
    token: str
    patience: float = 30.0
    """Seconds after which they hang up."""
    asked: list[Asked] = field(default_factory=list)

    async def one(self) -> Asked:
        """File one, and hang up when that takes too long."""
        asked = Asked(a_key(), time.time())
        self.asked.append(asked)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(self.patience):
                asked.status = await self._post(asked.key)
        asked.ended = time.time()
        return asked

    async def _post(self, key: str) -> int:
        body = json.dumps({"kind": "suggestion", "text": "加一条长椅", "region_code": COMMUNITY}).encode()
        place = urlsplit(self.address)
        head = (
            f"POST /api/v1/complaints HTTP/1.1\r\nHost: yihu.test\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            writer.write(head.encode() + body)
            return int((await reader.readuntil(b"\r\n\r\n"))[9:12])
        finally:
            writer.close()

    async def as_fast_as_it_goes(self, seconds: float) -> float:
        """As many at a time as there are connections, twice over: how many are answered a second."""
        began, self.asked = time.time(), []

        async def again_and_again() -> None:
            while time.time() - began < seconds:
                await self.one()

        await asyncio.gather(*(again_and_again() for _ in range(2 * POOL)))
        return self.done() / (time.time() - began)

    async def at_a_rate(self, rate: float, seconds: float) -> float:
        """So many a second, whatever becomes of them: how many are answered a second."""
        self.asked, loop = [], asyncio.get_running_loop()
        began, tasks = loop.time(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(began + number / rate - loop.time())
            tasks.append(asyncio.create_task(self.one()))
        took = loop.time() - began
        await asyncio.gather(*tasks)
        return self.done() / took

    def slowest(self, status: int) -> str:
        """How long nearly all answers of a status took."""
        found = sorted(one.ended - one.sent for one in self.asked if one.status == status)
        return f"{status} p99 {found[int(0.99 * len(found))]:.3f} s" if found else f"no {status}"

    def done(self) -> int:
        return sum(one.status == 201 for one in self.asked)


@pytest.fixture
async def worker(committing: Settings) -> AsyncIterator[Workers]:
    """One worker whose database does twenty things a second, at two connections."""
    await Owner(committing).run(*SLOW)
    short = {"pool_size": POOL, "requests_at_once": PLACES, "pool_timeout_ms": 10_000, "requests_per_minute": 1_000_000}
    async with workers(committing.model_copy(update=short), 1) as found:
        yield found


@pytest.fixture
async def world(worker: Workers, committed_sessions: Sessions) -> World:
    async with committed_sessions() as session:
        return await a_world(session, Client(worker.http))


def memory() -> int:
    (process,) = [one for one in psutil.Process().children(recursive=True) if "http_worker" in " ".join(one.cmdline())]
    return int(process.memory_info().rss)


async def test_at_five_times_its_capacity_a_worker_does_what_it_can_and_nothing_for_those_who_left(
    worker: Workers, world: World, committed_sessions: Sessions
) -> None:
    crowd = Crowd(str(worker.http.base_url), str(world.filer.token))
    await crowd.as_fast_as_it_goes(1)
    peak = await crowd.as_fast_as_it_goes(3)
    crowd.patience = 3 * PLACES / peak
    before = memory()
    rate = await crowd.at_a_rate(TIMES * peak, 10)
    grown, late = memory() - before, await _ghosts(committed_sessions, crowd, 2 * TIMES * POOL / peak)
    answers = f"{dict(Counter(one.status for one in crowd.asked))}, {crowd.slowest(201)}, {crowd.slowest(503)}"
    await patiently(lambda: world.second.get("/me"))  # whoever still waits has been served
    peak = min(peak, await crowd.as_fast_as_it_goes(3))  # the machine may have become busier meanwhile
    print(
        f"peak {peak:.0f}/s, at {TIMES} times that {rate:.0f}/s ({rate / peak:.0%}); {answers}; {grown >> 10} KiB more"
    )
    assert rate > WORTHWHILE * peak
    assert late == []
    assert grown < GROWTH


async def _ghosts(sessions: Sessions, crowd: Crowd, grace: float) -> list[float]:
    """For requests that were done when their client had left for so many seconds, by how much."""
    async with sessions() as session:
        rows = await session.execute(text("SELECT key, created_at FROM idempotency_keys"))
        begun = {key: at.timestamp() for key, at in rows}
    left = {one.key: one.ended for one in crowd.asked if one.status is None}
    return sorted(begun[key] - at for key, at in left.items() if key in begun and begun[key] > at + grace)
