"""A clerk takes a roster over from Excel."""

import asyncio
from pathlib import Path

from sqlalchemy import select, update

from app.members.models import Member
from app.organizations.models import Organization
from app.rosters import importing
from tests.console.browser.conftest import Clerk, Served
from tests.console.browser.test_a_clerks_day import FAULTS
from tests.rosters.sheets import BRANCH, roster

PEOPLE = (("浏览器一", "13800000081"), ("浏览器二", "138"), ("<img src=x onerror=canary()>", "13800000083"))


async def faults(clerk: Clerk) -> list[str]:
    found: list[str] = await clerk.page.evaluate(FAULTS)
    return found


async def works(site: Served, clerk: Clerk, said: str) -> None:
    """The worker does what waits, and the page shows it by itself."""
    await importing.work(site.sessions)
    await clerk.page.get_by_text(said).first.wait_for()


async def test_a_roster_is_downloaded_filled_in_sent_looked_at_and_written(
    site: Served, clerk: Clerk, tmp_path: Path
) -> None:
    async with site.sessions() as session:  # which another test of the site has called otherwise
        await session.execute(update(Organization).where(Organization.id == site.world.branch.id).values(name=BRANCH))
        await session.commit()
    file = tmp_path / "名册.xlsx"
    await asyncio.to_thread(file.write_bytes, roster(*PEOPLE))
    page = clerk.page
    await page.get_by_role("link", name="名册导入").click()
    assert await faults(clerk) == []
    async with page.expect_download() as template:
        await page.get_by_role("link", name="党员名册模板").click()
    assert (await (await template.value).path()).read_bytes().startswith(b"PK")
    await page.get_by_label("文件").set_input_files(file)
    await clerk.press("上传并预览")
    await works(site, clerk, "待确认")
    assert await faults(clerk) == []
    assert await page.get_by_text("手机号应为 11 位数字").is_visible()
    assert await page.get_by_text("<img src=x onerror=canary()>").is_visible()
    async with page.expect_download() as errors:
        await page.get_by_role("link", name="下载有误的行").click()
    assert (await (await errors.value).path()).read_bytes().startswith(b"PK")
    await clerk.press("确认导入（有误的行除外）")
    await works(site, clerk, "已导入")
    assert await faults(clerk) == []
    async with site.sessions() as session:
        names = set(await session.scalars(select(Member.name)))
    assert {"浏览器一", "<img src=x onerror=canary()>"} <= names
    assert "浏览器二" not in names
