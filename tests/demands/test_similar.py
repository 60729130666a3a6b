"""Before somebody files, they see what is alike and can tell whether it is the same; nobody's secret is told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import similar_queries
from app.kit import clock
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, NEIGHBOUR, World, filed, ok, opened

TITLE = "12号楼下水道堵塞返味"


async def similar(who: Client, title: str = TITLE, region_code: str = COMMUNITY, **more: Any) -> list[dict[str, Any]]:
    """What is shown to somebody who is about to file."""
    found = await ok(who.get("/demands/similar", region_code=region_code, title=title, **more))
    return list(found["items"])


async def tokens(session: AsyncSession, title: str) -> set[str]:
    """What the database cuts a title into, without the region in front."""
    found: list[str] = (await session.execute(select(func.demand_tokens(COMMUNITY, title)))).scalar_one()
    return {token.removeprefix(COMMUNITY) for token in found}


async def test_a_resident_sees_what_a_neighbour_asked_for(world: World) -> None:
    theirs = await filed(world.filer, title="12号楼的下水道堵了，返味")
    await filed(world.filer, title="路灯不亮")
    (shown,) = await similar(world.stranger)
    assert (shown["id"], shown["state"], shown["is_own"]) == (theirs["id"], "filed", False)
    assert (shown["region_name"], shown["joins"]) == ("八角南路社区", 0)
    (own,) = await similar(world.filer)
    assert own["is_own"] is True


async def test_the_most_alike_comes_first(world: World) -> None:
    await filed(world.filer, title="12号楼下水道")
    await filed(world.filer, title=TITLE)
    await filed(world.filer, title="3号楼下水道堵塞返味")
    shown = await similar(world.stranger)
    assert [one["title"] for one in shown] == [TITLE, "3号楼下水道堵塞返味", "12号楼下水道"]
    assert [one["likeness"] for one in shown] == sorted((one["likeness"] for one in shown), reverse=True)
    assert shown[0]["likeness"] == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("１２号楼下水道", "12号楼下水道"),
        ("WiFi 断了！", "wifi断了"),
        ("“路灯”、不亮……", "路灯不亮"),
        ("（急）漏水。", "急漏水"),
        ("二〇二六年", "二〇二六年"),
    ],
)
async def test_width_case_and_punctuation_make_no_difference(session: AsyncSession, one: str, other: str) -> None:
    assert await tokens(session, one) == await tokens(session, other) != set()


async def test_each_two_letters_are_a_token(session: AsyncSession) -> None:
    assert await tokens(session, "路灯不亮") == {"路灯", "灯不", "不亮"}
    assert await tokens(session, "灯") == {"灯"}
    assert await tokens(session, "二〇路") == {"二〇", "〇路"}
    assert await tokens(session, "！？…") == set()


async def test_a_number_with_its_house_is_one_token(session: AsyncSession) -> None:
    assert await tokens(session, "12号楼3单元漏水") == {"12号楼", "3单元", "漏水"}
    assert await tokens(session, "漏水漏水") == {"漏水", "水漏"}
    assert await tokens(session, "修7路站牌") == {"修", "7", "路站", "站牌"}


async def test_another_community_is_not_searched(world: World) -> None:
    await filed(world.filer, region_code=NEIGHBOUR)
    assert await similar(world.stranger) == []
    assert len(await similar(world.stranger, region_code=NEIGHBOUR)) == 1


async def test_a_transferred_request_is_found_where_it_went(world: World) -> None:
    demand = await filed(world.filer)
    away = {"region_code": NEIGHBOUR, "reason": "属北里社区"}
    await ok(world.district_desk.post(f"/demands/{demand['id']}/transfer", away))
    assert await similar(world.stranger) == []
    assert len(await similar(world.stranger, region_code=NEIGHBOUR)) == 1


async def test_what_ended_long_ago_is_not_shown(world: World, session: AsyncSession) -> None:
    demand = await filed(world.filer)
    closing = {"result": "handled", "reason": "已修好"}
    await ok(world.desk.post(f"/demands/{demand['id']}/close", closing))
    (shown,) = await similar(world.stranger)
    assert shown["result"] == "handled"
    long_ago = clock.now() - timedelta(days=31)
    await session.execute(text("UPDATE demands SET closed_at = :at"), {"at": long_ago})
    await session.commit()
    assert await similar(world.stranger) == []


async def test_what_was_refused_or_cancelled_or_is_a_wish_is_not_shown(world: World) -> None:
    refused, cancelled = await filed(world.filer), await filed(world.filer)
    await ok(world.desk.post(f"/demands/{refused['id']}/reject", {"reason": "不属社区"}))
    await ok(world.filer.post(f"/demands/{cancelled['id']}/cancel", {"reason": "自己解决了"}))
    await filed(world.filer, kind="wish")
    assert await similar(world.stranger) == []


async def test_nothing_tells_who_asked_or_where_exactly(world: World) -> None:
    await filed(world.filer, title="12号楼下水道堵塞 电卡12345", anonymous=True)
    (shown,) = await similar(world.stranger, lng=98.28, lat=39.8, coord_type="gcj02")
    assert shown["title"] == "12号楼下水道堵塞 电卡***"
    assert shown["distance"] == "约1公里内"
    assert not {"description", "address", "location", "contact", "filer", "filed_by"} & set(shown)


async def test_how_far_it_is_is_said_in_words(world: World) -> None:
    await filed(world.filer)
    assert [one["distance"] for one in await similar(world.stranger)] == ["同一社区"]
    far = await similar(world.stranger, lng=98.30, lat=39.8, coord_type="gcj02")
    assert [one["distance"] for one in far] == ["约3公里"]


async def test_half_a_place_is_refused(world: World) -> None:
    asked = {"region_code": COMMUNITY, "title": TITLE, "lng": 98.27}
    assert refusal(await world.filer.get("/demands/similar", **asked)) == (422, "invalid_request")


async def test_a_region_says_how_alike_is_alike(world: World) -> None:
    await opened(world, title="3号楼下水道堵塞返味")
    assert len(await similar(world.stranger)) == 1
    rule = {"value": 100, "from": "2026-01-01", "region_code": COMMUNITY}
    await ok(world.admin.put("/policies/similar_at_least", rule))
    assert await similar(world.stranger) == []


async def test_the_search_reads_the_index_of_tokens(world: World, session: AsyncSession) -> None:
    await filed(world.filer)
    statement = similar_queries.like(COMMUNITY, TITLE, clock.now(), 25)
    compiled = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join((await session.scalars(text(f"EXPLAIN {compiled}"))).all())
    assert "Bitmap Index Scan on ix_demands_tokens" in plan
