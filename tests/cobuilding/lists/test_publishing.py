"""A list is written, published as versions, printed and handed out; a line becomes a demand."""

from io import BytesIO

import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.client import refusal
from tests.cobuilding.lists.drawn import drawn, lift, line, newest, one_item, published
from tests.demands.world import COMMUNITY, DISTRICT, World, claimed, in_hours, ok


async def test_a_list_is_read_by_all_once_it_is_published(world: World) -> None:
    whole = await drawn(world.desk)
    item = await line(world.desk, whole)
    for path in (f"/lists/{whole['id']}", f"/list-items/{item['id']}"):
        assert refusal(await world.stranger.get(path)) == (404, "not_found")
        assert (await world.observer.get(path)).status_code == 200
    made = await published(world.desk, whole)
    assert (made["version"], made["published_at"] is not None) == (1, True)
    assert (await ok(world.stranger.get("/lists", region=DISTRICT, kind="service", year="2026")))["items"] == [
        made | {"actions": []}
    ]
    assert (await ok(world.stranger.get("/list-items", list_id=whole["id"])))["items"][0]["title"] == item["title"]


async def test_what_is_written_after_a_version_is_in_the_next_one(world: World) -> None:
    whole = await drawn(world.desk)
    item = await line(world.desk, whole, owner_id=str(world.unit.id))
    await published(world.desk, whole)
    first = await newest(world.stranger, whole["id"])
    late = await line(world.desk, whole, title="楼道照明")
    assert refusal(await world.stranger.get(f"/list-items/{late['id']}")) == (404, "not_found")
    await ok(world.desk.put(f"/list-items/{item['id']}", lift(title="加装电梯政策咨询")))
    await published(world.desk, whole)
    second = await newest(world.stranger, whole["id"])
    assert [one["title"] for one in second["lines"]] == ["加装电梯政策咨询", "楼道照明"]
    assert (second["number"], second["title"]) == (2, "石景山区八角街道八角南路社区2026年服务清单")
    assert await ok(world.stranger.get(f"/list-versions/{first['id']}")) == first
    assert [(one["title"], one["owner"]) for one in first["lines"]] == [("加装电梯意见征集", "嘉恒物业公司")]


async def test_a_line_that_is_withdrawn_is_not_in_the_next_version(world: World) -> None:
    whole = await drawn(world.desk)
    item, _ = await line(world.desk, whole), await line(world.desk, whole, title="楼道照明")
    await published(world.desk, whole)
    gone = await ok(world.desk.post(f"/list-items/{item['id']}/withdraw", {"reason": "电梯已装好"}))
    assert (gone["reason"], gone["actions"]) == ("电梯已装好", [])
    await published(world.desk, whole)
    assert [one["title"] for one in (await newest(world.stranger, whole["id"]))["lines"]] == ["楼道照明"]
    for call in (
        world.desk.put(f"/list-items/{item['id']}", lift()),
        world.desk.post(f"/list-items/{item['id']}/withdraw", {"reason": "再撤"}),
        world.desk.post(f"/list-items/{item['id']}/demands", {}),
    ):
        assert refusal(await call) == (409, "action_not_allowed")


async def test_nothing_new_is_no_version(world: World) -> None:
    whole = await drawn(world.desk)
    path = f"/lists/{whole['id']}/publish"
    assert refusal(await world.desk.post(path)) == (409, "nothing_to_publish")
    await line(world.desk, whole)
    await published(world.desk, whole)
    assert refusal(await world.desk.post(path)) == (409, "nothing_to_publish")


async def test_a_region_has_one_list_of_a_kind_a_year(world: World) -> None:
    await drawn(world.desk)
    again = {"kind": "service", "region_code": COMMUNITY, "year": 2026}
    assert refusal(await world.desk.post("/lists", again)) == (409, "list_exists")
    await drawn(world.desk, year=2027)
    await drawn(world.desk, "needs")


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("service", {"form": "venue"}, "form"),
        ("resource", {}, "form"),
        ("resource", {"form": "goods"}, "quantity"),
        ("service", {"mode": "assigned"}, "owner_id"),
        ("service", {"owner_id": "00000000-0000-7000-8000-000000000000"}, "owner_id"),
        ("service", {"category": "no_such"}, "category"),
        ("service", {"title": "请拨13800000001"}, "title"),
    ],
)
async def test_a_line_that_makes_no_sense_is_refused_by_its_field(
    world: World, kind: str, changes: dict[str, str], field: str
) -> None:
    whole = await drawn(world.desk, kind)
    answer = await world.desk.post(f"/lists/{whole['id']}/items", lift(**changes))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_version_cannot_be_written_again(world: World, session: AsyncSession) -> None:
    await one_item(world)
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        await session.execute(text("UPDATE list_versions SET number = 9"))


