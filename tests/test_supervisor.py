"""`yihu serve` as real processes that are really killed: as root and not, with one worker and with two."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from app import supervisor
from app.kit import pgplace
from app.kit.postgres import url
from app.settings import Settings

HERE = Path(__file__).parents[1]
ME = pwd.getpwuid(os.geteuid()).pw_name
OTHER = "nobody" if os.geteuid() == 0 else ME
"""Root also starts it as a user without rights; for anybody else there is only that way."""
LONG = "一个很长的路径/" * 8 + "with spaces"


def wait_for(what: Callable[[], object], seconds: float = 30) -> object:
    """The first true answer of `what`; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.05)
    return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def as_user(name: str) -> list[str]:
    """The words before a command that make it run as `name`."""
    if name == ME:
        return []
    entry = pwd.getpwnam(name)
    words = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    user = pgplace.User.named(entry)
    if not all(user.reaches(path) for path in (Path(sys.executable), Path(supervisor.__file__).parent)):
        # Python or the code lies in root's home: to read there is the only right that `name` gets in addition
        words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return words


class Server:
    """One data folder and port, served again and again."""

    def __init__(self, home: Path, user: str, workers: int) -> None:
        self.home, self.user, self.workers = home, user, workers
        self.data_dir = home / ("plain" if workers == 1 else LONG)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.family: list[psutil.Process] = []
        self.output = home / "output"

    def command(self, *more: str) -> list[str]:
        words = ["serve", "--data-dir", str(self.data_dir), "--port", str(self.port)]
        return [*as_user(self.user), sys.executable, "-m", "app", *words, *more]

    def environment(self) -> dict[str, str]:
        """Ours, but without settings from outside, and with compiled code kept for the next start."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("YIHU_", "PYTHON"))}
        return {**kept, "HOME": str(self.home), "YIHU_FSYNC": "false", "YIHU_REQUESTS_PER_MINUTE": "0"}

    def launch(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command("--workers", str(self.workers)),
                cwd=HERE,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def start(self) -> None:
        self.launch()
        wait_for(self.is_ready, 60)
        self.see()

    def up(self) -> None:
        """Start unless it runs."""
        if self.process is None:
            self.start()

    def see(self) -> None:
        """Remember every process there is, so that none is forgotten when it must be gone."""
        self.family = [self.supervisor, *self.supervisor.children(recursive=True)]

    @property
    def supervisor(self) -> psutil.Process:
        assert self.process is not None
        return psutil.Process(self.process.pid)

    def child(self, word: str) -> psutil.Process:
        """The supervisor's child with `word` in its name."""
        found = self.children(word)
        assert found, f"no {word} among the children"
        return found[0]

    def children(self, word: str) -> list[psutil.Process]:
        return [child for child in self.supervisor.children() if word in name_of(child)]

    @property
    def postmaster(self) -> psutil.Process:
        return next(child for child in self.supervisor.children() if name_of(child) == "postgres")

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.output.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def sql(self, statement: str) -> str:
        """What psql prints for a statement over the socket; committed means written, whatever fsync says."""
        psql, address = pgplace.programs(None) / "psql", url(self.data_dir, "owner")
        command = [str(psql), "-XAtq", "-c", "SET synchronous_commit = on", "-c", statement, address]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()

    def ended(self) -> int:
        """The exit code, once every process is gone and the port is free."""
        assert self.process is not None
        code = self.process.wait(40)
        self.process = None
        _, alive = psutil.wait_procs(self.family, timeout=15)
        assert alive == [], "left behind"
        named = [one for one in psutil.process_iter() if str(self.data_dir) in _words(one)]
        assert named == [], "left behind"
        with socket.create_server(("127.0.0.1", self.port)):
            pass
        short = pgplace.socket_folder(pgplace.home(self.data_dir))
        assert not (short / ".s.PGSQL.5432").is_socket() or code < 0
        return code


def name_of(process: psutil.Process) -> str:
    """What a process is called; nothing where it has ended since it was listed, as the short-lived helpers do."""
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def home_of(user: str) -> Iterator[Path]:
    """A folder of this user's that every user can pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        yield Path(folder)


@pytest.fixture
def home() -> Iterator[Path]:
    with home_of(ME) as folder:
        yield folder


@pytest.fixture(scope="module", params=[(ME, 1), (OTHER, 2)], ids=lambda p: f"{p[0]}, workers: {p[1]}")
def shared(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for all tests of this module, with a row that must survive every one of them."""
    user, workers = request.param
    with home_of(user) as home:
        server = Server(home, user, workers)
        try:
            server.start()
            server.sql("CREATE TABLE kept (n int)")
            server.sql("INSERT INTO kept VALUES (7)")
            yield server
        finally:
            if server.process:
                server.see()
                server.process.kill()
                server.ended()


@pytest.fixture
def server(shared: Server) -> Server:
    """The server, running, its row in place."""
    shared.up()
    assert shared.sql("SELECT n FROM kept") == "7"
    return shared


def test_everything_runs_as_children_of_one_process(server: Server) -> None:
    assert len(server.children("http")) == server.workers
    assert len(server.children("background")) == 1
    uids = server.postmaster.uids().real, server.child("http").uids().real
    owner = pwd.getpwnam(server.user).pw_uid
    assert uids[1] == owner
    assert uids[0] == owner != 0 or (owner == 0 and uids[0] != 0)


