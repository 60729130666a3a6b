"""Open first, assigned when nobody took it: those who fit best are asked, where the policy wants any."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, db
from app.members.models import Member
from app.settings import Settings
from tests.demands.clockwork import Clockwork, a_clockwork
from tests.demands.test_dispatching import offers
from tests.demands.test_recommending import skilled
from tests.demands.world import COMMUNITY, ELSEWHERE, World, claimed, filed, ids, ok, opened, seen
from tests.racing import code_of


@pytest.fixture
async def clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    """The district, where two are asked after six hours and nothing else is due for long."""
    made = await a_clockwork(world, session, settings, sessions)
    await made.rule("due_windows", {"repair": "P90D"})
    await made.rule("claim_window", "PT6H")
    await made.rule("auto_assign", 2)
    return made


async def asked(world: World, demand: dict[str, Any]) -> set[str]:
    """Whom the demand was offered to."""
    return {one["claimant"]["id"] for one in await offers(world, demand) if one["state"] == "offered"}


async def only(session: AsyncSession, world: World, *numbers: int) -> None:
    """Of the members none but these are at home where they could be asked."""
    away = [one.id for number, one in enumerate(world.members) if number not in numbers]
    await session.execute(update(Member).where(Member.id.in_(away)).values(home_region_code=ELSEWHERE))
    await session.commit()


async def test_those_who_fit_best_are_asked_when_nobody_took_it(clockwork: Clockwork, session: AsyncSession) -> None:
    fit = clockwork.world.members[2:4]
    for one in fit:
        await skilled(session, one, "repair")
    demand = await opened(clockwork.world)
    await clockwork.at(hours=5)
    assert await offers(clockwork.world, demand) == []
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(fit))
    shown = await seen(world.desk, demand)
    assert (shown["mode"], shown["is_open"], shown["needs_desk"]) == ("assigned", False, None)


async def test_whoever_is_asked_may_take_it_and_only_once(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world, 0, 1)
    demand = await opened(clockwork.world)
    world = await clockwork.at(hours=7)
    mine, theirs = sorted(await offers(world, demand), key=lambda one: one["claimant"]["display_name"])
    await ok(world.member.post(f"/claims/{mine['id']}/accept"))
    assert code_of(await world.second.post(f"/claims/{theirs['id']}/accept")) == "slots_full"


async def test_they_are_asked_once_and_then_the_desk(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    await clockwork.at(hours=7)
    first = await offers(clockwork.world, demand)
    world = await clockwork.at(days=3)
    assert [(one["id"], one["state"]) for one in await offers(world, demand)] == [
        (one["id"], "expired") for one in first
    ]
    assert (await seen(world.desk, demand))["needs_desk"] == "offers_ended"


async def test_a_late_worker_asks_them_no_more_often(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world)
    world = await clockwork.at(days=2)
    assert len(await offers(world, demand)) == 2
    await clockwork.at(days=-1)
    world = await clockwork.at(days=2, minutes=1)
    assert len(await offers(world, demand)) == 2


async def test_where_the_policy_asks_nobody_the_desk_decides(clockwork: Clockwork) -> None:
    await clockwork.rule("auto_assign", 0, COMMUNITY)
    demand = await opened(clockwork.world)
    world = await clockwork.at(hours=7)
    assert await offers(world, demand) == []
    shown = await seen(world.desk, demand)
    assert (shown["mode"], shown["is_open"], shown["needs_desk"]) == ("open", True, "nobody_claimed")


async def test_where_nobody_fits_the_desk_decides(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world)
    demand = await opened(clockwork.world)
    world = await clockwork.at(hours=7)
    assert await offers(world, demand) == []
    shown = await seen(world.desk, demand)
    assert (shown["mode"], shown["is_open"], shown["needs_desk"]) == ("open", True, "nobody_claimed")


async def test_whom_the_desk_named_goes_before_who_fits(clockwork: Clockwork, session: AsyncSession) -> None:
    await skilled(session, clockwork.world.members[2], "repair")
    named = ids(clockwork.world.members[5:6])
    demand = await opened(clockwork.world, plan={"fallback_member_ids": named})
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(named)


async def test_who_gave_it_back_or_did_not_come_is_not_asked(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world, 0, 1, 2)
    world = clockwork.world
    demand = await opened(world)
    left = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{left['id']}/withdraw", {"reason": "来不了"}))
    absent = await claimed(world.second, demand)
    await ok(world.desk.post(f"/claims/{absent['id']}/no-show", {"reason": "没来"}))
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(world.members[2:3]))


async def test_who_is_away_is_not_asked(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world, 0, 1, 2)
    world = clockwork.world
    start = (clock.now().astimezone(clock.CHINA) + timedelta(days=3)).replace(hour=19, minute=0, second=0)
    meant = {"weekday": start.isoweekday(), "from_hour": 19, "to_hour": 21}
    other = meant | {"weekday": start.isoweekday() % 7 + 1}
    await ok(world.member.put("/me/preferences", {"slots": [meant], "days_off": [start.date().isoformat()]}))
    await ok(world.second.put("/me/preferences", {"slots": [other]}))
    plan = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    demand = await opened(world, plan=plan)
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(world.members[2:3]))


async def test_who_is_off_today_is_not_asked_for_what_has_no_time(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world, 0, 1)
    today = (clock.now() + timedelta(hours=7)).astimezone(clock.CHINA).date().isoformat()
    await ok(clockwork.world.member.put("/me/preferences", {"days_off": [today]}))
    demand = await opened(clockwork.world)
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(world.members[1:2]))


async def test_who_lacks_every_skill_that_the_plan_names_is_not_asked(
    clockwork: Clockwork, session: AsyncSession
) -> None:
    await skilled(session, clockwork.world.members[4], "legal", "repair")
    demand = await opened(clockwork.world, plan={"skills": ["legal"]})
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(world.members[4:5]))


async def test_whose_own_request_was_merged_into_it_is_not_asked(clockwork: Clockwork, session: AsyncSession) -> None:
    await only(session, clockwork.world, 0, 1)
    world = clockwork.world
    demand, twin = await opened(world), await filed(world.member)
    await ok(world.desk.post(f"/demands/{twin['id']}/merge", {"into_id": demand["id"]}))
    world = await clockwork.at(hours=7)
    assert await asked(world, demand) == set(ids(world.members[1:2]))


async def test_members_are_not_asked_for_what_is_for_residents(clockwork: Clockwork) -> None:
    demand = await opened(clockwork.world, audience="residents")
    world = await clockwork.at(hours=7)
    assert await offers(world, demand) == []
    assert (await seen(world.desk, demand))["needs_desk"] == "nobody_claimed"


async def test_what_waits_for_the_subdistricts_word_falls_to_nobody(clockwork: Clockwork) -> None:
    world = clockwork.world
    demand = await opened(world)
    whistle = {"mode": "whistle", "organization_ids": ids([world.other_unit])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", whistle))
    world = await clockwork.at(hours=7)
    assert (await seen(world.desk, demand))["needs_desk"] == "whistle_to_approve"
    assert await offers(world, demand) == []
    await ok(clockwork.street.post(f"/demands/{demand['id']}/send-back", {"reason": "先自行解决"}))
    world = await clockwork.at(hours=14)
    assert len(await asked(world, demand)) == 2
