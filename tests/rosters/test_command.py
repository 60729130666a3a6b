"""`yihu import`, as an operator starts it: twenty thousand rows, the same again, and kill -9 in the middle."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.enrollments.models import Enrollment
from app.kit.db import Sessions
from app.members.models import Member
from app.settings import Settings
from tests.conftest import SECRET
from tests.demands.world import COMMUNITY
from tests.factories import a_region, an_organization
from tests.kit.workbooks.test_reading import processor
from tests.rosters.sheets import BRANCH, HEADER, count
from tests.test_commands import Yihu

ROWS = 20_000


@pytest.fixture
async def yihu(committing: Settings, committed_sessions: Sessions) -> Yihu:
    async with committed_sessions() as session:
        await a_region(session)
        await an_organization(session)
        await session.commit()
    made = Yihu(committing)
    made.environment["YIHU_SECRET_KEY"] = SECRET
    return made


def a_csv(folder: Path, *rows: str) -> Path:
    file = folder / "名册.csv"
    file.write_text("\n".join([",".join(HEADER), *rows]), encoding="gb18030")
    return file


def many() -> list[str]:
    return [f"党员{number},138{number:08},{BRANCH},{COMMUNITY},医疗" for number in range(ROWS)]


async def members(sessions: Sessions) -> int:
    async with sessions() as session:
        return await count(session, Member)


async def test_a_dry_run_says_and_does_nothing(yihu: Yihu, committed_sessions: Sessions, tmp_path: Path) -> None:
    file = a_csv(tmp_path, f"新一,13800000071,{BRANCH},{COMMUNITY},", f"新二,138,{BRANCH},{COMMUNITY},")
    ended = await yihu.run("import", "members", file, "--dry-run", "--errors", tmp_path / "errors.xlsx")
    assert ended.code == 1
    assert ended.out == "新增 new 1, 更新 changed 0, 未变 unchanged 0, 有误 refused 1；未写入 nothing was written\n"
    assert ended.err == "第 3 行 line 3: 手机号应为 11 位数字\n"
    assert (tmp_path / "errors.xlsx").read_bytes().startswith(b"PK")
    assert await members(committed_sessions) == 0


async def test_twenty_thousand_rows_and_then_the_same_file_again(
    yihu: Yihu, committed_sessions: Sessions, tmp_path: Path
) -> None:
    file = a_csv(tmp_path, *many())
    began = processor()
    first = await yihu.run("import", "members", file)
    taken = processor() - began
    assert first.out == f"新增 new {ROWS}, 更新 changed 0, 未变 unchanged 0, 有误 refused 0\n", first.err
    assert taken < 15
    again = await yihu.run("import", "members", file)
    assert again.out == f"新增 new 0, 更新 changed 0, 未变 unchanged {ROWS}, 有误 refused 0\n"
    assert await members(committed_sessions) == ROWS


async def test_twenty_thousand_report_in_and_are_not_reported_twice(
    yihu: Yihu, committed_sessions: Sessions, tmp_path: Path
) -> None:
    await yihu.run("import", "members", a_csv(tmp_path, *many()))
    file = tmp_path / "报到.csv"
    rows = [f"{BRANCH},党员{number},{COMMUNITY}" for number in range(ROWS)]
    file.write_text("\n".join(["单位,党员姓名,报到社区", *rows]), encoding="utf-8-sig")
    began = processor()
    first = await yihu.run("import", "enrollments", file)
    taken = processor() - began
    assert first.out == f"新增 new {ROWS}, 更新 changed 0, 未变 unchanged 0, 有误 refused 0\n", first.err
    assert taken < 20
    again = await yihu.run("import", "enrollments", file)
    assert again.out == f"新增 new 0, 更新 changed 0, 未变 unchanged {ROWS}, 有误 refused 0\n"
    async with committed_sessions() as session:
        assert await count(session, Enrollment) == ROWS


async def test_killed_in_the_middle_it_leaves_nothing(yihu: Yihu, committed_sessions: Sessions, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "import", "members", str(a_csv(tmp_path, *many()))]
    process = await asyncio.create_subprocess_exec(
        *command, env=yihu.environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    writing = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO members%'")
    async with committed_sessions() as session:
        while not await session.scalar(writing):
            assert process.returncode is None
            await session.rollback()
            await asyncio.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL
    assert await members(committed_sessions) == 0
    ended = await yihu.run("import", "members", a_csv(tmp_path, many()[0]))
    assert ended.out.startswith("新增 new 1,")


async def test_a_file_that_is_none_is_one_plain_line(yihu: Yihu, tmp_path: Path) -> None:
    assert "无法读取" in (await yihu.run("import", "members", tmp_path / "none.xlsx")).refused()
    (tmp_path / "page.xls").write_bytes(b"<html></html>")
    assert "请上传" in (await yihu.run("import", "members", tmp_path / "page.xls")).refused()


async def test_a_template_is_written(yihu: Yihu, tmp_path: Path) -> None:
    ended = await yihu.run("roster-template", "staff", tmp_path / "staff.xlsx")
    assert ended.code == 0
    assert (tmp_path / "staff.xlsx").read_bytes().startswith(b"PK")
