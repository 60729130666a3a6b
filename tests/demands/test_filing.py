"""点单: what filing takes, makes and refuses."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.filing import title_from
from tests.client import refusal
from tests.demands.world import (
    COMMUNITY,
    ELDER_PHONE,
    NEIGHBOUR,
    World,
    claimed,
    drain,
    filed,
    in_hours,
    ok,
    opened,
    seen,
)


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("下水道堵了。味道很大", "下水道堵了"),
        ("路灯不亮", "路灯不亮"),
        ("一" * 40, "一" * 29 + "…"),
        ("。。", "。。"),
    ],
)
def test_a_missing_title_is_made_from_the_description(description: str, title: str) -> None:
    assert title_from(description) == title


async def test_only_a_description_is_needed_where_the_account_has_a_home(world: World) -> None:
    demand = await ok(world.filer.post("/demands", {"description": "路灯不亮"}), 201)
    assert (demand["region_code"], demand["kind"], demand["category"]) == (COMMUNITY, "request", "other")


async def test_without_a_home_the_region_must_be_said(world: World) -> None:
    answer = await world.desk.post("/demands", {"description": "路灯不亮"})
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == "region_code"


@pytest.mark.parametrize(
    "change",
    [
        {"region_code": "999999999999"},
        {"category": "nonsense"},
        {"kind": "order"},
        {"description": ""},
        {"description": "有\0毒"},
        {"description": "长" * 4001},
        {"contact": {"name": "王女士", "phone": "12"}},
        {"location": {"lng": 98.27, "lat": 91, "coord_type": "gcj02"}},
        {"location": {"lng": 98.27, "lat": 39.8}},
        {"wanted_by": "2026-11-30T18:00:00"},
        {"wanted_by": 1764500000},
        {"anonymous": "yes"},
        {"file_ids": ["x"]},
        {"state": "closed"},
        {"dispatch": {"mode": "assigned"}},
        {"dispatch": {"mode": "open", "member_ids": ["019399a0-0000-7000-8000-000000000000"]}},
        {"dispatch": {"mode": "whistle", "slots": 1}},
        {"dispatch": {"mode": "open", "slots": 0}},
    ],
)
async def test_malformed_filings_are_refused_and_change_nothing(world: World, change: dict[str, object]) -> None:
    assert refusal(await world.filer.post("/demands", drain(**change))) == (422, "invalid_request")
    assert (await ok(world.filer.get("/demands")))["items"] == []


@pytest.mark.parametrize("kind", ["project", "post", "call"])
async def test_what_staff_publish_is_not_for_residents(world: World, kind: str) -> None:
    assert refusal(await world.filer.post("/demands", drain(kind=kind))) == (403, "forbidden")
    for who in (world.desk, world.liaison):
        await filed(who, kind=kind)


async def test_a_desk_files_and_publishes_in_one_call(world: World) -> None:
    plan = {"mode": "open", "slots": 30, "starts_at": in_hours(24), "ends_at": in_hours(26)}
    demand = await filed(world.desk, kind="call", dispatch=plan)
    assert (demand["state"], demand["slots"], demand["is_open"]) == ("dispatched", 30, True)
    assert demand["filer"] == {"display_name": "八角南路社区"}


async def test_only_the_desk_may_publish_in_one_call(world: World) -> None:
    body = drain(dispatch={"mode": "open", "slots": 1})
    for who in (world.filer, world.neighbour_desk, world.observer):
        assert refusal(await who.post("/demands", body)) == (403, "forbidden")


async def test_a_refused_publication_files_nothing(world: World) -> None:
    nobody = "019399a0-0000-7000-8000-000000000000"
    body = drain(dispatch={"mode": "assigned", "slots": 1, "member_ids": [nobody]})
    assert refusal(await world.desk.post("/demands", body)) == (422, "invalid_request")
    assert (await ok(world.desk.get("/demands", scope="region")))["items"] == []


async def test_what_is_filed_on_behalf_belongs_to_whoever_has_the_phone(world: World) -> None:
    elder = {"name": "张大爷", "phone": "19900000002"}
    demand = await filed(world.desk, on_behalf_of=elder, contact=None)
    assert (demand["on_behalf_of"], demand["contact"]) == (elder, elder)
    theirs = (await ok(world.second.get("/demands")))["items"]
    assert [one["id"] for one in theirs] == [demand["id"]]
    assert (await seen(world.second, demand))["filer"] == {"display_name": "张**"}


async def test_it_becomes_theirs_when_the_phone_appears(world: World) -> None:
    elder = {"name": "张大爷", "phone": ELDER_PHONE}
    demand = await filed(world.desk, on_behalf_of=elder)
    assert refusal(await world.stranger.get(f"/demands/{demand['id']}"))[0] == 404
    await ok(world.stranger.post("/auth/phone", {"code": f"sandbox:{ELDER_PHONE}"}))
    assert (await seen(world.stranger, demand))["actions"] == ["cancel"]


async def test_a_returned_demand_goes_on_when_its_filer_answers(world: World) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))
    back = await seen(world.filer, demand)
    assert (back["state"], back["actions"]) == ("returned", ["supplement", "cancel"])
    back = await ok(world.filer.post(f"/demands/{demand['id']}/supplement", {"description": "三单元"}))
    assert (back["state"], (await seen(world.desk, demand))["needs_desk"]) == ("filed", "new")
    words = [
        item["detail"].get("text") for item in (await ok(world.desk.get(f"/demands/{demand['id']}/timeline")))["items"]
    ]
    assert words == [None, "几单元？", "三单元"]


async def test_a_demand_is_cancelled_until_somebody_has_arrived(world: World) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    other = await claimed(world.second, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    cancel = f"/demands/{demand['id']}/cancel"
    assert refusal(await world.filer.post(cancel, {"reason": "不用了"})) == (409, "action_not_allowed")
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "急事"}))
    assert (await ok(world.filer.post(cancel, {"reason": "不用了"})))["state"] == "cancelled"
    assert (await ok(world.second.get(f"/claims/{other['id']}")))["state"] == "released"


async def test_only_its_filer_cancels(world: World) -> None:
    demand = await opened(world)
    for who in (world.member, world.desk, world.admin):
        assert refusal(await who.post(f"/demands/{demand['id']}/cancel", {"reason": "x"})) == (403, "forbidden")


async def test_messages_pass_between_filer_desk_and_claims_only(world: World) -> None:
    demand = await opened(world)
    path = f"/demands/{demand['id']}/messages"
    assert refusal(await world.member.post(path, {"text": "我来"})) == (403, "forbidden")
    await claimed(world.member, demand)
    said = await ok(world.member.post(path, {"text": "半小时到"}), 201)
    assert (said["detail"]["text"], said["actor"]["kind"]) == ("半小时到", "claimant")
    await ok(world.filer.post(path, {"text": "好的"}), 201)
    await ok(world.desk.post(path, {"text": "辛苦"}), 201)
    timeline = f"/demands/{demand['id']}/timeline"
    heard = [item["detail"].get("text") for item in (await ok(world.filer.get(timeline)))["items"]]
    assert [text for text in heard if text] == ["半小时到", "好的", "辛苦"]
    overheard = (await ok(world.second.get(timeline)))["items"]
    assert not [item for item in overheard if item["kind"] == "demand.messaged" or "text" in item["detail"]]


async def test_an_anonymous_filer_is_known_to_the_desk_alone(world: World) -> None:
    demand = await opened(world, anonymous=True)
    await claimed(world.member, demand)
    theirs = await seen(world.member, demand)
    assert (theirs["filer"], theirs["contact"]) == ({"display_name": "匿名"}, None)
    assert theirs["address"] == "育才街12号楼"
    items = (await ok(world.member.get(f"/demands/{demand['id']}/timeline")))["items"]
    assert items[0]["actor"] == {"kind": "filer", "display_name": "匿名"}
    assert "王" not in str(theirs) + str(items)
    assert (await seen(world.desk, demand))["contact"]["name"] == "王女士"


async def test_numbers_are_unique_and_begin_with_the_day(world: World, session: AsyncSession) -> None:
    first, second = await filed(world.filer), await filed(world.filer)
    assert first["number"] != second["number"]
    assert len(first["number"]) == 12


async def test_filing_for_the_wrong_community_is_seen_by_its_desk_only(world: World) -> None:
    demand = await filed(world.filer, region_code=NEIGHBOUR)
    assert refusal(await world.desk.get(f"/demands/{demand['id']}"))[0] == 404
    assert (await seen(world.neighbour_desk, demand))["needs_desk"] == "new"
