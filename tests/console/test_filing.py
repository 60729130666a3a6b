"""Filing for somebody on the phone."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Demand
from app.regions import listing as regions
from tests.client import Client
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import COMMUNITY, ELDER_PHONE, World, ok

CALL = {
    "title": "12号楼下水道堵塞",
    "on_behalf_of__name": "钱大爷",
    "on_behalf_of__phone": ELDER_PHONE,
    "address": "育才街12号楼",
    "category": "repair",
}


async def filed_by(desk: Browser, **values: Any) -> str:
    """File by the form; answers the page that it leads to."""
    answer = await desk.submit(await desk.get("/file"), "/desk/file", **values)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def number_of(place: str) -> str:
    return place.rsplit("/", maxsplit=1)[-1].split("?", maxsplit=1)[0]


async def test_a_call_is_filed_and_published_in_one_go(world: World, desk: Browser) -> None:
    place = await filed_by(desk, **CALL)
    assert place.endswith("?done=published")
    made = await ok(world.desk.get(f"/demands/{number_of(place)}"))
    assert (made["state"], made["mode"], made["is_open"]) == ("dispatched", "open", True)
    assert made["on_behalf_of"] == {"name": "钱大爷", "phone": ELDER_PHONE}
    assert (made["description"], made["region_code"]) == (CALL["title"], COMMUNITY)
    assert "已登记并下单" in (await desk.get(place)).text


async def test_it_is_only_filed_where_publishing_is_not_ticked(world: World, desk: Browser) -> None:
    place = await filed_by(desk, **CALL, dispatch__mode="", description="厨房和厕所都返味")
    made = await ok(world.desk.get(f"/demands/{number_of(place)}"))
    assert (made["state"], made["description"]) == ("filed", "厨房和厕所都返味")


async def test_what_was_typed_stays_when_something_is_wrong(session: AsyncSession, desk: Browser) -> None:
    page = await desk.get("/file")
    answer = await desk.submit(page, "/desk/file", **{**CALL, "on_behalf_of__phone": "1380"}, description="很急")
    assert answer.status_code == 422
    kept = forms_of(answer.text)["/desk/file"].fields
    assert kept["title"] == [CALL["title"]]
    assert (kept["on_behalf_of.phone"], kept["description"], kept["category"]) == (["1380"], ["很急"], ["repair"])
    assert kept["dispatch.mode"] == ["open"]
    assert "来电人手机：格式不正确" in answer.text
    assert await session.scalar(select(func.count()).select_from(Demand)) == 0


async def test_sending_the_form_twice_files_once(session: AsyncSession, desk: Browser) -> None:
    form = forms_of((await desk.get("/file")).text)["/desk/file"]
    sent = {**form.fields, **{name.replace("__", "."): value for name, value in CALL.items()}}
    first, second = [await desk.post("/file", sent) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert await session.scalar(select(func.count()).select_from(Demand)) == 1


async def test_what_is_alike_is_shown_while_typing(world: World, desk: Browser) -> None:
    await filed_by(desk, **CALL)
    hint = (await desk.get(f"/similar?title=12号楼下水道堵了&region_code={COMMUNITY}")).text
    assert CALL["title"] in hint
    assert ELDER_PHONE not in hint
    for nothing in ("", f"?title=&region_code={COMMUNITY}", "?title=下水道&region_code=no"):
        assert (await desk.get(f"/similar{nothing}")).status_code == 200


async def test_an_administrator_of_everywhere_finds_the_community_by_its_name(
    session: AsyncSession, world: World, client: Client
) -> None:
    admin = await at_desk(session, world.admin)
    assert COMMUNITY in (await admin.get("/places?place=八角南")).text


async def test_who_stands_above_many_communities_finds_one_without_javascript(
    session: AsyncSession, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regions, "MOST_TO_CHOOSE", 1)
    admin = await at_desk(session, world.admin)
    page = await admin.get("/file?place=八角南")
    assert f'name="region_code" value="{COMMUNITY}"' in page.text
    answer = await admin.submit(page, "/desk/file", **CALL, region_code=COMMUNITY)
    assert answer.status_code == 303, answer.text


async def test_an_observer_files_nothing(observer: Browser) -> None:
    assert (await observer.get("/file")).status_code == 403
    assert "登记来电" not in (await observer.get("/")).text


async def test_a_category_asks_its_questions(world: World, desk: Browser) -> None:
    question = {"code": "floor", "text": "住几楼？", "required": True}
    rule = {"region_code": COMMUNITY, "value": {"repair": [question]}, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/category_questions", rule))
    part = await desk.get(f"/questions?category=repair&region_code={COMMUNITY}")
    assert "住几楼？" in part.text
    assert "住几楼？" not in (await desk.get("/questions?category=other&region_code=no")).text
    page = await desk.get("/file")
    answer = await desk.submit(page, "/desk/file", **CALL)
    assert answer.status_code == 422
    again = await desk.submit(answer, "/desk/file", **{"answers.floor": "六楼"})
    assert again.status_code == 303, again.text
    assert "六楼" in (await desk.get(again.headers["location"] + "&contact=true")).text
