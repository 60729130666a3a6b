"""The embedded database for its own tests, apart from the one that all other tests share."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.kit import pgplace
from app.kit.postgres import EmbeddedPostgres, url

Start = Callable[[Path], EmbeddedPostgres]
Lend = Callable[[Path], Path]


def sql(data_dir: Path, statement: str) -> str:
    """What psql prints for `statement`, run as the owner."""
    psql = str(pgplace.programs(None) / "psql")
    command = [psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url(data_dir, "owner")]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()


def postmaster(data_dir: Path) -> int:
    """The process id of a running database, as its own folder says."""
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


@pytest.fixture(scope="package")
def top() -> Iterator[Path]:
    """A folder that any user can pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="package")
def warm(top: Path) -> Path:
    """A data folder with a stopped database in it."""
    database = EmbeddedPostgres(top / "warm", fsync=False)
    database.start()
    database.stop()
    return top / "warm"


@pytest.fixture
def folder(top: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=top) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def lend(warm: Path) -> Iterator[Lend]:
    """Moves the one database into a data folder, and back at the end: a copy takes longer than a test."""
    taken = []

    def lent(data_dir: Path) -> Path:
        pgplace.make_data_dir(data_dir)
        taken.append((warm / "postgres").rename(data_dir / "postgres"))
        return data_dir

    yield lent
    for cluster in taken:
        cluster.rename(warm / "postgres")


@pytest.fixture
def data_dir(folder: Path, lend: Lend) -> Path:
    return lend(folder / "data")


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts databases that are stopped at the end."""
    with ExitStack() as stack:

        def started(data_dir: Path) -> EmbeddedPostgres:
            database = EmbeddedPostgres(data_dir, fsync=False)
            stack.callback(database.stop)
            database.start()
            return database

        yield started
