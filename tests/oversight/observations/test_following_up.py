"""What follows a visit: reports, remarks, findings and promises, looked at again; highlights and who copied them."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.kit.timers import sweep
from app.oversight.observations import timing
from app.settings import Settings
from tests.client import refusal
from tests.clock import move_clock
from tests.content import making
from tests.demands.world import in_hours, ok
from tests.notifications.post import Post, inbox, kinds
from tests.oversight.observations.rounds import (
    COMMUNITIES,
    SHARES,
    Body,
    Street,
    a_rubric,
    closed,
    objects,
    opened,
    ranked,
    scored_by_cadres,
)

FINDING = {"kind": "finding", "text": "第三网格没有党员中心户", "criterion": "grid_management"}
DONE = {"text": "已推选三名党员中心户"}


async def found_something(street: Street, found: Body, name: str = "华森", **more: object) -> Body:
    path = f"/observed/{objects(found)[name]}/undertakings"
    return await ok(street.cadres["书记"].post(path, FINDING | more), 201)


async def test_a_finding_is_rectified_shown_and_looked_at_again_in_the_next_round(street: Street) -> None:
    rubric = await a_rubric(street)
    first = await opened(street, rubric, quarter=1)
    finding = await found_something(street, first)
    assert (finding["state"], finding["object_name"], finding["actions"]) == ("open", "华森社区", [])
    await scored_by_cadres(street, first, SHARES)
    await closed(street, first)
    secretary = street.secretaries["华森"]
    photo = await ok(secretary.upload(making.jpeg()), 201)
    shown = await ok(secretary.post(f"/undertakings/{finding['id']}/show", DONE | {"file_ids": [photo["id"]]}))
    assert (shown["state"], len(shown["files"]), shown["actions"]) == ("shown", 1, ["show"])
    second = await opened(street, rubric)
    await scored_by_cadres(street, second, SHARES)
    assert refusal(await street.desk.post(f"/observations/{second['id']}/close")) == (409, "not_looked_at")
    cadre = street.cadres["主任"]
    (earlier,) = (await ok(cadre.get(f"/observed/{objects(second)['华森']}")))["earlier"]
    assert (earlier["id"], earlier["shown"], earlier["actions"]) == (finding["id"], DONE["text"], ["look"])
    look = {"settled": True, "note": "现场看到名单和公示"}
    looked = await ok(cadre.post(f"/undertakings/{finding['id']}/look", look))
    assert (looked["state"], looked["looks"][0]["observation_id"]) == ("settled", second["id"])
    await closed(street, second)
    (still_told,) = (await ok(secretary.get(f"/observed/{objects(second)['华森']}")))["earlier"]
    assert still_told["looks"][0]["note"] == "现场看到名单和公示"


async def test_what_is_not_settled_comes_up_in_every_round_until_it_is(street: Street) -> None:
    rubric = await a_rubric(street)
    first = await ranked(street, rubric=rubric, quarter=1)
    finding = await found_something(street, first)
    second = await opened(street, rubric)
    await ok(street.desk.post(f"/undertakings/{finding['id']}/look", {"settled": False}))
    await scored_by_cadres(street, second, SHARES)
    await closed(street, second)
    third = await opened(street, rubric, quarter=3)
    (earlier,) = (await ok(street.desk.get(f"/observed/{objects(third)['华森']}")))["earlier"]
    assert (earlier["id"], earlier["state"]) == (finding["id"], "open")
    assert (await ok(street.desk.get(f"/observed/{objects(third)['飨堂']}")))["earlier"] == []


async def test_nobody_of_the_object_says_that_its_own_finding_is_settled(street: Street) -> None:
    rubric = await a_rubric(street)
    first = await ranked(street, rubric=rubric, quarter=1)
    finding = await found_something(street, first)
    await opened(street, rubric)
    path = f"/undertakings/{finding['id']}/look"
    assert refusal(await street.secretaries["华森"].post(path, {"settled": True})) == (403, "forbidden")
    assert refusal(await street.captain.post(f"/undertakings/{finding['id']}/show", DONE)) == (403, "forbidden")
    await ok(street.secretaries["飨堂"].post(path, {"settled": True}))
    assert refusal(await street.desk.post(path, {"settled": True})) == (409, "action_not_allowed")
    answer = await street.secretaries["华森"].post(f"/undertakings/{finding['id']}/show", DONE)
    assert refusal(answer) == (409, "action_not_allowed")


async def test_an_object_reports_plans_and_promises_and_is_told_what_was_said(street: Street) -> None:
    found = await opened(street)
    path, secretary = f"/observed/{objects(found)['周家山']}", street.secretaries["周家山"]
    photo = await ok(secretary.upload(making.jpeg()), 201)
    report = {"text": "多元共治，一核多元", "file_ids": [photo["id"]]}
    assert len((await ok(secretary.put(f"{path}/report", report)))["files"]) == 1
    for kind, text in (("step", "推广星级楼栋"), ("commitment", "年底前全覆盖")):
        made = await ok(secretary.post(f"{path}/undertakings", {"kind": kind, "text": text}), 201)
        assert made["actions"] == ["show"]
    assert refusal(await secretary.post(f"{path}/undertakings", FINDING)) == (403, "forbidden")
    assert refusal(await street.captain.put(f"{path}/report", {"text": "代报"})) == (403, "forbidden")
    await ok(street.captain.post(f"{path}/remarks", {"text": "值得学习"}), 201)
    await ok(street.desk.post(f"{path}/remarks", {"text": "继续保持"}), 201)
    seen = await ok(street.secretaries["飨堂"].get(path))
    assert (seen["report"], [one["text"] for one in seen["remarks"]]) == (report["text"], ["值得学习", "继续保持"])
    assert [one["kind"] for one in seen["undertakings"]] == ["step", "commitment"]


async def test_a_units_liaison_answers_for_it(street: Street) -> None:
    found = await opened(street)
    path = f"/observed/{objects(found)['城管中队']}"
    await ok(street.captain.put(f"{path}/report", {"text": "临时便民疏导点三处"}))
    finding = await found_something(street, found, "城管中队")
    await ok(street.captain.post(f"/undertakings/{finding['id']}/show", DONE))
    assert refusal(await street.captain.post(f"{path}/remarks", {"text": "很好"})) == (403, "forbidden")


@pytest.mark.parametrize("wrong", [{"criterion": "no_such"}, {"due_on": "2020-01-01"}, {"kind": "wish"}])
async def test_an_undertaking_has_a_day_to_come_and_a_criterion_of_the_rubric(street: Street, wrong: Body) -> None:
    found = await opened(street)
    answer = await street.desk.post(f"/observed/{objects(found)['华森']}/undertakings", FINDING | wrong)
    assert refusal(answer) == (422, "invalid_request")


async def test_what_is_to_be_done_is_listed_for_the_round_and_found_when_late(
    street: Street, settings: Settings
) -> None:
    found = await opened(street)
    finding = await found_something(street, found)
    for who in (street.desk, street.secretaries["华森"], street.captain):
        assert [one["id"] for one in (await ok(who.get("/undertakings", state="open")))["items"]] == [finding["id"]]
    assert (await ok(street.resident.get("/undertakings")))["items"] == []
    assert (await ok(street.desk.get("/undertakings", overdue="true")))["items"] == []
    move_clock(settings, timedelta(days=32))
    desk = await street.desk.signed_in("desk")
    (late,) = (await ok(desk.get("/undertakings", overdue="true", kind="finding")))["items"]
    assert late["overdue"] is True


async def test_a_highlight_is_for_the_district_and_copied_once_by_each(street: Street) -> None:
    found = await opened(street)
    body = {"title": "八个公众", "text": "瑜伽课堂、太极拳队、巧手驿站"}
    path = f"/observed/{objects(found)['华森']}/highlights"
    assert refusal(await street.secretaries["华森"].post(path, body)) == (403, "forbidden")
    made = await ok(street.cadres["书记"].post(path, body), 201)
    copies, code = f"/highlights/{made['id']}/copies", COMMUNITIES["飨堂"]
    note = {"note": "开办温青工作室课堂"}
    await ok(street.secretaries["飨堂"].post(copies, note | {"region_code": code}), 201)
    again = await street.secretaries["飨堂"].post(copies, note | {"region_code": code})
    assert refusal(again) == (409, "already_copied")
    assert refusal(await street.captain.post(copies, note | {"region_code": code})) == (403, "forbidden")
    await ok(street.captain.post(copies, note | {"organization_id": str(street.unit.id)}), 201)
    (told,) = (await ok(street.cadres["主任"].get("/highlights")))["items"]
    assert [one["name"] for one in told["copied"]] == ["飨堂社区", "城管中队"]
    assert refusal(await street.resident.get("/highlights")) == (403, "forbidden")


@pytest.fixture
def post(session: AsyncSession) -> Post:
    """Carries what happened to whom it concerns."""
    return Post(session)


async def test_panel_and_objects_hear_of_the_round_and_each_object_of_what_it_is_to_do(
    street: Street, post: Post
) -> None:
    found = await opened(street)
    await post.round()
    for who in street.panel:
        assert await kinds(who) == ["observation_opened"]
    finding = await found_something(street, found)
    await post.round()
    (raised, _) = await inbox(street.secretaries["华森"])
    assert raised["body"] == "「2026年第二季度观摩考评细则」后有一项整改待办，请查看内容和期限。"
    assert (raised["subject"]["kind"], raised["actions"]) == ("undertaking", ["show"])
    assert "undertaking_raised" not in await kinds(street.secretaries["飨堂"])
    await ok(street.secretaries["华森"].post(f"/undertakings/{finding['id']}/show", DONE))
    await post.round()
    assert await kinds(street.desk) == ["undertaking_shown"]
    await ok(street.desk.post(f"/undertakings/{finding['id']}/look", {"settled": True}))
    await scored_by_cadres(street, found, SHARES)
    await closed(street, found)
    await post.round()
    assert await kinds(street.desk) == []
    assert (await kinds(street.secretaries["华森"]))[-2:] == ["undertaking_looked_at", "observation_closed"]


async def test_a_round_whose_time_is_over_calls_its_desk_and_an_undertaking_its_object(
    street: Street, post: Post, settings: Settings, sessions: db.Sessions
) -> None:
    found = await opened(street, ends_at=in_hours(29 * 24))
    await found_something(street, found)
    assert await sweep(sessions, timing.UNDERTAKINGS) == 0
    move_clock(settings, timedelta(days=28))
    assert await sweep(sessions, timing.UNDERTAKINGS) == 1
    assert await sweep(sessions, timing.UNDERTAKINGS) == 0
    await post.round()
    assert "undertaking_due" in await kinds(await street.desk.signed_in("华森"))
    move_clock(settings, timedelta(days=30))
    assert await sweep(sessions, timing.OBSERVATIONS) == 1
    assert await sweep(sessions, timing.OBSERVATIONS) == 0
    await post.round()
    assert await kinds(await street.desk.signed_in("desk")) == ["observation_due"]
