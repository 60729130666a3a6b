"""Many at once: over two HTTP processes, and within one on a database that commits."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import ANSWER, Client
from tests.demands.world import COMMUNITY, NEIGHBOUR, World, a_world, claimed, filed, ids, in_hours, ok, opened, seen
from tests.racing import Hold, Refusal, Workers, a_crowd, a_key, code_of, insist, overfull, unfounded, workers

Body = dict[str, Any]
REASON = {"reason": "原因如此"}


@pytest.fixture
async def world(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[World]:
    """The small district, committed, behind one process with sixteen connections."""
    application = create_app(committing, committed_sessions)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        committed_sessions() as session,
    ):
        yield await a_world(session, Client(http))


@pytest.fixture
async def two(committing: Settings) -> AsyncIterator[Workers]:
    """Two HTTP processes on a database of their own."""
    async with workers(committing) as found:
        yield found


@pytest.fixture
async def served_world(two: Workers, committed_sessions: db.Sessions) -> World:
    """The small district behind the two processes."""
    async with committed_sessions() as session:
        return await a_world(session, Client(two.http))


async def scalar(sessions: db.Sessions, statement: str, **values: Any) -> Any:
    async with sessions() as session:
        return await session.scalar(text(statement), values)


async def places(sessions: db.Sessions, demand: Body) -> tuple[int, int, int]:
    """A demand's slots, its count of claimed ones, and the places that its claims really hold."""
    statement = (
        "SELECT slots, claimed, (SELECT coalesce(sum(places), 0) FROM claims WHERE demand_id = demands.id "
        "AND state IN ('accepted', 'arrived')) FROM demands WHERE id = :id"
    )
    async with sessions() as session:
        slots, count, held = (await session.execute(text(statement), {"id": demand["id"]})).one()
    return slots, count, held


