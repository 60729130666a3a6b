"""Where the embedded database is kept, and as whom it runs."""

import os
import shutil
import stat
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.kit import pgplace
from app.kit.postgres import EmbeddedPostgresError, url
from tests.kit.conftest import Lend, Start, postmaster, sql

ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="only root has to become another user")


LONG = "a/very/long/way/" * 8
ODD = [
    "plain",
    "with spaces and % + : @",
    "数据/一呼",
    "a, comma",
    f"{LONG}x",
    f"{LONG} 数据, 'quoted' \"twice\"",
]


@pytest.mark.parametrize("name", ODD)
async def test_any_folder_can_be_connected_to(folder: Path, lend: Lend, start: Start, name: str) -> None:
    data_dir = lend(folder / name)
    database = start(data_dir)
    assert database.url("app") == url(data_dir, "app")
    connection = await asyncpg.connect(database.url("app"), timeout=5)
    assert await connection.fetchval("SELECT current_user") == "yihu_app"
    await connection.close()
    engine = create_async_engine(make_url(database.url("owner")).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as through:
        assert await through.scalar(text("SELECT current_user")) == "yihu"
    await engine.dispose()


@pytest.mark.parametrize(("length", "short"), [(107, False), (108, True)])
def test_the_longest_path_that_the_kernel_takes_is_used_in_place(
    folder: Path, lend: Lend, start: Start, length: int, short: bool
) -> None:
    fixed = len(os.fsencode(folder / "x" / "socket" / ".s.PGSQL.5432")) - 1
    data_dir = lend(folder / ("x" * (length - fixed)))
    assert (pgplace.socket_folder(data_dir).parent == pgplace.SHORT_FOLDERS) is short
    start(data_dir)
    assert sql(data_dir, "SELECT 1") == "1"


def test_a_short_socket_folder_is_private_and_removed_again(folder: Path, lend: Lend, start: Start) -> None:
    data_dir = lend(folder / LONG)
    database = start(data_dir)
    short = pgplace.socket_folder(pgplace.home(data_dir))
    assert short.parent == pgplace.SHORT_FOLDERS
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    database.stop()
    assert not short.exists()


def test_a_socket_folder_that_somebody_else_made_is_refused(folder: Path, lend: Lend, start: Start) -> None:
    data_dir = lend(folder / LONG)
    short = pgplace.socket_folder(pgplace.home(data_dir))
    short.mkdir(mode=0o755)
    try:
        with pytest.raises(EmbeddedPostgresError, match="not a private folder"):
            start(data_dir)
        with pytest.raises(EmbeddedPostgresError, match="not a private folder"):
            url(data_dir, "app")
    finally:
        short.rmdir()


@only_root
def test_root_becomes_another_user(data_dir: Path, start: Start) -> None:
    start(data_dir)
    assert Path(f"/proc/{postmaster(data_dir)}").stat().st_uid == (data_dir / "postgres").stat().st_uid != 0


@only_root
def test_a_folder_that_the_other_user_cannot_enter_stays_closed_and_the_cluster_lives_elsewhere(
    folder: Path, lend: Lend, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgplace, "REACHABLE", folder / "reachable")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    database = start(closed / "data")
    sql(closed / "data", "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    database.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not (closed / "data" / "postgres").exists()
    note = (closed / "data" / pgplace.NOTE).read_text()
    elsewhere = Path(note.splitlines()[0])
    assert elsewhere.is_relative_to(folder / "reachable")
    closed.rename(folder / "moved")
    start(folder / "moved" / "data").stop()
    assert start(folder / "moved" / "data").url("owner") == url(folder / "moved" / "data", "owner")
    assert sql(folder / "moved" / "data", "SELECT n FROM kept") == "7"


@only_root
def test_a_cluster_that_the_note_promises_is_not_replaced_by_an_empty_one(folder: Path, start: Start) -> None:
    pgplace.make_data_dir(folder / "data")
    (folder / "data" / pgplace.NOTE).write_text(f"{folder}/gone\n")
    with pytest.raises(EmbeddedPostgresError, match="there is none"):
        start(folder / "data")


@only_root
def test_programs_that_the_other_user_cannot_reach_are_copied(
    folder: Path, lend: Lend, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pgplace, "REACHABLE", folder / "reachable")
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    site = pgplace.programs(None).parents[2]
    for part in (pgplace.WHEEL, f"{pgplace.WHEEL}.libs"):
        shutil.copytree(site / part, hidden / part, ignore=shutil.ignore_patterns("pginstall", "include"))
    monkeypatch.syspath_prepend(str(hidden))
    assert pgplace.programs(None).is_relative_to(hidden)
    start(lend(folder / "data"))
    assert sql(folder / "data", "SELECT 1") == "1"
    program = Path(f"/proc/{postmaster(folder / 'data')}/exe").resolve()
    assert program.is_relative_to(folder / "reachable" / "programs")
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700


@only_root
def test_the_user_is_the_one_asked_for_else_the_owner_of_the_cluster(folder: Path) -> None:
    data_dir = folder / "data"
    with pytest.raises(EmbeddedPostgresError, match="no other user nobody-at-all"):
        pgplace.choose_user("nobody-at-all", data_dir / "none")
    with pytest.raises(EmbeddedPostgresError, match="no other user root"):
        pgplace.choose_user("root", data_dir / "none")
    cluster = data_dir / "postgres"
    cluster.mkdir(parents=True)
    os.chown(cluster, 65_534, 65_534)
    chosen = pgplace.choose_user(None, cluster)
    assert chosen is not None
    assert chosen.name == "nobody"
    with pytest.raises(EmbeddedPostgresError, match="belongs to nobody, not to daemon"):
        pgplace.choose_user("daemon", cluster)
    os.chown(cluster, 0, 0)
    with pytest.raises(EmbeddedPostgresError, match="belongs to root"):
        pgplace.choose_user(None, cluster)


@only_root
def test_a_strict_umask_hides_nothing_from_the_other_user(folder: Path, start: Start) -> None:
    before = os.umask(0o077)
    try:
        start(folder / "new" / "data")
    finally:
        os.umask(before)
    assert sql(folder / "new" / "data", "SELECT 1") == "1"
    assert not (folder / "new" / "data" / pgplace.NOTE).exists()
