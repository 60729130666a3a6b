"""What uploads cost the others: little memory, and no wait for those who read meanwhile."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from app.content import uploading
from app.settings import Settings
from tests.client import Client
from tests.content import making
from tests.racing import Workers, workers

ALLOWED = 200 << 20
"""Bytes by which a worker may grow."""
ROUNDS, SECONDS = 3, 2.5


@pytest.fixture
async def worker(committing: Settings) -> AsyncIterator[Workers]:
    """One HTTP worker, a process of its own."""
    async with workers(committing, 1) as found:
        yield found


def hostile() -> list[bytes]:
    """Large ones, heavy ones and bombs."""
    large = making.jpeg(making.picture(4000, 3000))
    padded = large + bytes(uploading.MOST_BYTES - len(large))
    return [padded, making.pixel_bomb(), making.text_bomb(), making.gif(10_000), making.pixel_bomb(10_000, 5_000)]


async def paces(who: Client, done: asyncio.Event) -> list[float]:
    """How long each reading took while `done` was not set."""
    found = []
    while not done.is_set():
        began = time.perf_counter()
        assert (await who.get("/me")).status_code == 200
        found.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return found


async def test_a_worker_that_is_sent_the_worst_stays_small_and_answers_the_others(
    worker: Workers, committing: Settings
) -> None:
    who = await Client(worker.http).signed_in("flooder")
    reader = await Client(worker.http).signed_in("reader")
    (process,) = [one for one in psutil.Process().children(recursive=True) if "http_worker" in " ".join(one.cmdline())]
    before = process.memory_info().rss
    done = asyncio.Event()
    reading = asyncio.create_task(paces(reader, done))
    answers = await asyncio.gather(*(who.upload(data) for data in hostile()))
    done.set()
    taken = sorted(await reading)
    assert [answer.status_code for answer in answers] == [201, 422, 422, 422, 422]
    assert process.memory_info().rss - before < ALLOWED
    assert len(taken) > 10  # nobody waited for the decoding, which takes far longer than a reading
    assert process.children() == []


async def test_who_reads_while_bombs_are_uploaded_waits_hardly_longer_than_without_them(worker: Workers) -> None:
    """The p99 of one round is the machine's as much as ours: decoding among the readers would spoil every round."""
    who, reader = [await Client(worker.http).signed_in(name) for name in ("flooder", "reader")]
    bombs, ratios, answers = itertools.cycle(hostile()), [], set[int]()

    async def throw(done: asyncio.Event) -> None:
        while not done.is_set():
            answers.add((await who.upload(next(bombs))).status_code)

    await p99(reader)  # whatever is slow the first time
    for _ in range(ROUNDS):
        calm = await p99(reader)
        ratios.append(await p99(reader, throw) / calm)
    print("p99 of readings under bombs, against without: " + ", ".join(f"{ratio:.2f}" for ratio in ratios))
    assert answers == {201, 422}
    assert min(ratios) < 2


async def p99(who: Client, *others: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> float:
    """What 99 of 100 readings took at most, while others do what they do."""
    done = asyncio.Event()
    busy = [asyncio.create_task(other(done)) for other in others]
    asyncio.get_running_loop().call_later(SECONDS, done.set)
    taken = sorted(await paces(who, done))
    await asyncio.gather(*busy)
    return taken[int(0.99 * len(taken))]