def test_a_second_serve_on_the_same_folder_is_refused(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=server.data_dir)
    assert supervisor.serve(settings, host="127.0.0.1", port=free_port(), workers=1) == 1
    assert f"is being served already, by process {server.supervisor.pid}" in capsys.readouterr().err
    assert server.is_ready()


def test_a_port_that_is_taken_is_refused_before_anything_is_made(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=server.home / "another")
    assert supervisor.serve(settings, host="127.0.0.1", port=server.port, workers=1) == 1
    assert f"127.0.0.1:{server.port} cannot be listened on" in capsys.readouterr().err
    assert not (server.home / "another" / "postgres").exists()


def test_killed_workers_are_replaced(server: Server) -> None:
    killed = [server.child("http"), server.child("background")]
    for one in killed:
        one.kill()

    def replaced() -> bool:
        now = [child for word in ("http", "background") for child in server.children(word) if child not in killed]
        return len(now) == server.workers + 1

    wait_for(replaced)
    wait_for(server.is_ready)


def test_a_killed_database_is_started_again_under_the_same_workers(server: Server) -> None:
    killed, http = server.postmaster, server.child("http")
    killed.kill()
    wait_for(lambda: [c for c in server.supervisor.children() if name_of(c) == "postgres" and c != killed])
    wait_for(server.is_ready)
    assert server.sql("SELECT n FROM kept") == "7"
    assert http.is_running()


def test_everything_killed_at_once_is_no_harm_to_the_next_start(server: Server) -> None:
    server.see()
    for one in server.family:
        with suppress(psutil.NoSuchProcess):  # who dies with the supervisor may be gone before its turn
            one.kill()
    assert server.ended() == -signal.SIGKILL


def test_a_killed_supervisor_leaves_nothing_and_the_next_may_start_at_once(server: Server) -> None:
    server.see()
    before = server.family
    server.supervisor.kill()
    assert server.process is not None
    server.process.wait()
    server.start()
    assert server.sql("SELECT n FROM kept") == "7"
    _, alive = psutil.wait_procs(before, timeout=5)
    assert alive == []


def test_sigterm_stops_everything(server: Server) -> None:
    server.see()
    server.supervisor.terminate()
    assert server.ended() == 0


def test_ctrl_c_lets_the_request_in_hand_be_answered_and_stops_everything(server: Server) -> None:
    server.see()
    lock = "BEGIN; LOCK alembic_version IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1.2); COMMIT"
    psql = [str(pgplace.programs(None) / "psql"), "-Xqc", lock, url(server.data_dir, "owner")]
    locks = "SELECT count(*) FROM pg_locks WHERE relation = 'alembic_version'::regclass AND "
    held, awaited = f"{locks} granted AND mode = 'AccessExclusiveLock'", f"{locks} NOT granted"
    with (
        subprocess.Popen(psql, stdout=subprocess.DEVNULL) as locker,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
    ):
        wait_for(lambda: server.sql(held) != "0", 5)
        client.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        wait_for(lambda: server.sql(awaited) != "0", 5)
        os.killpg(server.supervisor.pid, signal.SIGINT)
        assert client.recv(4096).startswith(b"HTTP/1.1 200 "), server.output.read_text()
        locker.wait(10)
    assert server.ended() == 0


def test_too_few_connections_are_refused_with_the_numbers(shared: Server, capsys: pytest.CaptureFixture[str]) -> None:
    if shared.process:
        shared.see()
        shared.supervisor.terminate()
        assert shared.ended() == 0
    settings = Settings(data_dir=shared.data_dir, pool_size=64)
    assert supervisor.serve(settings, host="127.0.0.1", port=shared.port, workers=2) == 1
    refusal = capsys.readouterr().err
    assert "may hold 200 connections" in refusal
    assert "max_connections 100" in refusal


def test_ctrl_c_during_the_first_start_leaves_nothing_running_and_the_next_start_works(home: Path) -> None:
    fresh = Server(home, ME, 1)
    fresh.launch()
    wait_for(lambda: list(fresh.data_dir.glob("postgres.new-*/PG_VERSION")))
    fresh.see()
    os.killpg(fresh.supervisor.pid, signal.SIGINT)
    assert fresh.ended() == 0
    assert not (fresh.data_dir / "postgres").exists()
    fresh.launch()
    wait_for((fresh.data_dir / "postgres").exists)
    assert not list(fresh.data_dir.glob("postgres.new-*"))
    fresh.see()
    fresh.supervisor.terminate()
    assert fresh.ended() == 0


def test_a_port_that_a_killed_serve_is_just_giving_back_is_waited_for() -> None:
    held = socket.create_server(("127.0.0.1", 0))
    port = held.getsockname()[1]
    gives_back = threading.Timer(0.5, held.close)
    gives_back.start()
    with supervisor._listen("127.0.0.1", port) as listener:
        assert listener.getsockname()[1] == port
    gives_back.join()


def test_the_second_part_of_an_answer_does_not_wait_for_the_caller_to_acknowledge_the_first() -> None:
    with supervisor._listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_unsafe_settings_are_refused_by_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = Settings(env="production", data_dir=tmp_path / "data", fsync=False)
    assert supervisor.serve(settings, host="127.0.0.1", port=0, workers=1) == 1
    assert "YIHU_FSYNC" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
