"""The service under test: `yihu serve` on an embedded PostgreSQL of its own, fsync and synchronous commit on."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil  # type: ignore[import-untyped]

from app.kit import pgplace
from app.settings import Settings

PATIENCE = 120.0
LOGGED_AFTER = 0.05
"""Seconds until what was done surely stands in the database's log."""
QUIET = {"YIHU_BACKGROUND": "false", "YIHU_REQUESTS_PER_MINUTE": "0"}
"""The background worker would count events while we measure requests, and one caller asks more than people do."""


@dataclass
class Server:
    """A running `yihu serve`."""

    data_dir: Path
    port: int
    process: psutil.Popen

    @property
    def settings(self) -> Settings:
        """What it runs under."""
        return Settings(data_dir=self.data_dir)

    def workers(self) -> list[psutil.Process]:
        """Its HTTP processes."""
        found = self.process.children()
        return [child for child in found if not child.name().startswith("postgres")]

    def cpu_seconds(self) -> float:
        """What its HTTP processes have used of the processor."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.workers())

    def memory_mb(self) -> list[float]:
        """What each HTTP process holds for itself alone."""
        return [worker.memory_full_info().uss / 2**20 for worker in self.workers()]

    def owner(self) -> str:
        """Its database, as the owner of the tables."""
        return pgplace.url(self.data_dir, "owner")

    def log(self) -> str:
        """All that its database has logged today."""
        time.sleep(LOGGED_AFTER)
        folder = pgplace.cluster(pgplace.home(self.data_dir)) / "log"
        newest = max(folder.glob("postgres-*.log"), key=lambda file: file.stat().st_mtime)
        return newest.read_text(errors="replace")

    def run(self, *statements: str) -> list[Any]:
        """Run statements one after the other as the owner; answers the rows of the last one."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.owner())
            try:
                for statement in statements[:-1]:
                    await connection.execute(statement, timeout=3600)
                return list(await connection.fetch(statements[-1], timeout=3600))
            finally:
                await connection.close()

        return asyncio.run(run())


@contextmanager
def data_dir() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="yihu-bench-"))
    folder.chmod(0o755)  # as root the database runs as somebody else
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(folder: Path, workers: int = 1) -> Iterator[Server]:
    """`yihu serve` on a folder, ready to answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", str(workers)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YIHU_")}
    with (folder / "serve.log").open("ab") as log:
        process = psutil.Popen([*command, "--data-dir", str(folder)], env=environment | QUIET, stdout=log, stderr=log)
        try:
            _wait(process, port, folder / "serve.log")
            yield Server(folder, port, process)
        finally:
            _end(process)


def _end(process: psutil.Popen) -> None:
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: psutil.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"yihu serve does not come up:\n{log.read_text()}") from None
        time.sleep(0.1)
