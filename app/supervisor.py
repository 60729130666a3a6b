"""`yihu serve`: database, migrations, HTTP workers and the background worker, started and stopped as one.

Workers are forks of this process, so that what it has imported is imported once. Nothing of ours outlives
it, even if it is killed: see `kit.children`.
"""

import asyncio
import errno
import fcntl
import gc
import math
import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import uvicorn
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import make_url

from app import worker
from app.kit import log, migrate, pgplace, preflight
from app.kit.family import Child, Falls, FellTooOften, Signals, Stopped, stop
from app.kit.postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.main import create_app
from app.settings import Settings, UnsafeSettings, app_role, database_url, keyring

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
Prepare = Callable[[Settings, Report], Iterable[str] | None]
"""Fills the database before the first request; answers lines to show once the server is ready."""

GRACEFUL_SECONDS = 22.0
"""A little more than an HTTP worker gives the requests that it is answering."""
WORKER_SECONDS = 10.0
PORT_SECONDS = 2.0
"""How long the port may still be held by the children of a killed `serve`."""
EXTERNAL_SECONDS = 15.0
"""How long a database that is not ours may take to come up beside us."""

LATE_SECONDS = 30.0
"""After so long without a worker that can serve, somebody should look why."""

logger = log.get()


class ServeError(Exception):
    """`serve` cannot start or go on; the message says why and what to do."""


def serve(settings: Settings, *, host: str, port: int, workers: int, prepare: Prepare | None = None) -> int:
    """Serve until told to stop; answers the exit code."""
    try:
        settings.refuse_unsafe()
        with Signals() as signals, _alone(settings.data_dir), _listen(host, port) as listener:
            return _Server(settings, listener, workers, signals).run(prepare)
    except Stopped:
        return 0
    except (UnsafeSettings, ServeError, FellTooOften, EmbeddedPostgresError) as error:
        _say(f"无法启动或继续运行 Cannot serve: {error}", file_is_stderr=True)
        return 1


class _Server:
    """What one `serve` started, in the order in which it is stopped."""

    def __init__(self, settings: Settings, listener: socket.socket, workers: int, signals: Signals) -> None:
        self.settings = settings
        self.listener = listener
        self.signals = signals
        self.connections = (workers + 1) * settings.pool_size + workers * settings.hot_pool_size
        self.database = (
            EmbeddedPostgres(settings.data_dir, fsync=settings.fsync, run_as=settings.postgres_user)
            if settings.embedded
            else None
        )
        self.database_falls = Falls("the embedded PostgreSQL")
        fd = listener.fileno()
        self.http = [Child(f"yihu http {n}", lambda: answer(settings, fd), (fd,)) for n in range(1, workers + 1)]
        background = Child("yihu background", lambda: uvloop.run(worker.run(settings)))
        self.background = [background] if settings.background else []
        self.hints: list[str] = []

    def run(self, prepare: Prepare | None) -> int:
        """Bring everything up, keep it up until asked to stop, and bring it down, whatever happens."""
        try:
            self._bring_up(prepare)
            self._watch()
        finally:
            self._bring_down()
        return 0

    def _bring_up(self, prepare: Prepare | None) -> None:
        with self.signals.interrupting():
            if self.database:
                with _step("数据库", "database"):
                    self.database.start()
                self.database_falls.started()
            with _step("检查", "checks"):
                self._refuse_unfit()
            with _step("表结构", "tables"):
                migrate.upgrade(database_url(self.settings, "owner"), app_role(self.settings), keyring(self.settings))
            if prepare:
                self.hints = list(_prepare(prepare, self.settings))

    def _refuse_unfit(self) -> None:
        """Refuse a server that is too old, too small, or in production one that may forget."""
        url, production = database_url(self.settings, "app"), self.settings.env == "production"
        deadline = time.monotonic() + EXTERNAL_SECONDS
        while True:
            try:
                found = asyncio.run(preflight.problems(url, connections=self.connections, durable=production))
                break
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                where = make_url(url).render_as_string(hide_password=True)
                if time.monotonic() > deadline or not _may_pass(error):
                    raise ServeError(f"the database {where} cannot be used: {error}") from error
            time.sleep(0.5)
        if found:
            raise ServeError("the database server is not fit:\n" + "\n".join(f"  - {line}" for line in found))

    def _watch(self) -> None:
        """Start again whatever ends, until asked to stop."""
        announced, late = False, time.monotonic() + LATE_SECONDS
        with closing(_Probe(self.listener)) as probe:
            while not self.signals.asked:
                self._keep_database()
                for child in (*self.http, *self.background):
                    child.keep()
                if not announced and probe.is_ready():
                    announced = True
                    self._announce()
                elif not announced and time.monotonic() > late:
                    late = math.inf
                    logger.warning("supervisor.not_ready", seconds=LATE_SECONDS, ask="/readyz")
                self.signals.wait(0.5 if announced else 0.1)

    def _keep_database(self) -> None:
        if not self.database or self.database.poll() is None:
            return
        logger.warning("supervisor.database_ended", status=self.database.poll())
        self.database_falls.fell()
        with self.signals.interrupting():
            self.database.start()
        self.database_falls.started()
        for child in (*self.http, *self.background):
            child.falls.forgive()  # falling without a database is not their fault
        logger.info("supervisor.database_restarted")

    def _announce(self) -> None:
        host, port = _address(self.listener)
        _say(f"已就绪 Ready: http://{host}:{port}")
        _say(f"接口文档 API docs: http://{host}:{port}/docs")
        _say(f"社区工作台 Desk: http://{host}:{port}/desk")
        for line in self.hints:
            _say(line)
        _say("走一遍流程 Walk through it: yihu tour")
        _say("停止 Stop: Ctrl-C")

    def _bring_down(self) -> None:
        """HTTP first, so that nobody is answered by half of us; the database last."""
        self.listener.close()
        if self.signals.asked:
            _say("正在停止 Stopping …")
        stop(self.http, GRACEFUL_SECONDS, self.signals)
        stop(self.background, WORKER_SECONDS, self.signals)
        if self.database:
            self.database.stop()


