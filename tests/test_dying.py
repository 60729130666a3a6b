"""A worker dies in the middle of a keyed request, at each point there is: done once, answered alike, no key stuck."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from app.kit.db import Sessions
from app.settings import Settings
from tests import http_worker
from tests.client import ANSWER, Client
from tests.demands.world import World, a_world, drain, opened
from tests.dying_worker import Point, graves, key_of
from tests.racing import HERE, STARTS_WITHIN

USUAL = (
    Point.FIRST_STATEMENT,
    Point.EFFECT,
    Point.BEFORE_COMMIT,
    Point.AFTER_COMMIT,
    Point.BEFORE_ANSWER,
    Point.FIRST_BYTE,
)
HOT = (Point.HOT_STATEMENT, Point.AFTER_HOT_COMMIT, Point.BEFORE_ANSWER, Point.FIRST_BYTE)
COMMITTED = {Point.AFTER_COMMIT, Point.AFTER_HOT_COMMIT, Point.BEFORE_ANSWER, Point.FIRST_BYTE}
"""Where what was asked is done already when the process dies."""


@pytest.fixture
async def world(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[World]:
    """The small district behind one worker that dies when it is told to, and is started again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = started(listener.fileno(), committing)
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            limits = httpx2.Limits(max_keepalive_connections=0)  # none that the server may just be hanging up
            http = httpx2.AsyncClient(base_url=address, limits=limits, timeout=STARTS_WITHIN)
            async with http, committed_sessions() as session:
                yield await a_world(session, Client(http))
        finally:
            process.terminate()
            process.wait(30)


def started(fd: int, settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.dying_worker", str(fd)]
    return subprocess.Popen(command, cwd=HERE, env=http_worker.environment(settings), pass_fds=(fd,))


async def rows(sessions: Sessions, statement: str) -> list[tuple[Any, ...]]:
    async with sessions() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def asked_until_answered(who: Client, path: str, body: dict[str, Any], point: Point) -> ANSWER:
    """The answer to a client that loses the first one, and asks again with its key."""
    with pytest.raises(httpx2.TransportError):
        await who.post(path, body, key=key_of(point))
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            return await who.post(path, body, key=key_of(point))
        except httpx2.TransportError:  # a connection that the dead one had accepted
            assert time.monotonic() < deadline, "it was not started again"
            await asyncio.sleep(0.05)


async def dies_at(who: Client, path: str, body: dict[str, Any], point: Point, settings: Settings) -> str:
    """Let it die there, and ask until there is an answer: the id of what was made."""
    answer = await asked_until_answered(who, path, body, point)
    assert (graves(settings.data_dir) / point).exists(), "it died at no such point"
    assert answer.status_code == 201, (point, answer.text)
    assert ("Idempotency-Replayed" in answer.headers) is (point in COMMITTED), point
    again = await who.post(path, body, key=key_of(point))
    assert (again.status_code, again.content, again.headers["Idempotency-Replayed"]) == (201, answer.content, "true")
    return str(answer.json()["id"])


async def compare_keys(sessions: Sessions, points: tuple[Point, ...]) -> None:
    found = await rows(sessions, "SELECT key, status FROM idempotency_keys WHERE key LIKE 'die-%'")
    assert sorted(found) == sorted((key_of(point), 201) for point in points)


@pytest.mark.parametrize(("who", "points"), [("desk", USUAL), ("filer", HOT)])
async def test_a_worker_that_dies_anywhere_in_a_filing_leaves_it_filed_once(
    world: World, committing: Settings, committed_sessions: Sessions, who: str, points: tuple[Point, ...]
) -> None:
    made = [
        (await dies_at(getattr(world, who), "/demands", drain(title=str(point)), point, committing), str(point))
        for point in points
    ]
    assert sorted(await rows(committed_sessions, "SELECT id::text, title FROM demands")) == sorted(made)
    filed = await rows(committed_sessions, "SELECT subject::text FROM events WHERE kind = 'demand.filed'")
    assert sorted(one for (one,) in filed) == sorted(one for one, _ in made)
    await compare_keys(committed_sessions, points)


async def test_a_worker_that_dies_anywhere_in_a_claim_leaves_it_claimed_once(
    world: World, committing: Settings, committed_sessions: Sessions
) -> None:
    made = []
    for point in HOT:
        demand = await opened(world)
        claim = await dies_at(world.member, f"/demands/{demand['id']}/claims", {}, point, committing)
        made.append((claim, demand["id"]))
    assert sorted(await rows(committed_sessions, "SELECT id::text, demand_id::text FROM claims")) == sorted(made)
    assert await rows(committed_sessions, "SELECT DISTINCT claimed FROM demands") == [(1,)]
    told = await rows(committed_sessions, "SELECT subject::text FROM events WHERE kind = 'demand.claimed'")
    assert sorted(one for (one,) in told) == sorted(one for _, one in made)
    await compare_keys(committed_sessions, HOT)
