"""An HTTP client that costs little: asyncio protocols on uvloop, in processes of its own."""

import asyncio
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

PATIENCE = 30.0
Make = Callable[[random.Random], bytes]
"""Makes the next request, whole; an empty one ends its connection, as there is nothing more to ask."""


@dataclass
class Run:
    """What came of some seconds of load."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers of 2xx a second."""
        return sum(count for status, count in self.statuses.items() if status < 300) / self.seconds

    @property
    def failures(self) -> int:
        """Answers that were no 2xx."""
        return sum(count for status, count in self.statuses.items() if status >= 300)

    def quantile(self, part: float) -> float:
        """The latency in milliseconds below which `part` of the answers stayed."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def drive(port: int, make: Make, *, connections: int, seconds: float, rate: float | None = None) -> Run:
    """Load from one process: as fast as the connections allow, or `rate` requests a second.

    At a given rate a request's latency counts from the moment it was due, so that a stall is not hidden.
    """
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    work = _Load(port, make, connections, seconds, rate)
    process = multiprocessing.get_context("fork").Process(target=lambda: theirs.send(uvloop.run(work.run())))
    process.start()
    if not ours.poll(seconds + PATIENCE):
        process.kill()
        raise SystemExit("the load does not end; see what the client printed")
    run: Run = ours.recv()
    process.join()
    return run


@dataclass
class _Load:
    port: int
    make: Make
    connections: int
    seconds: float
    rate: float | None

    async def run(self) -> Run:
        run, loop = Run(), asyncio.get_running_loop()
        began = loop.time()
        until, pause = began + self.seconds, self.connections / self.rate if self.rate else None
        lines = []
        for number in range(self.connections):
            first = began + (pause or 0) * number / self.connections
            line = _Line(run, self.make, random.Random(time.time_ns() + number), until, pause, first)
            await loop.create_connection(partial(_same, line), "127.0.0.1", self.port)
            lines.append(line)
        await asyncio.gather(*(line.done for line in lines))
        run.seconds = loop.time() - began
        return run


def _same(line: "_Line") -> "_Line":
    return line


class _Line(asyncio.Protocol):
    """One connection: the next request leaves when the answer before it is there."""

    def __init__(
        self, run: Run, make: Make, dice: random.Random, until: float, pause: float | None, first: float
    ) -> None:
        self.run, self.make, self.dice, self.until, self.pause, self.due = run, make, dice, until, pause, first
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self.loop.create_future()
        self.answer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._next()

    def _next(self) -> None:
        now = self.loop.time()
        if now >= self.until:
            self.transport.close()
        elif self.pause is None:
            self.due = now
            self._send()
        else:
            self.loop.call_at(max(self.due, now), self._send)

    def _send(self) -> None:
        if request := self.make(self.dice):
            self.transport.write(request)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head = self.answer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.answer.find(b"content-length: ", 0, head) + 16
        length = int(self.answer[at : self.answer.find(b"\r", at)])
        if len(self.answer) < head + 4 + length:
            return
        self.run.statuses[int(self.answer[9:12])] += 1
        self.run.latencies.append(self.loop.time() - self.due)
        self.answer.clear()
        self.due += self.pause or 0
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)
