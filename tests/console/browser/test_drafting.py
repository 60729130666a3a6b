"""A clerk writes an activity down, changes it, publishes it, and holds it again."""

from datetime import timedelta

from playwright.async_api import expect

from tests.activities.evenings import evening
from tests.console.browser.conftest import Clerk, Served
from tests.console.browser.test_a_clerks_day import FAULTS
from tests.demands.world import ok

BEGINS, ENDS = (at.strftime("%Y-%m-%dT%H:%M") for at in (evening(), evening() + timedelta(hours=2)))


async def test_an_activity_is_written_refused_saved_changed_published_and_held_again(
    site: Served, clerk: Clerk
) -> None:
    page = clerk.page
    await page.get_by_role("link", name="活动", exact=True).click()
    await page.get_by_role("link", name="新建活动").click()
    assert await page.evaluate(FAULTS) == []
    await page.locator("[name=title]").fill("夏夜巡逻")
    first = page.get_by_role("group", name="场次 1")
    await first.get_by_label("开始时间").fill(BEGINS)
    await first.get_by_label("结束时间").fill(ENDS)
    await first.get_by_label("共几场").fill("5")
    await first.get_by_label("岗位 1", exact=True).fill("引导员")
    await clerk.unfold("主办单位、负责人")
    await page.get_by_label("负责人（").fill("党员3")
    await page.get_by_role("group", name="选择负责人").get_by_label("党员3号").check()
    await clerk.press("还要填更多行")
    await page.get_by_role("alert").get_by_text("尚未保存").wait_for()
    await page.get_by_role("group", name="场次 3").wait_for()
    await clerk.press("存为草稿")
    await first.get_by_text("必填").wait_for()
    assert await page.evaluate(FAULTS) == []
    assert (
        await first.get_by_label("共几场").input_value(),
        await first.get_by_label("岗位 1 人数").input_value(),
    ) == (
        "5",
        "",
    )
    await first.get_by_label("岗位 1 人数").fill("20")
    await page.keyboard.press("Enter")
    await clerk.is_told("草稿已保存")
    await page.get_by_role("link", name="修改草稿").click()
    await expect(page.locator("[name=title]")).to_have_value("夏夜巡逻")
    await page.get_by_label("点位 1", exact=True).fill("金澜北路")
    await clerk.press("保存并发布，开放报名")
    await clerk.is_told("已发布")
    (made,) = (await ok(site.world.desk.get("/activities", scope="desk", kind="volunteering")))["items"][:1]
    found = await ok(site.world.desk.get(f"/activities/{made['id']}"))
    assert (found["title"], found["state"], len(found["shifts"])) == ("夏夜巡逻", "published", 5)
    assert (found["spots"][0]["name"], found["leader_ids"]) == ("金澜北路", [str(site.world.members[2].id)])
    await page.get_by_role("link", name="照此新建活动").click()
    await expect(first.get_by_label("开始时间")).to_have_value(BEGINS)
    await page.locator("[name=title]").fill("秋夜巡逻")
    await clerk.press("保存并发布，开放报名")
    await clerk.is_told("已发布")
    (again,) = (await ok(site.world.desk.get("/activities", scope="desk")))["items"][:1]
    assert (again["title"], again["shift_count"], again["free"]) == ("秋夜巡逻", 5, 100)
