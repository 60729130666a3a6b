"""The desk's pages of activities: the list, the roll called by hand, and entries that need a second person."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import Evenings, evening, patrol
from tests.activities.test_roll_call import begun, later
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import World, ok
from tests.notifications.post import Post


@pytest.fixture
def evenings(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Evenings:
    """The district's activities, and its worker."""
    return Evenings(world, session, settings, sessions)


async def test_the_list_leads_to_an_activity_with_its_shifts_and_its_roll(evenings: Evenings) -> None:
    _, activity, _ = await begun(evenings)
    desk = await at_desk(evenings.session, evenings.world.desk)
    assert (
        f'<a href="/desk/activities/{activity["id"]}">共享单车整治志愿服务</a>' in (await desk.get("/activities")).text
    )
    page = (await desk.get(f"/activities/{activity['id']}")).text
    assert "引导员 1/2 人" in page
    assert "党员1号" in page
    assert "已报名 1 人" in page
    assert "进行中" in page


async def test_a_draft_is_published_and_called_off_by_forms(evenings: Evenings, desk: Browser) -> None:
    made = await ok(evenings.world.desk.post("/activities", patrol()), 201)
    place = f"/activities/{made['id']}"
    answer = await desk.submit(await desk.get(place), f"/desk{place}/publish")
    assert answer.headers["location"] == f"/desk{place}?done=activity_publish"
    assert (await evenings.seen(evenings.world.desk, made))["state"] == "published"
    nothing = await desk.submit(await desk.get(place), f"/desk{place}/cancel")
    assert "原因：必填" in nothing.text
    await desk.submit(nothing, f"/desk{place}/cancel", reason="大风")
    assert (await evenings.seen(evenings.world.desk, made))["reason"] == "大风"


async def test_one_date_is_moved_or_called_off(evenings: Evenings, desk: Browser) -> None:
    activity = await evenings.published()
    place, shift = f"/activities/{activity['id']}", f"/desk/shifts/{activity['shifts'][0]['id']}"
    times = {"starts_at": evening(3).strftime("%Y-%m-%dT%H:%M"), "ends_at": evening(3).strftime("%Y-%m-%dT21:00")}
    assert (await desk.submit(await desk.get(place), f"{shift}/move", **times, reason="下雨")).status_code == 303
    (moved,) = (await evenings.seen(evenings.world.desk, activity))["shifts"]
    assert moved["starts_at"].startswith(times["starts_at"])
    assert (await desk.submit(await desk.get(place), f"{shift}/cancel", reason="下大雨")).status_code == 303
    assert (await evenings.seen(evenings.world.desk, activity))["shifts"][0]["state"] == "cancelled"


async def test_the_roll_is_called_for_several_at_once_and_for_who_did_not_sign_up(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    world = evenings.world
    desk = await at_desk(evenings.session, world.desk)
    place, shift = f"/activities/{activity['id']}", f"/desk/shifts/{activity['shifts'][0]['id']}"
    nobody = await desk.submit(await desk.get(place), f"{shift}/roll_call", mark="present")
    assert nobody.status_code == 422
    assert "请先勾选人员" in nobody.text
    sought = await desk.get(f"{place}?who=党员2")
    assert str(world.members[1].id) in sought.text
    marks = {"sign_up_ids": [mine["id"]], "member_id": str(world.members[1].id), "mark": "present"}
    answer = await desk.submit(sought, f"{shift}/roll_call", **marks)
    assert answer.headers["location"] == f"/desk{place}?shift={activity['shifts'][0]['id']}&done=shift_roll_call"
    page = await desk.get(place)
    assert "已签到 2 人" in page.text
    assert "现场加入" in page.text
    early = {"sign_up_ids": [mine["id"]], "mark": "left", "at": later(days=1).strftime("%Y-%m-%dT%H:%M")}
    refused = await desk.submit(page, f"{shift}/roll_call", **early)
    assert "时间尚未到" in refused.text
    assert f'value="{mine["id"]}" checked' in refused.text, "what was ticked stays"


async def test_an_entry_after_the_fact_waits_for_a_second_person(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=15))
    desk = await at_desk(evenings.session, world.desk)
    place, shift = f"/activities/{activity['id']}", f"/desk/shifts/{activity['shifts'][0]['id']}"
    page = await desk.get(place)
    assert f"{shift}/roll_call" not in forms_of(page.text)
    answer = await desk.submit(page, f"{shift}/enter", sign_up_id=mine["id"], reason="当晚网络故障")
    assert answer.status_code == 303
    (waits,) = (await ok(world.district_desk.get("/late-entries")))["items"]
    decide = f"/desk/late-entries/{waits['id']}/decide"
    own = (await desk.get("/activities")).text
    assert "当晚网络故障" in own
    assert decide not in forms_of(own), "who entered it does not confirm it"
    second = await at_desk(evenings.session, world.district_desk)
    assert (await second.submit(await second.get("/activities"), decide, accepted="true")).status_code == 303
    found = await ok(world.member.get(f"/sign-ups/{mine['id']}"))
    assert (found["state"], found["minutes"], found["late"]) == ("done", 120, True)
    assert "补录待确认" not in (await second.get("/activities")).text
    assert "补录" in (await desk.get(place)).text
    again = await second.post(decide.removeprefix("/desk"), forms_of(own)["/desk/sign-out"].fields)
    assert again.status_code == 403, "a form of another session"


async def test_a_message_about_an_entry_leads_to_the_list(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=15))
    hour = {"arrived_at": later(minutes=5).isoformat(), "left_at": later(minutes=65).isoformat()}
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    await ok(world.district_desk.post(path, {**hour, "sign_up_id": mine["id"], "reason": "未能签到"}), 201)
    await Post(evenings.session).round()
    desk = await at_desk(evenings.session, world.desk)
    assert '<a href="/desk/activities">' in (await desk.get("/inbox")).text.split("<main")[1]


async def test_an_observer_reads_and_changes_nothing(evenings: Evenings, observer: Browser) -> None:
    activity = await evenings.published()
    await evenings.sign_up(evenings.world.member, activity)
    page = (await observer.get(f"/activities/{activity['id']}")).text
    assert "党员1号" in page
    assert [action for action, form in forms_of(page).items() if form.method == "post"] == ["/desk/sign-out"]


async def test_a_roll_of_another_place_is_not_shown(session: AsyncSession, evenings: Evenings) -> None:
    activity = await evenings.published(audience="all")
    await evenings.sign_up(evenings.world.member, activity)
    neighbour = await at_desk(session, evenings.world.neighbour_desk)
    page = (await neighbour.get(f"/activities/{activity['id']}")).text
    assert "党员1号" not in page
    assert "名单由活动所在地的工作人员查看" in page
