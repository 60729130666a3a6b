"""The same scan twice at once, one code for two leaders at once, fifty people at one poster: behind two processes."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.kit import db
from app.settings import Settings
from tests.activities.evenings import patrol, times
from tests.checkins.places import a_place
from tests.checkins.scanning import Body, a_scan
from tests.client import Client
from tests.demands.world import World, a_world, ids, in_hours, ok
from tests.racing import Workers, a_crowd, insist, workers


@pytest.fixture
async def two(committing: Settings) -> Any:
    async with workers(committing) as found:
        yield found


@pytest.fixture
async def world(two: Workers, committed_sessions: db.Sessions) -> World:
    async with committed_sessions() as session:
        return await a_world(session, Client(two.http))


async def a_shift(world: World) -> tuple[str, str]:
    """The poster of an activity that begins in six minutes, and its shift; two members lead it."""
    shifts = [times(datetime.fromisoformat(in_hours(0.1))) | {"roles": [{"name": "引导员", "capacity": 2}]}]
    body = patrol(shifts=shifts, leader_ids=ids(world.members[:2]))
    made = await ok(world.desk.post("/activities", body), 201)
    await ok(world.desk.post(f"/activities/{made['id']}/publish"))
    place = await a_place(world.desk, purpose="attend")
    return place["code"], made["shifts"][0]["id"]


async def asked(who: Client, device: str, *scans: Body) -> list[Body]:
    answer = await insist(who, "/scans", {"device": device, "scans": list(scans)})
    assert answer.status_code == 200, answer.text
    found: list[Body] = answer.json()["items"]
    return found


async def counted(sessions: db.Sessions, statement: str) -> list[Any]:
    async with sessions() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def test_the_same_scan_twenty_times_at_once_is_one(world: World, committed_sessions: db.Sessions) -> None:
    code, _ = await a_shift(world)
    for number, scan in enumerate([a_scan("P0"), a_scan(code)], 1):
        answers = await asyncio.gather(*(asked(world.member, "phone-0001", scan) for _ in range(20)))
        assert {str(one) for one in answers} == {str(answers[0])}
        assert await counted(committed_sessions, "SELECT count(*) FROM scans") == [(number,)]
    assert answers[0][0]["outcome"] == "accepted"
    assert await counted(committed_sessions, "SELECT count(*) FROM sign_ups") == [(1,)]


async def test_of_fifty_uses_of_a_code_at_once_by_two_leaders_one_counts(
    world: World, committed_sessions: db.Sessions
) -> None:
    _, shift = await a_shift(world)
    code = (await ok(world.filer.get("/me/code")))["code"]
    leaders = [world.member, world.second]
    scans = [asked(leaders[n % 2], f"phone-{n:04}", a_scan(code, subject_id=shift)) for n in range(50)]
    found = Counter((one["outcome"], one["reason"]) for (one,) in await asyncio.gather(*scans))
    assert found == {("accepted", None): 1, ("refused", "used"): 49}
    assert await counted(committed_sessions, "SELECT state FROM sign_ups") == [("present",)]


async def test_a_crowd_that_scans_twice_from_overlapping_batches_is_there_once_each(
    world: World, committed_sessions: db.Sessions, committing: Settings, two: Workers
) -> None:
    code, _ = await a_shift(world)
    crowd = await a_crowd(committed_sessions, committing, world.branch, world.member, 40)
    made = [(who, [a_scan(code), a_scan(code), a_scan("P1")]) for who in crowd]
    sent = [asked(who, f"phone-{n % 20:04}", *order) for n, (who, one) in enumerate(made) for order in (one, one[::-1])]
    answers = await asyncio.gather(*sent)
    assert Counter(one["outcome"] for each in answers for one in each) == {"accepted": 80, "already": 80, "refused": 80}
    assert await counted(committed_sessions, "SELECT state, count(*) FROM sign_ups GROUP BY 1") == [("present", 40)]
    assert await counted(committed_sessions, "SELECT count(*) FROM scans") == [(120,)]
    assert min(two.served()) > 10
