"""Overdue climbs its ladder and a whistle's clocks warn: each once, in order, also after an outage."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit import db
from app.settings import Settings
from tests.clock import move_clock
from tests.demands.clockwork import Clockwork, a_clockwork, account_ids
from tests.demands.test_dispatching import assigned, offers
from tests.demands.world import SUBDISTRICT, World, claimed, filed, ids, in_hours, ok, opened, seen, staff

STEPS = ["member", "branch", "community", "subdistrict", "district"]


@pytest.fixture
async def clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    return await a_clockwork(world, session, settings, sessions)


async def steps(clockwork: Clockwork, demand: dict[str, Any]) -> list[str]:
    return [one["step"] for one in await clockwork.told(demand, "demand.overdue")]


async def test_overdue_climbs_from_who_serves_to_the_district(clockwork: Clockwork, session: AsyncSession) -> None:
    world = clockwork.world
    branch = await staff(session, "branch", Role.LIAISON, unit=world.branch)
    await session.commit()
    demand = await opened(world)
    await claimed(world.member, demand)
    await clockwork.at(minutes=50)
    assert await steps(clockwork, demand) == []
    for number, hours in enumerate((1, 2, 3, 4, 5), 1):
        world = await clockwork.at(hours=hours, minutes=10)
        assert await steps(clockwork, demand) == STEPS[:number]
    heard = [one["told"] for one in await clockwork.told(demand, "demand.overdue")]
    people = (world.member, world.desk, clockwork.street, world.district_desk)
    member, desk, street, district = [(await account_ids(one))[0] for one in people]
    assert heard == [[member], [str(branch.id)], [desk], [street], [district]]


async def test_after_an_outage_every_step_is_taken_once_in_order_and_with_its_own_time(
    clockwork: Clockwork, session: AsyncSession
) -> None:
    demand = await opened(clockwork.world)
    await claimed(clockwork.world.member, demand)
    await staff(session, "branch", Role.LIAISON, unit=clockwork.world.branch)
    await session.commit()
    await clockwork.at(days=3)
    told = await clockwork.told(demand, "demand.overdue")
    assert [one["step"] for one in told] == STEPS
    due = datetime.fromisoformat(told[0]["due_at"])
    late = [datetime.fromisoformat(one["scheduled_at"]) - due for one in told]
    assert late == [timedelta(hours=number) for number in range(5)]
    rows = await session.execute(
        text(
            "SELECT step, scheduled_at = due_at + n * interval '1 hour', taken_at > due_at "
            "+ interval '2 days' FROM overdue_steps, unnest(ARRAY[0, 1, 2, 3, 4]) WITH ORDINALITY AS t (n, o) "
            "WHERE o = array_position(ARRAY['member', 'branch', 'community', 'subdistrict', 'district'], step::text) "
            "ORDER BY o"
        )
    )
    assert [tuple(row) for row in rows] == [(step, True, True) for step in STEPS]


async def test_a_clock_that_goes_backwards_fires_nothing_twice(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    await clockwork.at(hours=2)
    before = await steps(clockwork, demand)
    assert before
    for hours in (-3, 0, 2):
        await clockwork.at(hours=hours)
        assert await steps(clockwork, demand) == before


async def test_a_step_on_which_nobody_stands_takes_no_time(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    await clockwork.at(hours=1, minutes=10)
    told = await clockwork.told(demand, "demand.overdue")
    assert [(one["step"], len(one["told"])) for one in told] == [("member", 0), ("branch", 0), ("community", 1)]


async def test_what_is_finished_or_stands_still_does_not_climb(clockwork: Clockwork) -> None:
    world = clockwork.world
    finished, returned = await filed(world.filer), await filed(world.filer)
    await ok(world.desk.post(f"/demands/{finished['id']}/close", {"result": "handled", "reason": "已办"}))
    await ok(world.desk.post(f"/demands/{returned['id']}/return", {"reason": "几单元？"}))
    world = await clockwork.at(days=3)
    assert (await steps(clockwork, finished), await steps(clockwork, returned)) == ([], [])
    await ok(world.filer.post(f"/demands/{returned['id']}/supplement", {"description": "三单元"}))
    await clockwork.at(days=3, hours=2)
    assert (await steps(clockwork, returned))[0] == "member"


async def test_an_overdue_demand_that_is_returned_goes_on_where_it_was(clockwork: Clockwork) -> None:
    demand = await filed(clockwork.world.filer)
    world = await clockwork.at(hours=1, minutes=10)
    taken = await steps(clockwork, demand)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))
    world = await clockwork.at(hours=10)
    assert await steps(clockwork, demand) == taken
    await ok(world.filer.post(f"/demands/{demand['id']}/supplement", {"description": "三单元"}))
    await clockwork.at(days=2)
    assert await steps(clockwork, demand) == STEPS


async def test_a_new_due_time_begins_at_the_foot_of_the_ladder(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    world = await clockwork.at(days=1)
    assert await steps(clockwork, demand) == STEPS
    plan = {"mode": "open", "due_at": in_hours(2)}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    world = await clockwork.at(days=1, hours=1)
    assert not (await seen(world.desk, demand))["overdue"]
    await clockwork.at(days=2)
    assert await steps(clockwork, demand) == STEPS * 2


async def test_another_round_is_overdue_by_itself(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    world = await clockwork.at(days=1)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "已办"}))
    await ok(world.desk.post(f"/demands/{demand['id']}/reopen", {"reason": "又坏了"}))
    await clockwork.at(days=2)
    assert await steps(clockwork, demand) == STEPS * 2


async def test_what_was_due_before_comes_before(clockwork: Clockwork) -> None:
    demand = await assigned(clockwork.world, members=1)
    await clockwork.at(days=3)
    found = await clockwork.kinds(demand, "demand.overdue", "claim.expired")
    assert found == ["demand.overdue"] * 5 + ["claim.expired"]


async def test_who_was_told_is_for_those_who_oversee(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    world = await clockwork.at(hours=2)
    for who, sees in ((world.desk, True), (world.filer, False)):
        items = (await ok(who.get(f"/demands/{demand['id']}/timeline")))["items"]
        found = [item["detail"] for item in items if item["kind"] == "demand.overdue"]
        assert found
        assert all(("told" in detail) == sees for detail in found)


async def test_the_database_lets_no_due_time_fall_asleep(clockwork: Clockwork, session: AsyncSession) -> None:
    demand = await filed(clockwork.world.filer)
    asleep = text("UPDATE demands SET alarm_at = NULL WHERE id = :id")
    with pytest.raises(IntegrityError, match="overdue_climbs"):
        async with session.begin_nested():
            await session.execute(asleep, {"id": demand["id"]})


async def whistled(clockwork: Clockwork, unit: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A demand of a far due time with a whistle for one unit, and the unit's claim."""
    await clockwork.rule("due_windows", {"repair": "P90D"})
    world = clockwork.world
    demand = await filed(world.filer)
    body = {"mode": "whistle", "organization_ids": ids([unit or world.unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))
    return demand, (await offers(world, demand))[0]


ALARMS = ("claim.warned", "claim.missed", "claim.expired")


async def test_a_whistles_clocks_warn_and_then_climb_each_once(clockwork: Clockwork) -> None:
    await clockwork.rule("offer_window", "P9D")
    demand, _ = await whistled(clockwork)
    await clockwork.at(minutes=47)
    assert await clockwork.told(demand, *ALARMS) == []
    for minutes, kind in ((49, "claim.warned"), (61, "claim.missed")):
        world = await clockwork.at(minutes=minutes)
        latest = (await clockwork.told(demand, *ALARMS))[-1]
        assert (latest["kind"], latest["clock"]) == (kind, "acknowledge")
    warned, missed = await clockwork.told(demand, *ALARMS)
    assert warned["told"] == await account_ids(world.liaison)
    assert missed["told"] == await account_ids(world.liaison, world.desk, clockwork.street)
    await clockwork.at(days=4)
    found = [(one["kind"], one["clock"]) for one in await clockwork.told(demand, *ALARMS)]
    assert found == [
        (f"claim.{kind}", clock) for clock in ("acknowledge", "contact", "arrive") for kind in ("warned", "missed")
    ]


async def test_a_clock_that_is_kept_says_nothing(clockwork: Clockwork) -> None:
    demand, claim = await whistled(clockwork)
    for action in ("accept", "contact", "arrive"):
        await ok(clockwork.world.liaison.post(f"/claims/{claim['id']}/{action}"))
    await clockwork.at(days=5)
    assert await clockwork.told(demand, *ALARMS) == []


async def test_who_is_there_has_also_called(clockwork: Clockwork) -> None:
    demand, claim = await whistled(clockwork)
    await ok(clockwork.world.liaison.post(f"/claims/{claim['id']}/accept"))
    await ok(clockwork.world.liaison.post(f"/claims/{claim['id']}/arrive"))
    await clockwork.at(days=5)
    assert await clockwork.told(demand, *ALARMS) == []


async def test_what_was_missed_while_the_worker_was_away_stays_missed(clockwork: Clockwork) -> None:
    demand, claim = await whistled(clockwork)
    move_clock(clockwork.settings, timedelta(hours=2))
    liaison = await clockwork.world.liaison.signed_in("liaison")
    await ok(liaison.post(f"/claims/{claim['id']}/accept"))
    await ok(liaison.post(f"/claims/{claim['id']}/arrive"))
    await clockwork.at(hours=3)
    told = await clockwork.told(demand, *ALARMS)
    assert [(one["kind"], one["clock"]) for one in told] == [("claim.missed", "acknowledge")]
    scheduled = datetime.fromisoformat(told[0]["scheduled_at"])
    assert scheduled == datetime.fromisoformat(told[0]["scheduled_at"])
    assert abs(scheduled - datetime.fromisoformat(claim["acknowledge_by"])) < timedelta(milliseconds=1)


async def test_a_declined_whistle_is_waited_for_no_longer(clockwork: Clockwork) -> None:
    demand, claim = await whistled(clockwork)
    await ok(clockwork.world.liaison.post(f"/claims/{claim['id']}/decline", {"reason": "非职责范围"}))
    await clockwork.at(days=5)
    assert await clockwork.told(demand, *ALARMS) == []


async def test_an_open_demand_falls_to_the_next_in_line_when_nobody_took_it(clockwork: Clockwork) -> None:
    await clockwork.rule("due_windows", {"repair": "P90D"})
    await clockwork.rule("claim_window", "PT6H")
    world = clockwork.world
    fallback = {"fallback_member_ids": ids(world.members[:1]), "fallback_organization_ids": ids([world.unit])}
    demand = await opened(world, plan=fallback)
    await clockwork.at(hours=5)
    assert await offers(world, demand) == []
    world = await clockwork.at(hours=7)
    shown = await seen(world.desk, demand)
    assert (shown["mode"], shown["is_open"], shown["needs_desk"]) == ("assigned", False, None)
    mine, theirs = await offers(world, demand)
    assert {mine["claimant_kind"], theirs["claimant_kind"]} == {"member", "organization"}
    await ok(world.member.post(f"/claims/{mine['id']}/accept"))


async def test_the_next_in_line_are_asked_once_and_then_the_desk(clockwork: Clockwork) -> None:
    await clockwork.rule("due_windows", {"repair": "P90D"})
    demand = await opened(clockwork.world, plan={"fallback_member_ids": ids(clockwork.world.members[:1])})
    world = await clockwork.at(days=9)
    world = await clockwork.at(days=12)
    assert [one["state"] for one in await offers(world, demand)] == ["expired"]
    assert (await seen(world.desk, demand))["needs_desk"] == "offers_ended"


async def test_what_somebody_took_does_not_fall_to_the_next(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world, plan={"fallback_member_ids": ids(clockwork.world.members[1:2])})
    await claimed(clockwork.world.member, demand)
    world = await clockwork.at(days=3)
    assert (await seen(world.desk, demand))["mode"] == "open"


async def test_only_an_open_demand_has_somebody_next_in_line(clockwork: Clockwork) -> None:
    world = clockwork.world
    demand = await filed(world.filer)
    people = ids(world.members[:1])
    plan = {"mode": "assigned", "member_ids": people, "fallback_member_ids": people}
    answer = await world.desk.post(f"/demands/{demand['id']}/dispatch", plan)
    assert answer.json()["code"] == "invalid_request"
    nobody = {"mode": "open", "fallback_member_ids": ["019399a0-0000-7000-8000-000000000000"]}
    answer = await world.desk.post(f"/demands/{demand['id']}/dispatch", nobody)
    assert answer.json()["errors"][0]["field"] == "fallback_member_ids.0"
    assert SUBDISTRICT in demand["region_code"]
