"""Rules by region and day, tables merged along the chain, and the calendar as admins type it."""

import importlib
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.kit.events import Event
from app.policies import service as policies
from app.policies.defaults import Key
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR, SUBDISTRICT, World, a_world, ok


@pytest.fixture
async def world(session: AsyncSession, client: Client) -> World:
    return await a_world(session, client)


async def put(world: World, key: str, region: str, value: Any, since: str = "2026-01-01") -> Any:
    body = {"region_code": region, "value": value, "from": since}
    return await ok(world.admin.put(f"/policies/{key}", body))


async def due_in(world: World, region: str) -> dict[str, str]:
    found: Any = await ok(world.filer.get("/demand-categories", region=region))
    return {one["code"]: one["due_in"] for one in found}


async def test_a_subdistrict_that_sets_one_category_keeps_the_districts_others(world: World) -> None:
    await put(world, "due_windows", DISTRICT, {"default": "4 working days", "safety": "PT12H"})
    await put(world, "due_windows", SUBDISTRICT, {"repair": "P2D"})
    found = await due_in(world, COMMUNITY)
    assert [found[code] for code in ("repair", "safety", "culture", "emergency")] == [
        "P2D",
        "PT12H",
        "4 working days",
        "PT4H",
    ]
    assert (await due_in(world, ELSEWHERE))["repair"] == "3 working days"


async def test_a_later_day_replaces_its_own_regions_setting_only(world: World) -> None:
    await put(world, "due_windows", DISTRICT, {"repair": "P1D"}, "2026-01-01")
    await put(world, "due_windows", SUBDISTRICT, {"safety": "P1D"}, "2026-01-01")
    await put(world, "due_windows", SUBDISTRICT, {"culture": "P1D"}, "2026-02-01")
    await put(world, "due_windows", SUBDISTRICT, {"repair": "P9D"}, "2199-01-01")
    found = await due_in(world, COMMUNITY)
    assert [found[code] for code in ("repair", "safety", "culture")] == ["P1D", "2 working days", "P1D"]


async def test_points_name_the_setting_that_their_category_comes_from(world: World, session: AsyncSession) -> None:
    await put(world, "points_per_service", DISTRICT, {"default": 7}, "2026-01-01")
    await put(world, "points_per_service", SUBDISTRICT, {"repair": 9}, "2026-02-01")
    found = [
        await policies.entry_and_source(session, Key.POINTS_PER_SERVICE, category, COMMUNITY, clock.today())
        for category in ("repair", "culture", "emergency")
    ]
    assert found == [
        (9, f"points_per_service@{SUBDISTRICT}@2026-02-01"),
        (7, f"points_per_service@{DISTRICT}@2026-01-01"),
        (20, "points_per_service@default"),
    ]


@pytest.mark.parametrize("value", [{"repiar": "P1D"}, {"repair": "soon"}, "P1D", {"repair": "0 working days"}])
async def test_a_table_with_a_slip_of_the_pen_is_refused(world: World, value: object) -> None:
    body = {"region_code": DISTRICT, "value": value, "from": "2026-01-01"}
    assert refusal(await world.admin.put("/policies/due_windows", body)) == (422, "invalid_request")


@pytest.mark.parametrize("region", ["xxxx", "1", "110107-", "110107 ", " ", "110107%", None])
async def test_a_rule_is_not_set_for_what_is_no_region_code(world: World, region: object) -> None:
    body = {"region_code": region, "value": "P1D", "from": "2026-01-01"}
    answer = await world.admin.put("/policies/claim_window", body)
    assert refusal(answer) == (422, "invalid_request")
    assert {error["field"].split(".")[0] for error in answer.json()["errors"]} == {"region_code"}


async def day(who: Client, day: str, kind: str | None, region: str = "", name: str = "") -> Any:
    return await ok(who.put(f"/calendar/{day}", {"region_code": region, "kind": kind, "name": name}))


async def test_the_nearest_region_says_what_a_day_is(world: World) -> None:
    await day(world.admin, "2026-10-08", "holiday", name="国庆节")
    shown = await day(world.admin, "2026-10-08", "workday", SUBDISTRICT)
    assert shown == {"day": "2026-10-08", "works": True, "kind": "workday", "name": "", "set_in": SUBDISTRICT}
    here = await ok(world.filer.get("/calendar", region=COMMUNITY, year=2026))
    there = await ok(world.filer.get("/calendar", region=ELSEWHERE, year=2026))
    assert [one["works"] for found in (here, there) for one in found["days"]] == [True, False]


async def test_a_day_that_is_taken_back_is_what_stands_above_or_in_the_week(world: World) -> None:
    await day(world.admin, "2026-10-10", "workday", name="调休")
    await day(world.admin, "2026-10-10", "holiday", COMMUNITY)
    assert (await day(world.admin, "2026-10-10", None, COMMUNITY))["set_in"] == ""
    assert await day(world.admin, "2026-10-10", None) == {
        "day": "2026-10-10",
        "works": False,
        "kind": None,
        "name": None,
        "set_in": None,
    }


async def test_saying_the_same_twice_happens_once(world: World, session: AsyncSession) -> None:
    for kind in ("holiday", "holiday", None, None):
        await day(world.admin, "2026-10-08", kind, NEIGHBOUR, "国庆节")
    told = await session.scalars(select(Event.payload).where(Event.kind == "calendar.set").order_by(Event.n))
    assert told.all() == [{"day": "2026-10-08", "is_now": "holiday"}, {"day": "2026-10-08", "is_now": None}]


async def test_a_year_that_nobody_entered_is_empty(world: World) -> None:
    assert (await ok(world.filer.get("/calendar", year=2199)))["days"] == []
    assert (await ok(world.filer.get("/calendar")))["year"] == clock.today().year


@pytest.mark.parametrize("path", ["2026-02-30", "yesterday", "1764000000", "1800-01-01"])
async def test_what_is_no_day_is_not_there(world: World, path: str) -> None:
    body = {"region_code": "", "kind": "holiday"}
    assert refusal(await world.admin.put(f"/calendar/{path}", body)) == (404, "not_found")


async def test_a_day_belongs_to_a_region_that_is_there(world: World) -> None:
    body = {"region_code": "999999", "kind": "holiday"}
    assert refusal(await world.admin.put("/calendar/2026-10-08", body)) == (422, "invalid_request")


async def test_what_a_setting_said_before_tables_were_merged_still_holds(world: World, session: AsyncSession) -> None:
    """The migration's statement, on a setting as it was stored then."""
    migration = importlib.import_module("migrations.versions.2026_11_24_1354_clocks")
    await put(world, "due_windows", DISTRICT, {"default": "P2D", "repair": "P1D"})
    await session.execute(text(migration.SPELL_OUT))
    found = await due_in(world, COMMUNITY)
    assert {found[code] for code in found if code != "repair"} == {"P2D"}
    assert found["repair"] == "P1D"
