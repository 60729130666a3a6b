"""A change of a rule or of the calendar moves the due times of what is unfinished there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import recounting
from app.demands.clock_models import DueRecount
from app.kit import clock, db
from app.settings import Settings
from tests.demands.clockwork import Clockwork, a_clockwork
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, World, filed, in_hours, ok, opened, seen

HOUR = timedelta(hours=1)


@pytest.fixture
async def clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    return await a_clockwork(world, session, settings, sessions)


def since_filing(demand: dict[str, Any]) -> timedelta:
    took = datetime.fromisoformat(demand["due_at"]) - datetime.fromisoformat(demand["filed_at"])
    return timedelta(minutes=round(took.total_seconds() / 60))


async def shown(clockwork: Clockwork, demand: dict[str, Any]) -> timedelta:
    return since_filing(await seen(clockwork.world.admin, demand))


async def test_a_new_rule_moves_what_is_unfinished_in_its_region_only(clockwork: Clockwork) -> None:
    world = clockwork.world
    here, there = await filed(world.filer), await filed(world.filer, region_code=ELSEWHERE)
    closed = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{closed['id']}/close", {"result": "handled", "reason": "已办"}))
    before = [await shown(clockwork, one) for one in (there, closed)]
    await clockwork.rule("due_windows", {"repair": "PT9H"}, COMMUNITY)
    await clockwork.work()
    assert await shown(clockwork, here) == 9 * HOUR
    assert [await shown(clockwork, one) for one in (there, closed)] == before
    (told,) = await clockwork.told(here, "demand.rescheduled")
    assert told["was"] < told["due_at"]


async def test_what_the_desk_set_by_hand_stays(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world, plan={"due_at": in_hours(5)})
    await clockwork.rule("due_windows", {"repair": "PT9H"}, COMMUNITY)
    await clockwork.work()
    assert (await seen(clockwork.world.desk, demand))["due_at"] == demand["due_at"]


async def test_the_calendar_moves_working_days(clockwork: Clockwork) -> None:
    await clockwork.rule("due_windows", {"repair": "1 working day"}, COMMUNITY)
    world = clockwork.world
    demand = await filed(world.filer)
    for number in range(1, 12):
        body = {"region_code": DISTRICT, "kind": "holiday" if number < 11 else "workday"}
        await ok(world.admin.put(f"/calendar/{clock.today() + timedelta(days=number)}", body))
    await clockwork.work()
    assert await shown(clockwork, demand) == timedelta(days=11)


async def test_a_rule_of_a_later_day_moves_nothing_before_that_day(clockwork: Clockwork) -> None:
    demand = await filed(clockwork.world.filer)
    day = clock.today() + timedelta(days=2)
    await clockwork.rule("due_windows", {"repair": "P30D"}, COMMUNITY, day.isoformat())
    await clockwork.at(days=1)
    assert await shown(clockwork, demand) == HOUR
    await clockwork.at(days=3)
    assert await shown(clockwork, demand) == timedelta(days=30)


async def test_a_demand_that_is_due_later_climbs_anew(clockwork: Clockwork) -> None:
    demand = await filed(clockwork.world.filer)
    await clockwork.at(hours=1, minutes=10)
    first = len(await clockwork.told(demand, "demand.overdue"))
    await clockwork.rule("due_windows", {"repair": "PT9H"}, COMMUNITY)
    await clockwork.at(hours=8)
    assert not (await seen(clockwork.world.desk, demand))["overdue"]
    assert len(await clockwork.told(demand, "demand.overdue")) == first
    await clockwork.at(hours=9, minutes=10)
    assert len(await clockwork.told(demand, "demand.overdue")) == 2 * first


async def test_a_shorter_time_may_make_it_overdue_at_once(clockwork: Clockwork) -> None:
    demand = await filed(clockwork.world.filer, category="culture")
    await clockwork.at(hours=5)
    await clockwork.rule("due_windows", {"culture": "PT2H"}, COMMUNITY)
    await clockwork.work()
    assert (await seen(clockwork.world.desk, demand))["overdue"]
    assert await clockwork.told(demand, "demand.overdue")


async def test_many_are_recounted_in_batches_and_each_once(
    clockwork: Clockwork, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "BATCH", 2)
    demands = [await filed(clockwork.world.filer) for _ in range(5)]
    await clockwork.rule("due_windows", {"repair": "PT9H"}, COMMUNITY)
    await clockwork.work()
    assert [await shown(clockwork, one) for one in demands] == [9 * HOUR] * 5
    assert [len(await clockwork.told(one, "demand.rescheduled")) for one in demands] == [1] * 5
    assert await session.scalar(select(func.count()).select_from(DueRecount)) == 0


async def test_a_rule_that_due_times_are_not_made_of_recounts_nothing(
    clockwork: Clockwork, session: AsyncSession
) -> None:
    demand = await filed(clockwork.world.filer)
    await clockwork.rule("claim_window", "PT9H", COMMUNITY)
    await clockwork.work()
    assert await clockwork.told(demand, "demand.rescheduled") == []
    assert await session.scalar(select(func.count()).select_from(DueRecount)) == 0
