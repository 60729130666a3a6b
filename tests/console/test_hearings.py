"""Appeals, complaints and phones that wait for a desk: who sees them, and what comes of the forms."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import SignIn
from app.kit import clock
from app.kit.events import Event
from app.members.models import Member
from app.oversight.appeals.events import OversightEvent
from app.settings import Settings
from tests.clock import move_clock
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import COMMUNITY, World, claimed, filed, ids, ok, opened, seen
from tests.factories import a_member
from tests.notifications.post import Post

Body = dict[str, Any]
COUNT = re.compile(r'<a href="(/desk/(?:appeals|complaints|bindings|enrollments))"[^>]*><b>([0-9]+)</b>')
PHONE = "13700000000"


async def rejected(world: World) -> Body:
    """The appeal over a rejection."""
    demand = await filed(world.filer, title="楼道堆物")
    await ok(world.desk.post(f"/demands/{demand['id']}/reject", {"reason": "不归我们管"}))
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "明明是社区的事"}
    return await ok(world.filer.post("/appeals", body), 201)


async def complained(world: World, **body: Any) -> Body:
    usual = {"kind": "suggestion", "text": "希望晚上也有人值班", "region_code": COMMUNITY}
    return await ok(world.filer.post("/complaints", usual | body), 201)


async def shared(session: AsyncSession, world: World) -> list[Member]:
    """Two members with one phone, and somebody who has verified it."""
    twins = [await a_member(session, world.branch, name=name, phone=PHONE) for name in ("王建国", "王秀英")]
    await session.commit()
    await ok(world.stranger.post("/auth/phone", {"code": f"sandbox:{PHONE}"}))
    return twins


@pytest.fixture
async def above(session: AsyncSession, world: World) -> Browser:
    """The browser of the district's dispatcher."""
    return await at_desk(session, world.district_desk)


async def counts(browser: Browser, path: str = "/") -> dict[str, int]:
    return {place: int(count) for place, count in COUNT.findall((await browser.get(path)).text)}


async def test_every_count_is_the_length_of_its_list(
    session: AsyncSession, world: World, desk: Browser, above: Browser
) -> None:
    await rejected(world)
    await complained(world)
    await complained(world, kind="complaint", demand_id=(await filed(world.filer))["id"])
    await shared(session, world)
    expected = {
        "/desk/appeals": (0, 1),
        "/desk/complaints": (1, 2),
        "/desk/bindings": (1, 1),
    }
    for number, browser in enumerate((desk, above)):
        for place, each in expected.items():
            assert (await counts(browser))[place] == (await counts(browser, place))[place] == each[number], place
            page = (await browser.get(place)).text
            rows = page.count("<tr >") + page.count('<section class="card"')
            assert rows == each[number], place


async def test_what_one_decided_or_filed_oneself_waits_for_others(
    session: AsyncSession, world: World, above: Browser
) -> None:
    demand = await filed(world.filer)
    await ok(world.district_desk.post(f"/demands/{demand['id']}/reject", {"reason": "不归我们管"}))
    body = {"subject_kind": "rejection", "subject_id": demand["id"], "reason": "明明是社区的事"}
    appeal = await ok(world.filer.post("/appeals", body), 201)
    own = {"kind": "suggestion", "text": "值班室缺一把椅子", "region_code": COMMUNITY}
    await ok(world.district_desk.post("/complaints", own), 201)
    admin = await at_desk(session, world.admin)
    for browser, waiting in ((above, 0), (admin, 1)):
        found = await counts(browser)
        assert [found[f"/desk/{one}"] for one in ("appeals", "complaints")] == [waiting, waiting]
        for one in ("appeals", "complaints"):
            assert (await browser.get(f"/{one}")).text.count("<tr >") == waiting
    assert "/decide" not in (await above.get(f"/appeals/{appeal['id']}")).text