async def test_an_open_line_becomes_a_demand_in_one_call_and_shows_what_became_of_it(world: World) -> None:
    item = await one_item(world, skills=["mediation"])
    asked = await ok(world.desk.post(f"/list-items/{item['id']}/demands", {}), 201)
    (demand,) = asked["demands"]
    assert (demand["state"], demand["slots"], demand["claimed"]) == ("dispatched", 3, 0)
    seen = await ok(world.member.get(f"/demands/{demand['id']}"))
    assert (seen["kind"], seen["mode"], seen["title"], seen["skills"]) == (
        "project",
        "open",
        "加装电梯意见征集",
        ["mediation"],
    )
    await claimed(world.member, demand)
    assert (await ok(world.member.get(f"/list-items/{item['id']}")))["demands"][0]["claimed"] == 1
    close = {"result": "handled", "reason": "意见已征集"}
    await ok(world.desk.post(f"/demands/{demand['id']}/close", close))
    (closed,) = (await ok(world.member.get(f"/list-items/{item['id']}")))["demands"]
    assert (closed["state"], closed["result"]) == ("closed", "handled")


async def test_an_assigned_line_is_offered_to_its_owner(world: World) -> None:
    item = await one_item(world, "needs", mode="assigned", owner_id=str(world.unit.id))
    asked = await ok(world.desk.post(f"/list-items/{item['id']}/demands", {}), 201)
    mine = await ok(world.liaison.get("/claims", scope="organization"))
    assert [(one["demand_id"], one["state"]) for one in mine["items"]] == [(asked["demands"][0]["id"], "offered")]
    assert (await ok(world.liaison.get(f"/demands/{mine['items'][0]['demand_id']}")))["kind"] == "request"


async def test_the_call_may_say_otherwise_than_the_line(world: World) -> None:
    item = await one_item(world)
    path = f"/list-items/{item['id']}/demands"
    answer = await world.desk.post(path, {"mode": "assigned"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "organization_id")
    turned = {"starts_at": in_hours(5), "ends_at": in_hours(4)}
    assert (await world.desk.post(path, turned)).status_code == 422
    body = {"mode": "assigned", "organization_id": str(world.other_unit.id), "slots": 1}
    body |= {"starts_at": in_hours(24), "ends_at": in_hours(26)}
    asked = await ok(world.desk.post(path, body), 201)
    assert asked["demands"][0]["slots"] == 1
    assert len((await ok(world.other_liaison.get("/claims", scope="organization")))["items"]) == 1


async def test_a_line_is_asked_for_again_only_when_its_demand_has_ended(world: World) -> None:
    item = await one_item(world)
    path = f"/list-items/{item['id']}/demands"
    (demand,) = (await ok(world.desk.post(path, {}), 201))["demands"]
    assert "ask" not in (await ok(world.desk.get(f"/list-items/{item['id']}")))["actions"]
    assert refusal(await world.desk.post(path, {})) == (409, "already_asked")
    await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "已办"}))
    assert "ask" in (await ok(world.desk.get(f"/list-items/{item['id']}")))["actions"]
    assert len((await ok(world.desk.post(path, {}), 201))["demands"]) == 2


async def test_neither_a_draft_nor_a_resource_becomes_a_demand(world: World) -> None:
    hall = await one_item(world, "resource", form="venue")
    draft = await line(world.desk, await drawn(world.desk))
    for one in (hall, draft):
        assert refusal(await world.desk.post(f"/list-items/{one['id']}/demands", {})) == (409, "action_not_allowed")


async def test_a_version_is_printed_on_a4_and_handed_out_as_a_workbook(world: World) -> None:
    whole = await drawn(world.desk)
    for number in range(1, 41):
        await line(world.desk, whole, title=f"第{number}项服务", detail="说明" * 60)
    await published(world.desk, whole)
    version = await newest(world.stranger, whole["id"])
    printed = await world.stranger.get(f"/list-versions/{version['id']}/pdf")
    pages = pypdfium2.PdfDocument(printed.content)
    assert pages[0].get_size() == pytest.approx((595.28, 841.89), abs=1)
    words = ["".join(page.get_textpage().get_text_range().split()) for page in pages]
    assert "八角南路社区2026年服务清单" in words[0]
    assert all("责任单位" in one and f"第{number}/{len(words)}页" in one for number, one in enumerate(words, 1))
    assert all(any(f"第{number}项服务" in one for one in words) for number in range(1, 41))
    book = await world.stranger.get(f"/list-versions/{version['id']}/xlsx")
    rows = list(load_workbook(BytesIO(book.content)).active.values)
    assert rows[0][0].startswith("石景山区八角街道八角南路社区2026年服务清单（第1版，")
    assert rows[2][:2] + rows[2][3:] == ("1", "第1项服务", "社区治理", "社区", "公开认领", "3个名额")
    assert len(rows) == 42
