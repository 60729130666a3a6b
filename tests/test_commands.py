"""`yihu seed regions`, `yihu staff add` and `yihu ledger verify`, as the processes that an operator starts."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select

from app.access.models import Account, Grant
from app.kit.db import Sessions, transaction
from app.ledger.models import Board, Standing
from app.regions.models import Region
from app.settings import Settings
from tests.factories import COMMUNITY, a_region

REGIONS = Path(__file__).parent / "regions" / "regions.csv"
STAFF = ("staff", "add", "--username", "clerk", "--password-stdin", "--role")
PASSWORD = b"correct horse\n"


@dataclass
class Ended:
    """How a command ended, and what it printed."""

    code: int | None
    out: str
    err: str

    def refused(self) -> str:
        """The one plain line of a refusal."""
        assert self.code not in (0, None), self.out
        assert "Traceback" not in self.err
        [line] = self.err.splitlines()
        return line


class Yihu:
    """The command line, on a database of its own."""

    def __init__(self, settings: Settings) -> None:
        self.environment = {
            **os.environ,
            "YIHU_DATABASE_URL": str(settings.database_url),
            "YIHU_LOG_LEVEL": "error",
        }

    async def run(self, *arguments: str | Path, stdin: bytes = PASSWORD) -> Ended:
        command = [sys.executable, "-m", "app", *map(str, arguments)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=self.environment
        )
        out, err = await process.communicate(stdin)
        return Ended(process.returncode, out.decode(), err.decode())


@pytest.fixture
def yihu(committing: Settings) -> Yihu:
    return Yihu(committing)


def test_what_a_start_loads_is_set_aside_from_the_collector() -> None:
    """Else the supervisor and each of its workers would look through all of it before the first answer."""
    told = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count()))"
    command = [sys.executable, "-c", f"{told}; from app.__main__ import main; main()", "--help"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    enabled, frozen = ended.stdout.split()[-2:]
    assert enabled == "True"
    assert int(frozen) > 100_000


async def count(sessions: Sessions, table: type) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_regions_are_seeded_and_seeding_again_changes_nothing(yihu: Yihu, committed_sessions: Sessions) -> None:
    first = await yihu.run("seed", "regions", REGIONS)
    assert (first.code, first.out) == (
        0,
        "新增 loaded 13, 更新 updated 0, 未变 unchanged 0, 未载入 refused 0\n",
    )
    again = await yihu.run("seed", "regions", REGIONS)
    assert (again.code, "unchanged 13" in again.out) == (0, True)
    assert await count(committed_sessions, Region) == 13


async def test_bad_lines_are_printed_and_good_ones_stay(
    yihu: Yihu, committed_sessions: Sessions, tmp_path: Path
) -> None:
    file = tmp_path / "some.csv"
    file.write_text("code,level,name,parent_code\n11,province,北京市,\n1101,city,市辖区,12\n")
    ended = await yihu.run("seed", "regions", file)
    assert "refused 1" in ended.out
    assert ended.refused() == "第 3 行 line 3: 编码须以上级编码开头 the code must begin with its parent's"
    assert await count(committed_sessions, Region) == 1


async def test_staff_are_added_once(yihu: Yihu, committed_sessions: Sessions) -> None:
    async with transaction(committed_sessions) as session:
        await a_region(session)
    for _ in range(2):
        ended = await yihu.run(*STAFF, "dispatcher", "--region", COMMUNITY)
        assert (ended.code, ended.out) == (0, f"clerk 可登录 may sign in: dispatcher {COMMUNITY}\n")
    assert [await count(committed_sessions, table) for table in (Account, Grant)] == [1, 1]


async def test_an_admin_without_a_region_is_everywhere(yihu: Yihu, committed_sessions: Sessions) -> None:
    assert (await yihu.run(*STAFF, "admin")).out == "clerk 可登录 may sign in: admin everywhere\n"
    async with committed_sessions() as session:
        assert await session.scalar(select(Grant.region_code)) == ""


@pytest.mark.parametrize(
    ("arguments", "stdin", "reason"),
    [
        (["dispatcher"], PASSWORD, "needs a region"),
        (["admin"], b"", "a password takes 8 to 200 characters"),
        (["admin"], "密码密码密码密码".encode("gbk"), "the password is not UTF-8"),
    ],
)
async def test_staff_that_make_no_sense_are_refused_with_one_line(
    yihu: Yihu, committed_sessions: Sessions, arguments: list[str], stdin: bytes, reason: str
) -> None:
    assert reason in (await yihu.run(*STAFF, *arguments, stdin=stdin)).refused()
    assert await count(committed_sessions, Account) == 0


async def test_a_role_that_is_none_is_refused(yihu: Yihu) -> None:
    ended = await yihu.run(*STAFF, "mayor")
    assert (ended.code, "Traceback" in ended.err) == (2, False)


async def test_a_database_that_is_not_running_is_one_line(yihu: Yihu, tmp_path: Path) -> None:
    del yihu.environment["YIHU_DATABASE_URL"]
    ended = await yihu.run(*STAFF, "admin", "--data-dir", str(tmp_path))
    assert "cannot connect to" in ended.refused()
    assert "yihu serve" in ended.err


async def test_a_database_without_tables_says_what_to_run(yihu: Yihu) -> None:
    empty = make_url(yihu.environment["YIHU_DATABASE_URL"]).set(database="postgres")
    yihu.environment["YIHU_DATABASE_URL"] = empty.render_as_string(hide_password=False)
    assert "yihu db upgrade" in (await yihu.run(*STAFF, "admin")).refused()


async def test_summaries_are_verified_and_a_difference_is_an_exit_code(
    yihu: Yihu, committed_sessions: Sessions
) -> None:
    agreeing = await yihu.run("ledger", "verify")
    assert (agreeing.code, agreeing.err) == (0, "")
    assert "排行 standings: 一致 agree\n" in agreeing.out
    async with transaction(committed_sessions) as session:
        session.add(
            Standing(board=Board.COMMUNITY, period="2026Q4", region_code="", key="x", points=1, minutes=0, count=0)
        )
    differing = await yihu.run("ledger", "verify")
    assert (differing.code, "排行 standings: 不一致 differ: 1\n" in differing.out) == (1, True)
    assert "key=x points_kept=1 points_counted=0" in differing.err