async def test_what_is_overdue_says_so(world: World, settings: Settings, desk: Browser, session: AsyncSession) -> None:
    await complained(world)
    assert "还有" in (await desk.get("/")).text
    move_clock(settings, timedelta(days=60))
    await session.execute(update(SignIn).values(refreshed_at=clock.now(), expires_at=clock.now() + timedelta(days=1)))
    await session.commit()
    for place in ("/", "/complaints"):
        assert re.search(r'<a href="/desk/complaints"[^>]*class="alarm"', (await desk.get(place)).text), place
    assert '<tr class="late">' in (await desk.get("/complaints")).text


async def test_an_appeal_is_decided_by_the_level_above(world: World, desk: Browser, above: Browser) -> None:
    appeal = await rejected(world)
    place = f"/desk/appeals/{appeal['id']}"
    shown = await desk.get(place)
    assert "明明是社区的事" in shown.text, "the desk whose decision it is reads it"
    assert f"{place}/decide" not in forms_of(shown.text)
    token = forms_of(shown.text)["/desk/sign-out"].fields["_token"]
    by_hand = await desk.post(f"{place}/decide", {"_token": token, "upheld": "false", "reason": "不成立"})
    assert by_hand.status_code == 403
    answer = await above.submit(await above.get(place), f"{place}/decide", upheld="true", reason="应由社区受理")
    assert answer.status_code == 303
    done = await above.get(answer.headers["location"])
    assert "已裁决" in done.text
    assert "应由社区受理" in done.text
    assert f"{place}/decide" not in forms_of(done.text)
    assert (await seen(world.filer, {"id": appeal["demand_id"]}))["state"] == "filed"


async def test_a_decision_that_is_refused_keeps_what_was_typed(world: World, above: Browser) -> None:
    appeal = await rejected(world)
    place = f"/desk/appeals/{appeal['id']}"
    answer = await above.submit(await above.get(place), f"{place}/decide", reason="写了很久的理由")
    assert answer.status_code == 422
    assert "裁决：必填" in answer.text
    assert forms_of(answer.text)[f"{place}/decide"].fields["reason"] == ["写了很久的理由"]
    again = await above.submit(answer, f"{place}/decide", upheld="false")
    assert again.status_code == 303
    assert (await ok(world.filer.get(f"/appeals/{appeal['id']}")))["answer"] == "写了很久的理由"


async def test_a_decision_over_hours_needs_an_amount_and_shows_what_it_is_over(
    world: World, session: AsyncSession
) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 77}))
    body = {"subject_kind": "hours", "subject_id": claim["id"], "reason": "不止这些"}
    appeal = await ok(world.member.post("/appeals", body), 201)
    assert appeal["disputed"] == 77
    above = await at_desk(session, world.district_desk)
    place = f"/desk/appeals/{appeal['id']}"
    page = await above.get(place)
    assert "原分钟数</dt><dd>77" in page.text
    answer = await above.submit(page, f"{place}/decide", upheld="true", reason="有记录")
    assert "应得数额：请填写应得的分钟数或积分" in answer.text
    decided = await above.submit(answer, f"{place}/decide", upheld="true", amount="90")
    assert decided.status_code == 303
    assert (await ok(world.member.get("/me/hours")))["minutes"] == 90


