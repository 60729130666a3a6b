"""Reading a person's table in a child process: one at a time, bounded, and without our secrets."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from typing import BinaryIO

from app.kit import children, log
from app.kit.errors import PayloadTooLarge, Text, Unavailable
from app.kit.workbooks.columns import Column
from app.kit.workbooks.faults import Fault, refusal
from app.kit.workbooks.reading import MOST_ROWS

logger = log.get()
MOST_BYTES = 10_000_000
WALL_SECONDS = 20.0
"""Longer than its seconds of processor: on a busy machine a good file waits, and is not refused."""
WAITING = 8
"""Who comes when so many wait is asked to come again."""


class Opener:
    """Where one process has tables read, one after another."""

    def __init__(self) -> None:
        self._place = asyncio.Semaphore(1)
        self._waiting = 0

    async def open(self, source: BinaryIO, columns: Sequence[Column]) -> tuple[int, list[str]]:
        """How many rows a file holds, and pages of them as JSON.

        Raises `InvalidRequest` for what is no table of these columns, `Unavailable` where too many wait.
        """
        if source.seek(0, os.SEEK_END) > MOST_BYTES:
            raise PayloadTooLarge(Text("文件不能超过 10 MB", "A file may hold 10 MB"))
        if self._waiting >= WAITING:
            raise Unavailable(retry_after=10)
        self._waiting += 1
        try:
            async with self._place:
                with tempfile.TemporaryFile() as out:
                    return _pages(await _run(source, out, columns), out)
        finally:
            self._waiting -= 1


async def _run(source: BinaryIO, out: BinaryIO, columns: Sequence[Column]) -> int | None:
    """The exit code of the child, None where it was ended for its time."""
    source.seek(0)
    os.lseek(source.fileno(), 0, os.SEEK_SET)  # seek() alone moves within what this process has read ahead
    process = children.spawn(
        [sys.executable, "-I", "-m", "app.kit.workbooks.child", json.dumps([asdict(one) for one in columns])],
        on_death=signal.SIGKILL,
        env={},
        stdin=source,
        stdout=out,
        stderr=subprocess.DEVNULL,
    )
    try:
        return await asyncio.to_thread(process.wait, WALL_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        process.kill()
        process.wait()


def _pages(code: int | None, out: BinaryIO) -> tuple[int, list[str]]:
    if code != 0:  # it ran out of time or memory, or its reader fell
        logger.warning("table.unreadable", code=code)
        raise refusal(Fault.TOO_COMPLEX, "")
    out.seek(0)
    first, *pages = out.read().decode().rstrip("\n").split("\n")
    head = json.loads(first)
    if "refused" in head:
        fault = Fault(head["refused"])
        raise refusal(fault, f"{MOST_ROWS:,}" if fault == Fault.TOO_MANY_ROWS else head["what"])
    return head["rows"], pages
