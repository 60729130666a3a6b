"""The embedded database: made, adopted, killed, and ended with whoever started it."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from app.kit import children, pgplace
from app.kit.postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.kit.conftest import Start, postmaster, sql

ROOT = os.geteuid() == 0


def ends(pid: int, seconds: float = 10) -> bool:
    """Whether a process that is not our child is gone in time."""
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_the_first_start_makes_a_database_that_only_local_roles_enter(folder: Path, start: Start) -> None:
    database = start(folder / "new" / "data")
    answer = sql(database.data_dir, "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname ~ '^yihu'")
    assert answer.splitlines() == ["yihu|t|t", "yihu_app|f|t"]
    names = ["server_version_num", "listen_addresses", "timezone", "data_checksums", "server_encoding"]
    version, *shown = [sql(database.data_dir, f"SHOW {name}") for name in names]
    assert version.startswith("18")
    assert shown == ["", "UTC", "on", "UTF8"]
    about = "SELECT pg_get_userbyid(datdba), datlocprovider, datlocale FROM pg_database WHERE datname = 'yihu'"
    assert sql(database.data_dir, about) == "yihu|b|C.UTF-8"
    assert stat.S_IMODE((database.data_dir / "socket").stat().st_mode) == 0o700
    assert stat.S_IMODE((database.data_dir / "postgres").stat().st_mode) == 0o700


def test_the_database_does_not_write_into_our_terminal_but_into_its_folder(
    data_dir: Path, start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    database = start(data_dir)
    with pytest.raises(subprocess.CalledProcessError):
        sql(data_dir, "SELECT 'secret'::int")
    database.stop()
    assert capfd.readouterr() == ("", "")
    logs = "".join(file.read_text() for file in (data_dir / "postgres" / "log").iterdir())
    assert "ready to accept connections" in logs
    assert "secret" not in logs


@pytest.mark.parametrize("fsync", [True, False])
def test_fsync_off_also_gives_up_what_is_pointless_without_it(data_dir: Path, fsync: bool) -> None:
    database = EmbeddedPostgres(data_dir, fsync=fsync)
    database.start()
    try:
        names = "'fsync', 'synchronous_commit', 'full_page_writes'"
        shown = sql(data_dir, f"SELECT DISTINCT setting FROM pg_settings WHERE name IN ({names})")
    finally:
        database.stop()
    assert shown == ("on" if fsync else "off")


def test_a_running_database_is_adopted_and_left_running(data_dir: Path, start: Start) -> None:
    first, second = start(data_dir), start(data_dir)
    assert first.process is not None
    assert second.process is None
    second.stop()
    assert first.poll() is None
    assert sql(data_dir, "SELECT 1") == "1"


def test_the_end_of_an_adopted_database_is_noticed_and_it_becomes_ours(data_dir: Path, start: Start) -> None:
    first, second = start(data_dir), start(data_dir)
    assert second.poll() is None
    first.stop()
    assert second.poll() is not None
    second.start()
    assert second.process is not None
    assert sql(data_dir, "SELECT 1") == "1"


def test_stopping_twice_and_starting_again_is_fine(data_dir: Path, start: Start) -> None:
    database = start(data_dir)
    database.start()
    database.stop()
    database.stop()
    assert database.poll() is not None
    database.start()
    assert sql(data_dir, "SELECT 1") == "1"


def test_a_killed_database_starts_again_at_once_with_its_rows(data_dir: Path, start: Start) -> None:
    database = start(data_dir)
    flushed = "SET synchronous_commit = on"  # which goes with fsync: a kill may lose the last rows without
    sql(
        data_dir,
        f"{flushed}; DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)",
    )
    assert database.process is not None
    database.process.kill()
    database.process.wait()
    assert database.poll() == -signal.SIGKILL
    database.start()
    assert sql(data_dir, "SELECT n FROM kept") == "7"


def test_the_remains_of_a_killed_database_are_waited_for(data_dir: Path, start: Start) -> None:
    database = start(data_dir)
    assert database.process is not None
    family = psutil.Process(database.process.pid).children()
    lingering = next(child for child in family if "checkpointer" in " ".join(child.cmdline()))
    lingering.suspend()
    wakes = threading.Timer(1.0, lingering.resume)
    database.process.kill()
    database.process.wait()
    wakes.start()
    database.start()
    wakes.join()
    assert sql(data_dir, "SELECT 1") == "1"


def test_a_pid_file_with_the_number_of_another_program_is_no_obstacle(data_dir: Path, start: Start) -> None:
    database = start(data_dir)
    assert database.process is not None
    pid_file = data_dir / "postgres" / "postmaster.pid"
    before = pid_file.read_text()
    database.stop()
    user = pgplace.choose_user(None, data_dir / "postgres")
    with children.spawn(["/bin/sleep", "60"], on_death=signal.SIGKILL, user=user.name if user else None) as other:
        time.sleep(0.2)
        pid_file.write_text(before.replace(before.split("\n", 1)[0], str(other.pid), 1))
        if user:
            os.chown(pid_file, user.uid, user.gid)
        began = time.monotonic()
        try:
            database.start()
        finally:
            other.kill()
    assert time.monotonic() - began < 10
    assert sql(data_dir, "SELECT 1") == "1"


def test_the_database_ends_cleanly_when_whoever_started_it_is_killed(data_dir: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app.kit.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), fsync=False).start(); print(1, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"1\n"
        pid = postmaster(data_dir)
        starter.kill()
    assert ends(pid)
    control = [pgplace.programs(None) / "pg_controldata", data_dir / "postgres"]
    state = subprocess.run(control, check=True, capture_output=True, text=True, env={"LC_ALL": "C"}).stdout
    assert "Database cluster state:               shut down\n" in state


def test_another_version_and_a_folder_of_something_else_are_refused(folder: Path, start: Start) -> None:
    cluster = folder / "data" / "postgres"
    cluster.mkdir(parents=True)
    if ROOT:
        os.chown(cluster, 65_534, 65_534)
    with pytest.raises(EmbeddedPostgresError, match="not a PostgreSQL folder"):
        start(folder / "data")
    (cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 17, this is 18"):
        start(folder / "data")


def test_what_a_broken_first_start_left_is_swept_away(folder: Path, start: Start) -> None:
    left = folder / "data" / "postgres.new-x"
    pgplace.make_data_dir(folder / "data")
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    start(folder / "data")
    assert not left.exists()


def test_a_database_that_cannot_start_says_why_at_once(data_dir: Path, start: Start) -> None:
    conf = data_dir / "postgres" / "postgresql.auto.conf"
    before = conf.read_text()
    conf.write_text("shared_buffers = many\n")
    began = time.monotonic()
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers"):
        start(data_dir)
    assert time.monotonic() - began < 10
    conf.write_text(before)


def test_a_folder_that_vanished_is_not_replaced_by_an_empty_one(data_dir: Path, start: Start) -> None:
    database = start(data_dir)
    database.stop()
    (data_dir / "postgres").rename(data_dir / "vanished")
    with pytest.raises(EmbeddedPostgresError, match="is gone"):
        database.start()
    (data_dir / "vanished").rename(data_dir / "postgres")
    database.start()
    assert database.poll() is None


def test_old_logs_are_swept_away_at_a_start(data_dir: Path, start: Start) -> None:
    old = data_dir / "postgres" / "log" / "postgres-Old.log"
    old.write_text("x")
    os.utime(old, (0, 0))
    start(data_dir)
    assert not old.exists()