async def test_a_decision_that_is_sent_twice_counts_once_and_another_comes_too_late(
    session: AsyncSession, world: World, above: Browser
) -> None:
    appeal = await rejected(world)
    place = f"/desk/appeals/{appeal['id']}"
    page = await above.get(place)
    form = forms_of(page.text)[f"{place}/decide"]
    sent = {**form.fields, "upheld": "true", "reason": "应受理"}
    first, second = [await above.post(form.action, sent) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    told = select(func.count()).select_from(Event).where(Event.kind == OversightEvent.APPEAL_UPHELD)
    assert await session.scalar(told) == 1
    late = await above.submit(page, f"{place}/decide", upheld="false", reason="我另有看法")
    assert late.status_code == 409
    assert "当前状态不允许此操作" in late.text
    assert "我另有看法" in late.text


async def test_a_suggestion_is_answered(world: World, desk: Browser) -> None:
    found = await complained(world)
    place = f"/desk/complaints/{found['id']}"
    page = await desk.get(place)
    assert "希望晚上也有人值班" in page.text
    refused = await desk.submit(page, f"{place}/answer", text="下月起延时")
    assert "是否采纳：必填" in refused.text
    assert forms_of(refused.text)[f"{place}/answer"].fields["text"] == ["下月起延时"]
    answer = await desk.submit(refused, f"{place}/answer", accepted="true")
    assert answer.status_code == 303
    assert "已答复" in (await desk.get(answer.headers["location"])).text
    told = await ok(world.filer.get(f"/complaints/{found['id']}"))
    assert (told["state"], told["answer"], told["accepted"]) == ("answered", "下月起延时", True)
    assert "希望晚上也有人值班" not in (await desk.get("/complaints")).text
    assert "希望晚上也有人值班" in (await desk.get("/complaints?scope=region")).text
    late = await desk.submit(page, f"{place}/answer", text="另一个答复", accepted="false")
    assert (late.status_code, "另一个答复" in late.text) == (409, True)


async def test_an_anonymous_author_is_named_on_no_page(world: World, desk: Browser) -> None:
    found = await complained(world, anonymous=True)
    for place in ("/complaints", f"/complaints/{found['id']}"):
        text = (await desk.get(place)).text
        assert "匿名" in text
        assert "王女士" not in text
        assert "王**" not in text


async def test_a_message_leads_to_what_it_is_about(session: AsyncSession, world: World, desk: Browser) -> None:
    found = await complained(world)
    await shared(session, world)
    await Post(session).round()
    page = (await desk.get("/inbox")).text
    for place in (f"/desk/complaints/{found['id']}", "/desk/bindings"):
        assert f'<a href="{place}">' in page.split("<main")[1], place


async def test_another_desks_are_not_there(session: AsyncSession, world: World, desk: Browser) -> None:
    appeal, found = await rejected(world), await complained(world)
    await shared(session, world)
    neighbour = await at_desk(session, world.neighbour_desk)
    for place in (f"/appeals/{appeal['id']}", f"/complaints/{found['id']}"):
        assert (await neighbour.get(place)).status_code == 404
    assert "王建国" not in (await neighbour.get("/bindings")).text
    assert set((await counts(neighbour)).values()) == {0}


async def test_an_observer_reads_and_decides_nothing(session: AsyncSession, world: World, observer: Browser) -> None:
    appeal, found = await rejected(world), await complained(world)
    await shared(session, world)
    for place in (f"/appeals/{appeal['id']}", f"/complaints/{found['id']}", "/bindings"):
        page = await observer.get(place)
        assert page.status_code == 200
        assert set(forms_of(page.text)) == {"/desk/sign-out"}, place


async def test_the_desk_says_who_an_account_is(session: AsyncSession, world: World, desk: Browser) -> None:
    twins = await shared(session, world)
    page = await desk.get("/bindings")
    assert PHONE not in page.text
    (action,) = [action for action in forms_of(page.text) if action.endswith("/decide")]
    nobody = await desk.submit(page, action)
    assert "党员：必填" in nobody.text
    answer = await desk.submit(nobody, action, member_id=ids(twins)[1])
    assert answer.status_code == 303
    assert "已确认" in (await desk.get(answer.headers["location"])).text
    assert (await ok(world.stranger.get("/me")))["member"]["name"] == "王秀英"
    twice = await desk.submit(page, action, member_id=ids(twins)[0])
    assert twice.status_code == 409
    assert "没有办成" in twice.text
    assert (await ok(world.stranger.get("/me")))["member"]["name"] == "王秀英"


async def test_an_account_may_be_nobody_on_the_roster(session: AsyncSession, world: World, desk: Browser) -> None:
    await shared(session, world)
    page = await desk.get("/bindings")
    (action,) = [action for action in forms_of(page.text) if action.endswith("/nobody")]
    for _ in range(2):
        assert (await desk.submit(page, action)).status_code == 303, "the same form, sent twice"
    assert (await ok(world.stranger.get("/me")))["member"] is None
    assert "王建国" not in (await desk.get("/bindings")).text
