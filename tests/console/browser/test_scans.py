"""A clerk goes through the scans that wait."""

from app.members.models import Member
from tests.checkins.scanning import held_scan
from tests.console.browser.conftest import Clerk, Served
from tests.console.browser.test_rosters import faults
from tests.demands.world import ok


async def test_scans_are_let_count_and_refused_one_and_several(site: Served, clerk: Clerk) -> None:
    page, world = clerk.page, site.world
    async with site.sessions() as session:
        for number in (2, 3, 4, 5):
            member = await session.get_one(Member, world.members[number - 1].id)
            member.name = f"党员{number}号"  # those who tried payloads before may have left one there
            await held_scan(session, world, number)
    await page.get_by_role("link", name="扫码待审核").click()
    for closed in await page.locator("details").all():
        await closed.evaluate("one => { one.removeAttribute('name'); one.open = true }")
    assert await faults(clerk) == []
    await page.reload()
    many = page.get_by_role("group", name="一并审核哪些扫码")
    await many.get_by_label("党员2号").check()
    await many.get_by_label("党员3号").check()
    await clerk.press("所选不予计入")
    await page.get_by_role("alert").get_by_text("原因类别：必填").wait_for()
    assert await many.get_by_label("党员3号").is_checked()
    await page.get_by_role("region", name="一并审核").get_by_label("原因类别").select_option("不在现场")
    await clerk.press("所选不予计入")
    await clerk.is_told("已审核")
    fourth = page.get_by_role("region", name="党员4号")
    await fourth.locator("summary").click()
    await fourth.get_by_label("原因类别").select_option("非本人扫码")
    await fourth.get_by_role("button", name="不予计入").click()
    await clerk.is_told("本人会收到结果")
    fifth = page.get_by_role("region", name="党员5号")
    await fifth.get_by_role("button", name="计入", exact=True).click()
    await page.get_by_text("没有待审核的扫码").wait_for()
    assert (await ok(world.desk.get("/scans")))["items"] == []
