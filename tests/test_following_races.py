"""Merging, joining, undoing and the ends of parts, at once with whatever else happens to the same demand."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.client import ANSWER
from tests.clock import move_clock
from tests.demands.world import SUBDISTRICT, World, claimed, filed, ok, opened, seen
from tests.racing import code_of
from tests.test_races import REASON, Body, scalar, world

__all__ = ["world"]  # the fixture of a committed district
Step = Callable[[World, Body], Awaitable[ANSWER]]
ROUNDS = 6

STATE = text(
    "SELECT state, merged_into_id IS NULL, claimed, result, joins, reopens, needs_desk, "
    "(SELECT string_agg(state, ' ' ORDER BY id) FROM claims WHERE demand_id = demands.id) FROM demands WHERE id = :id"
)


async def two_alike(world: World) -> Body:
    """A target, and an open demand that asks for the same."""
    return {"target": (await opened(world, slots=2))["id"], "twin": (await opened(world, slots=2))["id"]}


async def merged_twins(world: World) -> Body:
    """A closed target, and what was merged into it."""
    it = await two_alike(world)
    await ok(world.desk.post(f"/demands/{it['twin']}/merge", {"into_id": it["target"]}))
    await ok(world.desk.post(f"/demands/{it['target']}/close", REASON | {"result": "handled"}))
    return it


def at(who: str, which: str, action: str, body: Callable[[Body], Body] = lambda _: {}) -> Step:
    """Somebody's action on one of the two."""
    return lambda world, it: getattr(world, who).post(f"/demands/{it[which]}/{action}", body(it))


MERGE = at("desk", "twin", "merge", lambda it: {"into_id": it["target"]})
MERGE_BACK = at("district_desk", "target", "merge", lambda it: {"into_id": it["twin"]})
UNDO = at("desk", "twin", "unmerge", lambda _: REASON)
PAIRS: dict[str, tuple[Callable[[World], Awaitable[Body]], Step, Step]] = {
    "merge, claim the twin": (two_alike, MERGE, at("member", "twin", "claims")),
    "merge, claim the target": (two_alike, MERGE, at("member", "target", "claims")),
    "merge, merge the other way": (two_alike, MERGE, MERGE_BACK),
    "merge, merge": (two_alike, MERGE, at("district_desk", "twin", "merge", lambda it: {"into_id": it["target"]})),
    "merge, close the target": (
        two_alike,
        MERGE,
        at("district_desk", "target", "close", lambda _: REASON | {"result": "handled"}),
    ),
    "merge, cancel the target": (two_alike, MERGE, at("filer", "target", "cancel", lambda _: REASON)),
    "undo, reopen the target": (merged_twins, UNDO, at("district_desk", "target", "reopen", lambda _: REASON)),
    "undo, undo": (merged_twins, UNDO, at("district_desk", "twin", "unmerge", lambda _: REASON)),
    "join, merge": (two_alike, at("stranger", "twin", "joins"), MERGE),
    "join, cancel": (two_alike, at("stranger", "target", "joins"), at("filer", "target", "cancel", lambda _: REASON)),
}


async def test_two_at_once_leave_both_demands_as_one_after_the_other_would(
    world: World, committed_sessions: db.Sessions
) -> None:
    async def after(it: Body, *answers: ANSWER) -> tuple[Any, ...]:
        async with committed_sessions() as session:
            rows = [tuple((await session.execute(STATE, {"id": it[one]})).one()) for one in ("target", "twin")]
        return *map(code_of, answers), *rows

    impossible = []
    for pair, (make, first, second) in PAIRS.items():
        it = await make(world)
        earlier, later = await first(world, it), await second(world, it)
        possible = {await after(it, earlier, later)}
        it = await make(world)
        earlier, later = await second(world, it), await first(world, it)
        possible.add(await after(it, later, earlier))
        for _ in range(ROUNDS):
            it = await make(world)
            found = await after(it, *await asyncio.gather(first(world, it), second(world, it)))
            impossible += [] if found in possible else [(pair, found, possible)]
    assert impossible == []


