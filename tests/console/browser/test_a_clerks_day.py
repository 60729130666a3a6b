"""What a clerk does all day, with keyboard and mouse."""

import time
from dataclasses import dataclass

from tests.activities.evenings import patrol
from tests.console.browser.conftest import Clerk, Served
from tests.demands.world import COMMUNITY, filed, ids, ok, opened, seen

FAULTS = r"""(() => {
    const found = [], seen = one => one.checkVisibility({visibilityProperty: true});
    const say = (what, one) => found.push(`${what}: ${one.outerHTML.slice(0, 120)}`);
    if (document.documentElement.scrollWidth > 1366) found.push('wider than the screen');
    if (document.documentElement.lang !== 'zh-CN') found.push('no language');
    if (document.querySelectorAll('main').length !== 1) found.push('not one main part');
    if (document.querySelectorAll('h1').length !== 1) found.push('not one heading');
    const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
    if (new Set(ids).size !== ids.length) found.push('an id twice');
    for (const one of document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a, summary, nav'))
        if (!(one.labels?.length || one.textContent.trim() || one.ariaLabel)) say('nameless', one);
    for (const one of document.querySelectorAll('input[type=radio]'))
        if (!one.closest('fieldset, [role=group]')) say('a choice of nothing', one);
    const channels = color => color.match(/[\d.]+/g).map(Number);
    const light = color => channels(color).slice(0, 3).map(one => one / 255)
        .map(one => one <= .03928 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [.2126, .7152, .0722][at], 0);
    const behind = one => {
        for (let now = one; now; now = now.parentElement) {
            const color = getComputedStyle(now).backgroundColor;
            if ((channels(color)[3] ?? 1) > 0) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const one = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !seen(one) || one.closest('script, noscript, .out, .skip')) continue;
        const style = getComputedStyle(one);
        if (parseFloat(style.fontSize) < 14) say(`letters of ${style.fontSize}`, one);
        const pair = [light(style.color), light(behind(one))].sort((a, b) => b - a);
        const contrast = (pair[0] + .05) / (pair[1] + .05);
        if (contrast < 4.5) say(`contrast ${contrast.toFixed(1)}`, one);
    }
    for (const one of document.querySelectorAll('button, summary, .button, select, input:not([type=hidden])'))
        if (seen(one) && !one.closest('.out') && one.getBoundingClientRect().height < 24 && !one.labels?.length)
            say('too small to hit', one);
    return found;
})()"""
"""What is wrong with a page, to be empty."""
NAMES = r"""
window.SEEN = one => one.checkVisibility({visibilityProperty: true});
window.NAMED = one => `${one.tagName} ${one.name ?? one.href ?? ''} ${one.textContent.trim().slice(0, 20)}`;
0;
"""
REACHED = "a[href], button, input:not([type=hidden]):not([type=radio]), select, textarea, summary"
"""What the keyboard must reach; of radio buttons it reaches the chosen one."""


@dataclass
class Hands:
    """What somebody does, counted: keys and clicks that command, letters and digits, signs of four keys in pinyin."""

    clerk: Clerk
    commands: int = 0
    letters: int = 0
    signs: int = 0

    async def press(self, key: str) -> None:
        """Give a command."""
        self.commands += 1
        await self.clerk.page.keyboard.press(key)

    async def click(self, link: str) -> None:
        """Give a command by the mouse."""
        self.commands += 1
        await self.clerk.page.get_by_role("link", name=link).click()

    async def type(self, text: str) -> None:
        """Write a text."""
        self.letters += sum(one.isascii() for one in text)
        self.signs += sum(not one.isascii() for one in text)
        await self.clerk.page.keyboard.type(text)

    @property
    def seconds(self) -> float:
        """How long that takes somebody slow: two strokes a second."""
        return (self.commands + self.letters + 4 * self.signs) / 2


