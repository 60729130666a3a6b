"""The page of scans that wait: who sees it, and what one click does to one or to several."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.checkins.scan_models import Scan, ScanDecision
from app.kit.events import Event
from app.members.events import MemberEvent
from tests.checkins.scanning import held_scan
from tests.console.browsing import Browser, at_desk, forms_of
from tests.console.test_hearings import counts
from tests.demands.world import World, ok
from tests.notifications.post import Post


async def left(world: World) -> list[str]:
    """Whose scans wait for our desk."""
    return [one["name"] for one in (await ok(world.desk.get("/scans")))["items"]]


async def test_one_click_lets_a_scan_count(session: AsyncSession, world: World, desk: Browser) -> None:
    scan_id = await held_scan(session, world)
    assert (await counts(desk))["/desk/scans"] == (await counts(desk, "/scans"))["/desk/scans"] == 1
    page = await desk.get("/scans")
    for fact in ("党员1号", "报到", "不在范围内"):
        assert fact in page.text, fact
    answer = await desk.submit(page, f"/desk/scans/{scan_id}/accept")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/scans?done=scan_decided")
    assert (await ok(world.member.get("/enrollments")))["items"] != []
    assert "没有待审核的扫码" in (await desk.get("/scans")).text


async def test_a_refusal_needs_a_cause(session: AsyncSession, world: World, desk: Browser) -> None:
    scan_id = await held_scan(session, world)
    page, action = await desk.get("/scans"), f"/desk/scans/{scan_id}/refuse"
    nothing = await desk.submit(page, action)
    assert (nothing.status_code, "原因类别：必填" in nothing.text) == (422, True)
    await desk.submit(nothing, action, cause="by_another")
    decision = await session.get_one(ScanDecision, (await session.get_one(Scan, scan_id)).id)
    assert (decision.accepted, decision.cause) == (False, "by_another")
    again = await desk.submit(nothing, action, cause="other")
    assert (again.status_code, "该扫码已由他人审核" in again.text) == (409, True)


async def test_a_moment_that_is_still_to_come_is_refused_with_what_was_typed(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    scan_id = await held_scan(session, world)
    answer = await desk.submit(await desk.get("/scans"), f"/desk/scans/{scan_id}/accept", at="2099-01-01T08:00")
    assert (answer.status_code, "2099-01-01T08:00" in answer.text) == (409, True)
    assert await left(world) == ["党员1号"]


async def test_several_are_decided_at_once_and_what_cannot_be_stays(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    made = [await held_scan(session, world, number) for number in (1, 2, 3)]
    page, action = await desk.get("/scans"), "/desk/scans/decide"
    assert (await desk.submit(page, action, accepted="true")).status_code == 422, "nothing is ticked"
    unsaid = await desk.submit(page, action, accepted="false", ids=made[:1])
    assert (unsaid.status_code, "原因类别：必填" in unsaid.text) == (422, True)
    assert f'value="{made[0]}" checked' in unsaid.text, "what was ticked stays ticked"
    await ok(world.desk.post(f"/scans/{made[0]}/decide", {"accepted": True}))
    answer = await desk.submit(page, action, accepted="false", cause="not_there", ids=made[:2])
    assert answer.status_code == 303
    assert await left(world) == ["党员3号"]


async def test_another_desks_are_not_there_and_who_only_observes_decides_nothing(
    session: AsyncSession, world: World, observer: Browser
) -> None:
    await held_scan(session, world)
    neighbour = await at_desk(session, world.neighbour_desk)
    assert "党员1号" not in (await neighbour.get("/scans")).text
    page = (await observer.get("/scans")).text
    assert ("党员1号" in page, set(forms_of(page))) == (True, {"/desk/sign-out"})


async def test_that_names_were_read_is_kept_and_a_message_leads_to_the_page(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    await held_scan(session, world)
    await desk.get("/scans")
    looked = (await session.scalars(select(Event).where(Event.kind == MemberEvent.LOOKED_UP))).all()
    assert [one.payload["count"] for one in looked] == [1]
    await Post(session).round()
    assert '<a href="/desk/scans">' in (await desk.get("/inbox")).text.split("<main")[1]
