"""What a clerk does all day, with keyboard and mouse."""

import time

from tests.console.browser.conftest import Clerk, Served
from tests.demands.world import COMMUNITY, filed, ids, ok, opened, seen


async def test_a_call_is_filed_and_published_by_keyboard_alone(site: Served, clerk: Clerk) -> None:
    await filed(site.world.filer, title="9号楼路灯不亮")
    began = time.monotonic()
    await clerk.open("/file")
    keyboard = clerk.page.keyboard
    await clerk.page.locator("[name=title]:focus").wait_for()
    await keyboard.type("9号楼路灯坏了")
    hint = clerk.page.locator("#similar").get_by_role("link", name="9号楼路灯不亮")
    await hint.wait_for()
    for text in ("钱大爷", "13900000077", "育才街9号楼"):
        await keyboard.press("Tab")
        await keyboard.type(text)
    await keyboard.press("Enter")
    await clerk.is_told("已登记并下单")
    assert time.monotonic() - began < 60
    made = (await ok(site.world.desk.get("/demands", scope="region", q="9号楼路灯坏了")))["items"][0]
    assert (made["state"], made["region_code"], made["is_open"]) == ("dispatched", COMMUNITY, True)


async def test_the_screen_fits_and_focus_is_seen(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer)
    for path in ("/", "/file", "/demands", f"/demands/{demand['id']}"):
        await clerk.open(path)
        assert await clerk.page.evaluate("document.documentElement.scrollWidth") <= 1366, path
        await clerk.page.keyboard.press("Tab")
        await clerk.page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await clerk.page.evaluate(outline) == "solid", path
        unnamed = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
            .filter(one => !(one.labels?.length || one.textContent.trim() || one.ariaLabel)).length"""
        assert await clerk.page.evaluate(unnamed) == 0, path


async def test_a_demand_is_reviewed_and_assigned(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer, title="灯泡坏了", contact={"name": "王女士", "phone": "13812340000"})
    await clerk.open("/")
    await clerk.page.get_by_role("link", name="灯泡坏了").click()
    assert "13812340000" not in await clerk.page.content()
    await clerk.page.get_by_role("link", name="显示联系方式").click()
    await clerk.page.get_by_role("link", name="13812340000").wait_for()
    await clerk.page.get_by_text("指派", exact=True).click()
    await clerk.page.get_by_role("link", name="推荐人选").click()
    await clerk.page.get_by_role("group", name="推荐人选").get_by_role("checkbox").first.wait_for()
    await clerk.page.get_by_label("指派党员").fill("党员2")
    await clerk.page.get_by_role("group", name="选择党员").get_by_label("党员2号").check()
    await clerk.press("下单")
    await clerk.is_told("已下单")
    claims = await ok(site.world.desk.get(f"/demands/{demand['id']}/claims"))
    assert [one["claimant"]["id"] for one in claims["items"]] == ids(site.world.members[1:2])


async def test_a_member_who_is_offline_is_served_for(site: Served, clerk: Clerk) -> None:
    demand = await opened(site.world, title="搬煤气罐")
    await clerk.open(f"/demands/{demand['id']}")
    await clerk.unfold("代党员接单")
    form = clerk.page.locator("details[open]", has_text="代党员接单")
    await form.get_by_label("党员", exact=False).first.fill("党员3")
    await form.get_by_label("党员3号").check()
    await form.get_by_label("服务分钟数").fill("40")
    await form.get_by_role("button", name="登记").click()
    await clerk.is_told("已代为接单")
    (claim,) = (await ok(site.world.desk.get(f"/demands/{demand['id']}/claims")))["items"]
    assert (claim["state"], claim["minutes"]) == ("completed", 40)


async def test_a_demand_is_returned_and_another_closed(site: Served, clerk: Clerk) -> None:
    returned, closed = await filed(site.world.filer), await filed(site.world.filer)
    await clerk.open(f"/demands/{returned['id']}")
    await clerk.unfold("退回补充")
    await clerk.page.get_by_label("原因").filter(visible=True).fill("请补充楼号")
    await clerk.press("退回")
    await clerk.is_told("已退回")
    await clerk.open(f"/demands/{closed['id']}")
    await clerk.page.locator("summary").get_by_text("关闭", exact=True).click()
    await clerk.page.get_by_label("原因*").filter(visible=True).fill("电话里说已经好了")
    await clerk.press("关闭")
    await clerk.is_told("已关闭")
    states = [(await seen(site.world.desk, one))["state"] for one in (returned, closed)]
    assert states == ["returned", "closed"]


async def test_a_refusal_keeps_what_was_typed_and_stays_open(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer)
    await clerk.open(f"/demands/{demand['id']}")
    await clerk.page.get_by_label("名额").fill("20000")
    await clerk.page.locator("form", has=clerk.page.get_by_label("名额")).evaluate("form => form.noValidate = true")
    await clerk.press("下单")
    await clerk.page.locator("details[open] [role=alert]", has_text="名额").wait_for()
    assert await clerk.page.get_by_label("名额").input_value() == "20000"
    assert clerk.page.url.endswith(f"/desk/demands/{demand['id']}"), "a reload asks for the screen, not for the form"
    await clerk.page.get_by_label("名额").fill("2")
    await clerk.press("下单")
    await clerk.is_told("已下单")


async def test_nothing_of_what_was_read_stays_after_signing_out(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer, title="不该留下的事")
    await clerk.open(f"/demands/{demand['id']}")
    kept = "JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"
    assert "不该留下的事" not in await clerk.page.evaluate(kept)
    await clerk.press("退出登录")
    await clerk.page.wait_for_url("**/sign-in")
    await clerk.page.go_back()
    await clerk.page.wait_for_url("**/sign-in**")
