"""The page of reports: who sees it, and what one click does."""

from sqlalchemy.ext.asyncio import AsyncSession

from tests.console.browsing import Browser, at_desk, forms_of
from tests.console.test_hearings import counts
from tests.demands.world import NEIGHBOUR, World
from tests.enrollments.reporting import moved, reported, seen
from tests.notifications.post import Post


async def test_one_click_confirms(world: World, desk: Browser) -> None:
    made = await reported(world.member)
    assert (await counts(desk))["/desk/enrollments"] == 1
    page = await desk.get("/enrollments")
    assert "党员1号" in page.text
    answer = await desk.submit(page, f"/desk/enrollments/{made['id']}/confirm")
    assert answer.status_code == 303
    assert (await seen(world.member, made))["state"] == "confirmed"
    assert "没有待确认的报到" in (await desk.get("/enrollments")).text


async def test_a_refusal_needs_words(world: World, desk: Browser) -> None:
    made = await reported(world.member)
    page, action = await desk.get("/enrollments"), f"/desk/enrollments/{made['id']}/refuse"
    nothing = await desk.submit(page, action)
    assert "原因：必填" in nothing.text
    await desk.submit(nothing, action, reason="请到居住地报到")
    assert (await seen(world.member, made))["reason"] == "请到居住地报到"


async def test_all_of_a_page_are_confirmed_at_once(world: World, desk: Browser) -> None:
    made = [await reported(who) for who in (world.member, world.second)]
    answer = await desk.submit(await desk.get("/enrollments"), "/desk/enrollments/confirm")
    assert answer.status_code == 303
    assert [(await seen(world.desk, one))["state"] for one in made] == ["confirmed", "confirmed"]


async def test_an_exit_is_agreed_to_or_not(world: World, desk: Browser) -> None:
    made = await reported(world.desk, member_id=str(world.members[0].id))
    await moved(world.member, made, "leave")
    page = await desk.get("/enrollments")
    kept = await desk.submit(page, f"/desk/enrollments/{made['id']}/keep", reason="本周有任务")
    assert kept.status_code == 303
    await moved(world.member, made, "leave")
    await desk.submit(await desk.get("/enrollments"), f"/desk/enrollments/{made['id']}/let-go")
    assert (await seen(world.member, made))["state"] == "ended"


async def test_another_desks_are_not_there(session: AsyncSession, world: World) -> None:
    await reported(world.member, NEIGHBOUR)
    desk = await at_desk(session, world.desk)
    assert "党员1号" not in (await desk.get("/enrollments")).text
    observer = await at_desk(session, world.observer)
    assert set(forms_of((await observer.get("/enrollments")).text)) == {"/desk/sign-out"}


async def test_a_message_leads_to_the_page(session: AsyncSession, world: World, desk: Browser) -> None:
    await reported(world.member)
    await Post(session).round()
    assert '<a href="/desk/enrollments">' in (await desk.get("/inbox")).text.split("<main")[1]