async def test_a_call_is_filed_and_published_in_under_a_minute(site: Served, clerk: Clerk) -> None:
    await filed(site.world.filer, title="9号楼路灯不亮")
    hands = Hands(clerk)
    began = time.monotonic()
    await hands.click("登记来电")
    await clerk.page.locator("[name=title]:focus").wait_for()
    await hands.type("9号楼路灯坏了")
    hint = clerk.page.locator("#similar").get_by_role("link", name="9号楼路灯不亮")
    await hint.wait_for()
    for text in ("钱大爷", "13900000077", "育才街9号楼"):
        await hands.press("Tab")
        await hands.type(text)
    await hands.press("Enter")
    await clerk.is_told("已登记并下单")
    machine = time.monotonic() - began
    assert (hands.commands, hands.letters, hands.signs) == (5, 13, 14)
    assert hands.seconds + machine < 60
    made = (await ok(site.world.desk.get("/demands", scope="region", q="9号楼路灯坏了")))["items"][0]
    assert (made["state"], made["region_code"], made["is_open"]) == ("dispatched", COMMUNITY, True)


async def test_every_page_fits_and_can_be_read_and_reached(site: Served, clerk: Clerk) -> None:
    """By the measures of WCAG 2.2 AA that can be measured, and letters of 14 pixels at least."""
    demand = await filed(site.world.filer, title="三单元楼道堆物堵住消防通道已经两个多月没有人管" * 2)
    said = {"kind": "suggestion", "text": "希望晚上也有人值班", "region_code": COMMUNITY}
    complaint = await ok(site.world.filer.post("/complaints", said), 201)
    draft = await ok(site.world.desk.post("/activities", patrol(spots=[{"name": "金澜北路", "address": "1号"}])), 201)
    activity = await ok(site.world.desk.post(f"/activities/{draft['id']}/publish"))
    await ok(site.world.member.post(f"/slots/{activity['shifts'][0]['slots'][0]['id']}/sign-ups", {}), 201)
    lists = ("/", "/demands", "/inbox", "/appeals", "/complaints", "/bindings", "/activities", "/codes")
    places = (
        *lists,
        "/file",
        "/no-such-page",
        f"/activities/{activity['id']}",
        f"/activities/new?like={activity['id']}",
    )
    for path in (*places, f"/demands/{demand['id']}?contact=true", f"/complaints/{complaint['id']}"):
        await clerk.open(path)
        for closed in await clerk.page.locator("details").all():
            await closed.evaluate("one => { one.removeAttribute('name'); one.open = true }")
        assert await clerk.page.evaluate(FAULTS) == [], path


async def test_the_keyboard_reaches_everything_and_shows_where_it_is(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer)
    await clerk.open(f"/demands/{demand['id']}")
    await clerk.page.evaluate(NAMES)
    wanted = set(await clerk.page.evaluate(f"[...document.querySelectorAll('{REACHED}')].filter(SEEN).map(NAMED)"))
    reached = set()
    for _ in range(4 * len(wanted)):
        await clerk.page.keyboard.press("Tab")
        where, outline = await clerk.page.evaluate(
            "[NAMED(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline == "solid" or where.startswith("BODY"), where  # past the last, the browser's own bar comes
        reached.add(where)
    assert wanted - reached == set()


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


async def test_a_form_too_large_to_be_read_stays_with_what_was_typed(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer)
    await clerk.open(f"/demands/{demand['id']}")
    form = clerk.page.locator("form[action$='/return']")
    await clerk.page.locator("details", has=form).evaluate("one => { one.open = true }")
    await form.locator("textarea").evaluate(
        "one => { one.removeAttribute('maxlength'); one.value = '写'.repeat(200000) }"
    )
    await form.get_by_role("button").click()
    await clerk.page.locator("[role=alert]", has_text="过大").wait_for()
    assert len(await form.locator("textarea").input_value()) == 200_000
    await form.locator("textarea").fill("哪一栋？")
    await form.get_by_role("button").click()
    await clerk.is_told("已退回")


async def test_nothing_of_what_was_read_stays_after_signing_out(site: Served, clerk: Clerk) -> None:
    demand = await filed(site.world.filer, title="不该留下的事")
    await clerk.open(f"/demands/{demand['id']}")
    kept = "JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"
    assert "不该留下的事" not in await clerk.page.evaluate(kept)
    await clerk.press("退出登录")
    await clerk.page.wait_for_url("**/sign-in")
    await clerk.page.go_back()
    await clerk.page.wait_for_url("**/sign-in**")