async def test_of_five_hundred_members_exactly_twenty_win_twenty_places(
    two: Workers, served_world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    crowd = await a_crowd(committed_sessions, committing, served_world.branch, served_world.member, 500)
    before = two.served()
    for _ in range(2):
        demand = await opened(served_world, slots=20)
        path = f"/demands/{demand['id']}/claims"
        answers = await asyncio.gather(*(insist(who, path) for who in crowd))
        assert Counter(map(code_of, answers)) == {"ok": 20, "slots_full": 480}
        assert await places(committed_sessions, demand) == (20, 20, 20)
        winners = {answer.json()["claimant"]["id"] for answer in answers if answer.status_code == 201}
        kept = "SELECT count(DISTINCT claimant_id) FROM claims WHERE demand_id = :id AND claimant_id = ANY(:winners)"
        assert await scalar(committed_sessions, kept, id=demand["id"], winners=list(winners)) == 20
    shares = [now - then for now, then in zip(two.served(), before, strict=True)]
    assert min(shares) > sum(shares) / 20, "one process did all the work"


async def test_places_that_are_given_back_are_neither_lost_nor_given_twice(
    two: Workers, served_world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    slots = 4
    crowd = await a_crowd(committed_sessions, committing, served_world.branch, served_world.member, 12)
    demand = await opened(served_world, slots=slots)
    path = f"/demands/{demand['id']}/claims"
    holds: list[Hold] = []
    refusals: list[Refusal] = []

    async def come_and_go(who: Client, dice: random.Random) -> None:
        for _ in range(12):
            asked = time.monotonic()
            answer = await insist(who, path)
            if answer.status_code != 201:
                assert code_of(answer) == "slots_full"
                refusals.append(Refusal(asked, time.monotonic()))
                continue
            hold = Hold(asked, time.monotonic())
            holds.append(hold)
            await asyncio.sleep(dice.uniform(0.05, 0.2))  # claims of one demand take turns: held long enough to be full
            hold.asked_back = time.monotonic()
            back = await insist(who, f"/claims/{answer.json()['id']}/withdraw", REASON)
            assert back.status_code == 200
            hold.given_back = time.monotonic()

    await asyncio.gather(*(come_and_go(who, random.Random(number)) for number, who in enumerate(crowd[:slots])))
    assert refusals == []  # there were never more people than places
    await asyncio.gather(*(come_and_go(who, random.Random(number)) for number, who in enumerate(crowd)))
    assert refusals
    assert overfull(holds, slots) == []
    assert unfounded(refusals, holds, slots) == []
    assert await places(committed_sessions, demand) == (slots, 0, 0)
    answers = [await who.post(path) for who in crowd]
    assert Counter(map(code_of, answers)) == {"ok": slots, "slots_full": len(crowd) - slots}


async def test_one_key_sent_many_times_at_once_claims_once(
    two: Workers, served_world: World, committed_sessions: db.Sessions
) -> None:
    for _ in range(5):
        demand = await opened(served_world, slots=3)
        key, path = a_key(), f"/demands/{demand['id']}/claims"
        answers = await asyncio.gather(*(insist(served_world.member, path, key=key) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        assert await places(committed_sessions, demand) == (3, 1, 1)


async def test_nobody_is_booked_twice_by_two_clients_at_once(world: World, committed_sessions: db.Sessions) -> None:
    hours = [(1, 3), (2, 4)]
    both = [
        await opened(world, slots=2, plan={"starts_at": in_hours(start), "ends_at": in_hours(end)})
        for start, end in hours
    ]
    for _ in range(100):
        answers = await asyncio.gather(*(world.member.post(f"/demands/{one['id']}/claims") for one in both))
        assert sorted(map(code_of, answers)) == ["ok", "overlaps"]
        (won,) = (answer.json()["id"] for answer in answers if answer.status_code == 201)
        live = "SELECT count(*) FROM engagements WHERE live"
        assert await scalar(committed_sessions, live) == 1
        await ok(world.member.post(f"/claims/{won}/withdraw", REASON))
        assert await scalar(committed_sessions, live) == 0


async def test_there_are_never_fewer_places_than_are_claimed(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    crowd = await a_crowd(committed_sessions, committing, world.branch, world.member, 10)
    lowered = Counter[str]()
    for slots in (1, 3, 5, 7, 9) * 2:
        demand = await opened(world, slots=10)
        path, plan = f"/demands/{demand['id']}", {"mode": "open", "slots": slots}
        claims = [insist(who, f"{path}/claims") for who in crowd]
        answer, *taken = await asyncio.gather(insist(world.desk, f"{path}/dispatch", plan), *claims)
        lowered[code_of(answer)] += 1
        places_now, count, held = await places(committed_sessions, demand)
        assert places_now == (slots if answer.status_code == 200 else 10)
        assert count == held == sum(one.status_code == 201 for one in taken) <= places_now
        again = await world.desk.post(f"{path}/dispatch", plan)
        assert again.status_code == (200 if count <= slots else 409)
    assert set(lowered) <= {"ok", "slots_below_claimed"}


async def test_places_cannot_be_lowered_below_the_claimed_ones(world: World) -> None:
    demand = await opened(world, slots=3)
    await claimed(world.member, demand)
    await claimed(world.second, demand)
    path = f"/demands/{demand['id']}/dispatch"
    refused = await world.desk.post(path, {"mode": "open", "slots": 1})
    assert (refused.status_code, code_of(refused)) == (409, "slots_below_claimed")
    assert (await seen(world.desk, demand))["slots"] == 3
    full = await ok(world.desk.post(path, {"mode": "open", "slots": 2}))
    assert (full["slots"], full["claimed"], full["is_open"]) == (2, 2, False)


async def test_of_two_ratings_at_once_one_counts_and_points_are_given_once(
    world: World, committed_sessions: db.Sessions
) -> None:
    for round_ in range(1, 9):
        demand = await opened(world)
        claim = await claimed(world.member, demand)
        await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
        path, rating = f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}
        answers = await asyncio.gather(*(world.filer.post(path, rating) for _ in range(4)))
        assert Counter(map(code_of, answers)) == {"ok": 1, "already_evaluated": 3}
        assert await scalar(committed_sessions, "SELECT count(*) FROM evaluations") == round_
        awarded = "SELECT count(*) FROM ledger_entries WHERE unit = 'points'"
        assert await scalar(committed_sessions, awarded) == round_
        assert (await ok(world.member.get("/me/points")))["balance"] == 10 * round_


Step = Callable[[World, Body], Awaitable[ANSWER]]


def at(who: str, action: str, body: Body | None = None) -> Step:
    """Somebody's action on the demand."""
    return lambda world, it: getattr(world, who).post(f"/demands/{it['id']}/{action}", body)


def on_claim(who: str, action: str, body: Body | None = None) -> Step:
    """Somebody's action on the member's claim."""
    return lambda world, it: getattr(world, who).post(f"/claims/{it['claim']}/{action}", body)


async def a_filed(world: World) -> Body:
    return await filed(world.filer)


async def an_open(world: World) -> Body:
    return await opened(world, slots=2)


async def an_offer(world: World) -> Body:
    demand = await filed(world.filer)
    plan = {"mode": "assigned", "member_ids": ids(world.members[:1])}
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan))
    return demand | {"claim": (await seen(world.member, demand))["my_claim"]["id"]}


async def a_claim(world: World) -> Body:
    demand = await opened(world, slots=2)
    return demand | {"claim": (await claimed(world.member, demand))["id"]}


DISPATCH = at("desk", "dispatch", {"mode": "open", "slots": 2})
CLOSE = at("desk", "close", REASON | {"result": "handled"})
MOVE_AWAY = at("district_desk", "transfer", REASON | {"region_code": NEIGHBOUR})
PAIRS: dict[str, tuple[Callable[[World], Awaitable[Body]], Step, Step]] = {
    "dispatch, close": (a_filed, DISPATCH, at("district_desk", "close", REASON | {"result": "referred"})),
    "dispatch, transfer": (a_filed, DISPATCH, MOVE_AWAY),
    "close, transfer": (a_filed, CLOSE, MOVE_AWAY),
    "close, close": (a_filed, CLOSE, at("district_desk", "close", REASON | {"result": "unresolved"})),
    "dispatch, dispatch": (a_filed, DISPATCH, at("district_desk", "dispatch", {"mode": "open", "slots": 7})),
    "return, dispatch": (a_filed, at("district_desk", "return", REASON), DISPATCH),
    "reject, escalate": (a_filed, at("desk", "reject", REASON), at("district_desk", "escalate", REASON)),
    "cancel, dispatch": (a_filed, at("filer", "cancel", REASON), DISPATCH),
    "claim, close": (an_open, at("member", "claims"), CLOSE),
    "claim, cancel": (an_open, at("member", "claims"), at("filer", "cancel", REASON)),
    "claim, return": (an_open, at("member", "claims"), at("desk", "return", REASON)),
    "claim, claim": (an_open, at("member", "claims"), at("member", "claims")),
    "accept, accept": (an_offer, on_claim("member", "accept"), on_claim("member", "accept")),
    "accept, decline": (an_offer, on_claim("member", "accept"), on_claim("member", "decline", REASON)),
    "accept, dispatch": (an_offer, on_claim("member", "accept"), DISPATCH),
    "withdraw, arrive": (a_claim, on_claim("member", "withdraw", REASON), on_claim("member", "arrive")),
    "complete, complete": (a_claim, on_claim("member", "complete"), on_claim("desk", "complete")),
    "complete, close": (a_claim, on_claim("member", "complete"), CLOSE),
    "arrive, cancel": (a_claim, on_claim("member", "arrive"), at("filer", "cancel", REASON)),
}


OUTCOME = text(
    "SELECT state, handler_region_code, mode, slots, claimed, result, needs_desk, "
    "(SELECT string_agg(state, ' ' ORDER BY id) FROM claims WHERE demand_id = demands.id), "
    "(SELECT string_agg(kind, ' ' ORDER BY n) FROM events WHERE subject = demands.id), "
    "(SELECT string_agg(unit, ' ' ORDER BY unit) FROM ledger_entries WHERE source_id IN "
    "(SELECT services.id FROM services JOIN claims ON claims.id = claim_id WHERE demand_id = demands.id)) "
    "FROM demands WHERE id = :id"
)


async def test_two_at_once_leave_what_one_after_the_other_would(world: World, committed_sessions: db.Sessions) -> None:
    async def after(it: Body, *answers: ANSWER) -> tuple[Any, ...]:
        async with committed_sessions() as session:
            return *map(code_of, answers), *(await session.execute(OUTCOME, {"id": it["id"]})).one()

    impossible = []
    for pair, (make, first, second) in PAIRS.items():
        it = await make(world)
        earlier, later = await first(world, it), await second(world, it)
        possible = {await after(it, earlier, later)}
        it = await make(world)
        earlier, later = await second(world, it), await first(world, it)
        possible.add(await after(it, later, earlier))
        for _ in range(6):
            it = await make(world)
            found = await after(it, *await asyncio.gather(first(world, it), second(world, it)))
            impossible += [] if found in possible else [(pair, found, possible)]
    assert impossible == []


async def test_a_desk_that_comes_second_acts_on_what_is_there_now(world: World) -> None:
    """The two orders of a dispatch and a transfer, one after the other: what the pairs above may end in."""
    demand = await filed(world.filer)
    assert (await MOVE_AWAY(world, demand)).status_code == 200
    assert code_of(await DISPATCH(world, demand)) == "forbidden"
    assert (await seen(world.desk, demand))["handler"]["region_code"] == NEIGHBOUR
    demand = await filed(world.filer)
    assert (await DISPATCH(world, demand)).status_code == 200
    moved = await ok(MOVE_AWAY(world, demand))
    assert (moved["state"], moved["mode"]) == ("filed", None)
    assert demand["handler"]["region_code"] == COMMUNITY
