"""The form of an activity at the desk: written, changed while a draft, published, and held again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData

from app.activities.models import Activity
from app.activities.schemas import ActivityIn
from app.console import forms
from app.kit import db
from app.kit.clock import CHINA
from app.kit.events import Event
from app.members.events import MemberEvent
from app.regions import listing as regions
from app.settings import Settings
from tests.activities.evenings import STREETS, Evenings, evening, patrol, times
from tests.client import Client
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import COMMUNITY, DISTRICT, SUBDISTRICT, World, filed, ok

NEW = "/desk/activities/new"


@pytest.fixture
def evenings(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Evenings:
    """The district's activities, and its worker."""
    return Evenings(world, session, settings, sessions)


def local(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M")


def five_evenings(**changes: str) -> dict[str, str]:
    """What a clerk types for five evenings at two streets, with two roles."""
    usual = {
        "title": "共享单车整治",
        "kind": "volunteering",
        "shifts.0.starts_at": local(evening()),
        "shifts.0.ends_at": local(evening() + timedelta(hours=2)),
        "shifts.0.repeat.times": "5",
        "shifts.0.roles.0.name": "引导员",
        "shifts.0.roles.0.capacity": "20",
        "shifts.0.roles.1.name": "摄影",
        "shifts.0.roles.1.capacity": "1",
        "spots.0.name": STREETS[0],
        "spots.1.name": STREETS[1],
        "spots.1.address": "季华六路1号",
        "items.0.name": "摆放车辆",
        "items.0.people": "12",
    }
    return usual | changes


async def sent(desk: Browser, values: dict[str, Any], page: str = "/activities/new") -> Any:
    return await desk.submit(await desk.get(page), f"/desk{page}", **values)


async def made(world: World, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 303, answer.text
    number = answer.headers["location"].split("/")[-1].split("?")[0]
    return await ok(world.desk.get(f"/activities/{number}"))


async def test_five_evenings_at_two_streets_are_written_as_a_draft(world: World, desk: Browser) -> None:
    answer = await sent(desk, five_evenings())
    assert "done=activity_draft" in answer.headers["location"]
    found = await made(world, answer)
    assert (found["state"], found["description"], found["region_code"]) == ("draft", "共享单车整治", COMMUNITY)
    assert [one["starts_at"][:16] for one in found["shifts"]] == [local(evening(2 + n)) for n in range(5)]
    assert [(one["name"], one["address"]) for one in found["spots"]] == [
        (STREETS[0], None),
        (STREETS[1], "季华六路1号"),
    ]
    assert {(slot["role"], slot["capacity"]) for slot in found["shifts"][4]["slots"]} == {("引导员", 20), ("摄影", 1)}
    assert found["items"] == [{"name": "摆放车辆", "people": 12}]
    page = await desk.get(answer.headers["location"])
    assert "草稿已保存" in page.text
    assert f'href="/desk/activities/{found["id"]}/change"' in page.text


async def test_it_is_published_in_the_same_breath(world: World, desk: Browser) -> None:
    answer = await sent(desk, five_evenings(then="publish"))
    assert "已发布" in (await desk.get(answer.headers["location"])).text
    found = await made(world, answer)
    assert found["state"] == "published"
    assert "change" not in found["actions"]


async def test_what_cannot_be_published_is_not_saved_either_and_stays_typed(
    session: AsyncSession, desk: Browser
) -> None:
    answer = await sent(desk, {"title": "议事厅", "kind": "council", "then": "publish"})
    assert answer.status_code == 409
    assert forms_of(answer.text)[NEW].fields["title"] == ["议事厅"]
    assert await session.scalar(select(func.count()).select_from(Activity)) == 0


async def test_only_a_title_is_asked_for(world: World, desk: Browser) -> None:
    found = await made(world, await sent(desk, {"title": "议事厅"}))
    assert (found["title"], found["audience"], found["shifts"]) == ("议事厅", "members", [])


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(desk: Browser) -> None:
    typed = five_evenings(
        title="联系 13800000000",
        **{"shifts.0.roles.1.capacity": "", "shifts.1.starts_at": "", "shifts.3.roles.4.capacity": "七"},
    )
    answer = await sent(desk, typed)
    assert answer.status_code == 422
    kept = forms_of(answer.text)[NEW].fields
    closed = {"shifts.3.roles.4.capacity": "shifts.1.roles.0.capacity"}
    for name, text in typed.items():
        if text:
            assert kept[closed.get(name, name)][-1] == text, name
    for field, said in (
        ("title", "请勿填写电话等号码"),
        ("shifts.0.roles.1.capacity", "必填"),
        ("shifts.1.starts_at", "必填"),
        ("shifts.1.roles.0.capacity", "应为整数"),
    ):
        beside = answer.text.split(f'name="{field}"')[1].split("</label>")[0]
        assert f'<span class="amiss">{said}</span>' in beside, field
    assert "场次 2 岗位 1 人数：应为整数" in answer.text


async def test_a_refusal_of_the_verb_names_the_row_that_was_typed(desk: Browser) -> None:
    past = {"shifts.1.starts_at": local(evening(-3)), "shifts.1.ends_at": local(evening(-3) + timedelta(hours=1))}
    answer = await sent(desk, five_evenings(**past, **{"shifts.1.roles.0.capacity": "3"}))
    assert answer.status_code == 422
    assert '<span class="amiss">开始时间已过</span>' in answer.text.split('name="shifts.1.starts_at"')[1]
    backwards = {"shifts.0.ends_at": local(evening() - timedelta(hours=1))}
    answer = await sent(desk, five_evenings(**backwards))
    assert '<span class="amiss">应在开始后 24 小时内结束</span>' in answer.text.split("场次 1</legend>")[1]


async def test_more_rows_are_given_without_saving(session: AsyncSession, desk: Browser) -> None:
    page = await desk.get("/activities/new")
    assert "shifts.1.starts_at" in forms_of(page.text)[NEW].fields
    assert "shifts.2.starts_at" not in forms_of(page.text)[NEW].fields
    more = await sent(desk, five_evenings(_more="rows", **{"shifts.1.roles.0.capacity": "3"}))
    assert "尚未保存" in more.text
    fields = forms_of(more.text)[NEW].fields
    assert (fields["title"], fields["spots.1.name"]) == (["共享单车整治"], [STREETS[1]])
    assert {"shifts.3.starts_at", "shifts.0.roles.3.name", "spots.3.name", "items.2.name"} <= set(fields)
    assert await session.scalar(select(func.count()).select_from(Activity)) == 0


async def test_a_draft_is_shown_as_it_was_typed_and_changed(world: World, desk: Browser) -> None:
    typed = five_evenings(description="规范停放", brand="吹哨报到", leader_ids=str(world.members[0].id))
    draft = await made(world, await sent(desk, typed | {"organization_id": str(world.unit.id)}))
    place = f"/activities/{draft['id']}/change"
    page = await desk.get(place)
    fields = forms_of(page.text)[f"/desk{place}"].fields
    for name, text in typed.items():
        assert fields[name][-1] == text, name
    assert fields["shifts.0.repeat.every_days"] == ["1"]
    assert fields["organization_id"] == [str(world.unit.id)]
    assert "党员1号" in page.text
    changed = await desk.submit(page, f"/desk{place}", **{"title": "改了", "spots.0.name": "", "organization_id": ""})
    found = await made(world, changed)
    assert (found["id"], found["title"], found["organization_id"]) == (draft["id"], "改了", None)
    assert [one["name"] for one in found["spots"]] == [STREETS[1]]
    assert found["leader_ids"] == [str(world.members[0].id)]
    assert len(found["shifts"]) == 5


async def test_what_is_published_is_no_draft_to_be_changed(evenings: Evenings, desk: Browser) -> None:
    found = await evenings.published()
    assert (await desk.get(f"/activities/{found['id']}/change")).status_code == 409
    assert "修改草稿" not in (await desk.get(f"/activities/{found['id']}")).text


async def test_an_earlier_activity_is_held_again_on_the_same_days_of_a_week_to_come(evenings: Evenings) -> None:
    world = evenings.world
    shifts = [
        times(evening(2)) | {"roles": [{"capacity": 9}], "repeat": {"times": 3}},
        times(evening(3), hours=3) | {"roles": [{"name": "摄影", "capacity": 1}]},
    ]
    leaders = [str(world.members[0].id)]
    earlier = await evenings.published(shifts=shifts, spots=[{"name": "金澜北路"}], leader_ids=leaders)
    await evenings.at(evening(20))
    desk = await at_desk(evenings.session, world.desk)
    page = await desk.get(f"/activities/new?like={earlier['id']}")
    fields = forms_of(page.text)[NEW].fields
    assert (fields["title"], fields["spots.0.name"]) == ([earlier["title"]], ["金澜北路"])
    assert fields["leader_ids"] == leaders
    first = evening(2) + timedelta(weeks=3)
    assert fields["shifts.0.starts_at"] == [local(first)]
    assert (fields["shifts.0.repeat.times"], fields["shifts.0.roles.0.capacity"]) == (["3"], ["9"])
    assert fields["shifts.1.ends_at"] == [local(first + timedelta(days=1, hours=3))]
    found = await made(world, await desk.submit(page, NEW, then="publish"))
    assert found["id"] != earlier["id"]
    starts = sorted(datetime.fromisoformat(one["starts_at"]).astimezone(CHINA) for one in found["shifts"])
    assert [local(one) for one in starts] == [local(first + timedelta(days=n)) for n in (0, 1, 1, 2)]
    assert found["free"] == 28


async def test_earlier_ones_are_offered_to_be_held_again(evenings: Evenings, desk: Browser) -> None:
    earlier = await evenings.published()
    page = (await desk.get("/activities/new")).text
    assert f'href="{NEW}?like={earlier["id"]}"' in page
    assert f'href="{NEW}?like={earlier["id"]}"' in (await desk.get(f"/activities/{earlier['id']}")).text


async def test_an_activity_is_made_for_a_demand(world: World, desk: Browser) -> None:
    demand = await filed(world.filer, title="楼道堆物")
    page = await desk.get(f"/demands/{demand['id']}")
    assert f'href="/desk/activities/new?demand={demand["id"]}"' in page.text
    form = await desk.get(f"/activities/new?demand={demand['id']}")
    assert "服务于点单：楼道堆物" in form.text
    found = await made(world, await desk.submit(form, NEW, title="清理楼道"))
    assert (found["demand_id"], found["category"]) == (demand["id"], demand["category"])


async def test_places_units_and_members_are_found_without_javascript(
    session: AsyncSession, world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regions, "MOST_TO_CHOOSE", 1)
    admin = await at_desk(session, world.admin)
    looked = {"title": "议事厅", "_more": "find", "place": "八角南", "unit": world.unit.name[:2], "who": "党员2"}
    answer = await sent(admin, looked)
    for name, value in (
        ("region_code", COMMUNITY),
        ("organization_id", world.unit.id),
        ("leader_ids", world.members[1].id),
    ):
        assert f'name="{name}" value="{value}"' in answer.text, name
    saved = await admin.submit(answer, NEW, region_code=COMMUNITY, leader_ids=str(world.members[1].id))
    assert (await made(world, saved))["leader_ids"] == [str(world.members[1].id)]


async def test_a_subdistrict_holds_one_itself_or_for_a_community(session: AsyncSession, world: World) -> None:
    desk = await at_desk(session, world.district_desk)
    page = (await desk.get("/activities/new")).text
    for code in (DISTRICT, SUBDISTRICT, COMMUNITY):
        assert f'<option value="{code}"' in page
    saved = await sent(desk, {"title": "街道活动", "region_code": SUBDISTRICT})
    assert "石景山区八角街道" in (await desk.get(saved.headers["location"])).text


async def test_reading_leaders_names_is_on_record_and_others_names_are_not_shown(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    draft = await ok(world.desk.post("/activities", patrol(leader_ids=[str(world.members[0].id)])), 201)
    noted = select(func.count()).where(Event.kind == MemberEvent.LOOKED_UP)
    before = await session.scalar(noted) or 0
    assert "党员1号" in (await desk.get(f"/activities/{draft['id']}/change")).text
    assert await session.scalar(noted) == before + 1
    neighbour = await at_desk(session, world.neighbour_desk)
    typed = {"title": "联合活动", "leader_ids": str(world.members[0].id), "_more": "rows"}
    assert "党员1号" not in (await sent(neighbour, typed)).text


async def test_an_observer_writes_none(observer: Browser) -> None:
    assert (await observer.get("/activities/new")).status_code == 403
    assert "新建活动" not in (await observer.get("/activities")).text


def test_what_a_body_says_is_read_back_from_its_form() -> None:
    body = ActivityIn.model_validate(
        patrol(
            audience="all",
            spots=[{"name": "一"}, {"name": "二", "address": "二号"}],
            items=[{"name": "扫", "people": 2}],
            leader_ids=["00000000-0000-7000-8000-000000000000"],
            shifts=[times(evening()) | {"roles": [{"capacity": 2}], "repeat": {"times": 2, "every_days": 7}}],
        )
    )
    fields = FormData([(name, text) for name, texts in forms.said(body).items() for text in texts])
    assert forms.body(fields, ActivityIn) == body