def answer(settings: Settings, fd: int) -> None:
    """Be one HTTP worker on the socket `fd`, until SIGTERM."""
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # what start-up made stays: not looking at it again halves the slowest answers
    config = uvicorn.Config(
        app,
        fd=fd,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        forwarded_allow_ips=settings.trusted_proxies,
        loop="uvloop",
        http="httptools",
    )
    uvicorn.Server(config).run()


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock, which the kernel gives back however we end."""
    try:
        pgplace.make_data_dir(data_dir)
        file = (data_dir / "serve.lock").open("a+")
    except OSError as error:
        raise ServeError(f"the data folder {data_dir} cannot be used: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ServeError(
                f"{data_dir} is being served already, by process {file.read().strip()}; "
                "stop that one or choose another --data-dir"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _listen(host: str, port: int) -> socket.socket:
    """The one socket that every HTTP worker accepts from; refused before anything slow begins."""
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = socket.create_server(address, family=family, backlog=2048)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise ServeError(f"{host}:{port} cannot be listened on ({error}); choose another --port") from error
            time.sleep(0.1)
        else:
            # an answer leaves in two parts; without this the second waits 40 ms for the caller to acknowledge the first
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what it accepts inherits it
            return listener


def _address(listener: socket.socket) -> tuple[str, int]:
    """Host, as written in a URL, and port under which this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - the address is read, not bound
    return f"[{host}]" if ":" in host else host, port


class _Probe:
    """Asks `/readyz` one question at a time: the socket takes it long before a worker is there to answer."""

    def __init__(self, listener: socket.socket) -> None:
        host, self._port = _address(listener)
        self._host = host.strip("[]")
        self._asked: socket.socket | None = None

    def is_ready(self) -> bool:
        """Whether some HTTP worker has said that it can serve; does not wait for the answer."""
        try:
            if self._asked is None:
                self._asked = socket.create_connection((self._host, self._port), timeout=1)
                self._asked.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if not select.select([self._asked], [], [], 0)[0]:
                return False
            answer = self._asked.recv(64)
        except OSError:
            answer = b""
        self.close()
        return answer.startswith(b"HTTP/1.1 200 ")

    def close(self) -> None:
        if self._asked:
            self._asked.close()
        self._asked = None


def _may_pass(error: Exception) -> bool:
    """Whether the database may still be coming up."""
    return isinstance(error, OSError | asyncpg.CannotConnectNowError)


def _say(line: str, *, file_is_stderr: bool = False) -> None:
    Console(stderr=file_is_stderr).print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _step(zh: str, en: str) -> Iterator[None]:
    """Show what is being done while it takes long, and how long it took."""
    console, began = Console(), time.monotonic()
    with console.status(f"{zh} {en} …"):
        yield
    console.print(f"✓ {zh} {en} {time.monotonic() - began:.1f} s", highlight=False)


def _prepare(prepare: Prepare, settings: Settings) -> Iterable[str]:
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %")
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("准备数据 preparing data", visible=False)  # there may be nothing to do

        def report(doing: str, done: int, total: int) -> None:
            progress.update(task, description=doing, completed=done, total=total, visible=True)

        return prepare(settings, report) or []
