"""What uploads cost the others: little memory, and no wait for those who read meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator

import psutil  # type: ignore[import-untyped]
import pytest

from app.content import uploading
from app.settings import Settings
from tests.client import Client
from tests.content import making
from tests.racing import Workers, workers

ALLOWED = 200 << 20
"""Bytes by which a worker may grow."""


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
