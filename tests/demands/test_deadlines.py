"""When a demand is due: by category, region and calendar, standing still while its filer is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.demands.deadlines import Terms
from app.kit import clock, db
from app.policies.spans import Calendar, WorkingDays
from app.settings import Settings
from tests.clock import move_clock
from tests.demands.test_timing import later
from tests.demands.world import NEIGHBOUR, SUBDISTRICT, World, claimed, filed, in_hours, ok, opened, seen

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 9, 18, 7, tzinfo=UTC)


async def window(world: World, region: str, **by_category: str) -> None:
    """The due windows of some categories in a region."""
    body = {"region_code": region, "value": by_category, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/due_windows", body))


def due(demand: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(demand["due_at"])


def since_filing(demand: dict[str, Any]) -> timedelta:
    """How long after filing it is due, to the minute."""
    took = due(demand) - datetime.fromisoformat(demand["filed_at"])
    return timedelta(minutes=round(took.total_seconds() / 60))


def terms(**windows: Any) -> Terms:
    return Terms(windows, timedelta(days=10), Calendar())


@pytest.mark.parametrize(
    ("category", "paused", "end"),
    [
        ("repair", timedelta(), FRIDAY + timedelta(days=3)),
        ("repair", timedelta(hours=5), FRIDAY + timedelta(days=3, hours=5)),
        ("repair", timedelta(days=5), FRIDAY + timedelta(days=10)),
        ("emergency", timedelta(days=1), FRIDAY + timedelta(days=1, hours=4)),
        ("culture", timedelta(), FRIDAY + timedelta(days=5)),
    ],
)
def test_a_pause_makes_it_due_later_and_never_on_a_day_off(category: str, paused: timedelta, end: datetime) -> None:
    found = terms(default=timedelta(days=5), repair=WorkingDays(1), emergency=timedelta(hours=4))
    assert found.due(category, FRIDAY, paused) == end


async def test_every_demand_is_due_by_its_category_and_region(world: World) -> None:
    await window(world, SUBDISTRICT, repair="PT6H")
    demands = [await filed(world.filer, category=one) for one in ("repair", "emergency")]
    assert [since_filing(one) for one in demands] == [6 * HOUR, 4 * HOUR]
    assert since_filing(await filed(world.filer, category="culture")) >= timedelta(days=5)


async def test_working_days_go_by_the_calendar_of_the_region(world: World) -> None:
    for number in range(1, 15):
        body = {"region_code": SUBDISTRICT, "kind": "holiday" if number < 14 else "workday"}
        day = clock.today() + timedelta(days=number)
        await ok(world.admin.put(f"/calendar/{day}", body))
    await window(world, SUBDISTRICT, repair="1 working day")
    assert since_filing(await filed(world.filer)) == timedelta(days=14)


async def test_a_new_category_moves_the_due_time_unless_the_desk_set_it(world: World) -> None:
    demand = await filed(world.filer, category="emergency")
    path, plan = f"/demands/{demand['id']}/dispatch", {"mode": "open"}
    await window(world, SUBDISTRICT, repair="P2D", safety="P3D")
    assert since_filing(await ok(world.desk.post(path, plan | {"category": "repair"}))) == timedelta(days=2)
    by_hand = in_hours(100)
    assert due(await ok(world.desk.post(path, plan | {"due_at": by_hand}))) == _to_the_millisecond(by_hand)
    assert due(await ok(world.desk.post(path, plan | {"category": "safety"}))) == _to_the_millisecond(by_hand)


def _to_the_millisecond(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


async def returned(world: World) -> dict[str, Any]:
    """A demand due in two days by the wall clock, sent back for an answer."""
    await window(world, SUBDISTRICT, repair="P2D")
    demand = await filed(world.filer)
    return await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))


async def answered(world: World, demand: dict[str, Any]) -> dict[str, Any]:
    return await ok(world.filer.post(f"/demands/{demand['id']}/supplement", {"description": "三单元"}))


async def test_while_its_filer_is_asked_the_clock_stands_still(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await returned(world)
    assert since_filing(demand) == timedelta(days=12), "as if the answer took as long as it may"
    world = await later(settings, sessions, world, days=3)
    shown = await seen(world.desk, demand)
    assert (shown["overdue"], shown["paused_until"] is not None) == (False, True)
    shown = await answered(world, demand)
    assert (since_filing(shown), shown["paused_until"], shown["overdue"]) == (timedelta(days=5), None, False)


async def test_pauses_together_are_no_longer_than_the_policy_says(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    await ok(world.admin.put("/policies/pause_cap", {"region_code": SUBDISTRICT, "value": "P4D", "from": "2026-01-01"}))
    demand = await returned(world)
    world = await later(settings, sessions, world, days=3)
    await answered(world, demand)
    again = await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几层？"}))
    assert since_filing(again) == timedelta(days=6)
    world = await later(settings, sessions, world, days=7)
    shown = await seen(world.desk, demand)
    assert (shown["state"], shown["overdue"]) == ("returned", True), "the pause is used up"
    assert since_filing(await answered(world, demand)) == timedelta(days=6)


async def test_an_overdue_demand_is_not_overdue_while_it_stands_still(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    await window(world, SUBDISTRICT, repair="PT1H")
    await ok(world.admin.put("/policies/pause_cap", {"region_code": SUBDISTRICT, "value": "P1D", "from": "2026-01-01"}))
    demand = await filed(world.filer)
    world = await later(settings, sessions, world, days=2)
    assert (await seen(world.desk, demand))["overdue"]
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))
    assert not (await seen(world.desk, demand))["overdue"]
    assert (await ok(world.desk.get("/demands/counts")))["overdue"] == 0
    world = await later(settings, sessions, world, days=4)
    assert (await seen(world.desk, demand))["overdue"]
    late = (await ok(world.desk.get("/demands", scope="region", overdue=True)))["items"]
    assert [one["id"] for one in late] == [demand["id"]]


async def test_a_clock_that_goes_backwards_makes_no_pause_negative(world: World, settings: Settings) -> None:
    demand = await returned(world)
    move_clock(settings, timedelta(hours=-5))
    shown = await answered(world, demand)
    assert since_filing(shown) == timedelta(days=2)


async def test_a_transferred_demand_is_due_by_its_new_region_and_still_since_filing(world: World) -> None:
    demand = await filed(world.filer)
    await window(world, NEIGHBOUR, repair="PT9H")
    body = {"region_code": NEIGHBOUR, "reason": "属北里"}
    assert since_filing(await ok(world.desk.post(f"/demands/{demand['id']}/transfer", body))) == 9 * HOUR


async def test_escalating_gives_no_more_time(world: World) -> None:
    demand = await filed(world.filer)
    moved = await ok(world.desk.post(f"/demands/{demand['id']}/escalate", {"reason": "超出能力"}))
    assert moved["due_at"] == demand["due_at"]


async def test_another_round_has_a_clock_of_its_own(world: World, settings: Settings, sessions: db.Sessions) -> None:
    await window(world, SUBDISTRICT, repair="P3D")
    demand = await opened(world, plan={"due_at": in_hours(5)})
    claim = await claimed(world.member, demand)
    world = await later(settings, sessions, world, days=2)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5}))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 1, "resolved": False}), 201)
    again = await ok(world.desk.post(f"/demands/{demand['id']}/reopen", {"reason": "返工"}))
    assert since_filing(again) == timedelta(days=5)