async def test_a_person_joins_once_however_often_they_press(world: World, committed_sessions: db.Sessions) -> None:
    for number in range(1, ROUNDS):
        demand = await filed(world.filer)
        path = f"/demands/{demand['id']}/joins"
        answers = await asyncio.gather(*(world.stranger.post(path) for _ in range(5)))
        assert Counter(map(code_of, answers)) == {"ok": 1, "already_joined": 4}
        assert (await seen(world.filer, demand))["joins"] == 1
        assert await scalar(committed_sessions, "SELECT count(*) FROM joins") == number


async def test_two_who_join_at_once_are_two(world: World) -> None:
    for _ in range(ROUNDS):
        demand = await filed(world.filer)
        people = (world.stranger, world.member, world.second)
        answers = await asyncio.gather(*(one.post(f"/demands/{demand['id']}/joins") for one in people))
        assert {answer.status_code for answer in answers} == {201}
        assert (await seen(world.filer, demand))["joins"] == 3


async def test_two_last_parts_that_end_at_once_end_the_whole_once(world: World) -> None:
    parts = [
        {"description": "左半", "dispatch": {"mode": "open"}},
        {"description": "右半", "dispatch": {"mode": "open"}},
    ]

    for _ in range(ROUNDS):
        demand = await filed(world.filer)
        whole = await ok(world.desk.post(f"/demands/{demand['id']}/split", {"children": parts}))
        both = zip((world.member, world.second), whole["children"], strict=True)
        claims = [(who, (await claimed(who, part))["id"]) for who, part in both]
        done = {"minutes": 10}
        answers = await asyncio.gather(*(who.post(f"/claims/{claim}/complete", done) for who, claim in claims))
        assert {answer.status_code for answer in answers} == {200}
        assert (await seen(world.filer, demand))["state"] == "completed"
        history = (await ok(world.filer.get(f"/demands/{demand['id']}/timeline")))["items"]
        kinds = Counter(item["kind"] for item in history)
        assert (kinds["demand.child_ended"], kinds["demand.completed"]) == (2, 1)


async def test_taking_back_the_whole_and_arriving_at_a_part_do_not_wait_for_each_other(world: World) -> None:
    for _ in range(ROUNDS):
        demand = await filed(world.filer)
        body = {"children": [{"description": "一处", "dispatch": {"mode": "open"}}]}
        part = (await ok(world.desk.post(f"/demands/{demand['id']}/split", body)))["children"][0]
        claim = await claimed(world.member, part)
        cancel, arrive = await asyncio.gather(
            world.filer.post(f"/demands/{demand['id']}/cancel", REASON),
            world.member.post(f"/claims/{claim['id']}/arrive"),
        )
        assert sorted((code_of(cancel), code_of(arrive))) == ["action_not_allowed", "ok"]


async def test_two_sweeps_and_claims_at_once_leave_one_of_two_ends(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    rule = {"region_code": SUBDISTRICT, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/claim_window", rule | {"value": "PT6H"}))
    await ok(world.admin.put("/policies/auto_assign", rule | {"value": 2}))
    demands = [await opened(world) for _ in range(8)]
    move_clock(committing, timedelta(hours=7))
    member, desk = await world.member.signed_in("member"), await world.desk.signed_in("desk")
    sweeps = [asyncio.create_task(sweep(committed_sessions, timing.DEMANDS)) for _ in range(2)]
    answers = await asyncio.gather(*(member.post(f"/demands/{one['id']}/claims", {}) for one in reversed(demands)))
    await asyncio.gather(*sweeps)
    while await sweep(committed_sessions, timing.DEMANDS):
        pass
    others = ("assigned", ["offered", "offered"])  # whoever is not among these two does not see it any more
    ends = {"ok": ("open", ["accepted"]), "not_open": others, "not_found": others}
    for demand, answer in zip(reversed(demands), answers, strict=True):
        claims = (await ok(desk.get(f"/demands/{demand['id']}/claims")))["items"]
        found = (await seen(desk, demand))["mode"], [one["state"] for one in claims]
        assert found == ends[code_of(answer)]
