"""Claiming in two statements: the same answers, rows and events as the usual way, and no connection held in a queue."""

import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from app.kit import clock, db
from app.settings import Settings
from tests.client import Client, refusal
from tests.demands.both import Both, plain
from tests.demands.world import World, claimed, filed, in_hours, ok
from tests.racing import a_crowd, a_key, insist

Body = dict[str, Any]
WRITTEN = (
    "SELECT to_jsonb(d) - 'description' - 'address' - 'contact_name' - 'contact_phone' - 'lng' - 'lat' - 'number' "
    "- 'on_behalf_name' - 'on_behalf_phone' - 'on_behalf_phone_index' FROM demands d WHERE id = :id",
    "SELECT to_jsonb(c) - 'note' || jsonb_build_object('noted', note IS NOT NULL) FROM claims c "
    "WHERE demand_id = :id ORDER BY id",
    "SELECT to_jsonb(e) - 'n' - 'xid' FROM events e WHERE subject = :id ORDER BY n",
)
"""All that a claim writes, but for ciphertexts, which never repeat."""


async def written(both: Both, demand_id: str) -> list[Any]:
    async with both.sessions() as session:
        return [[row[0] for row in await session.execute(text(one), {"id": demand_id})] for one in WRITTEN]


def a_situation(dice: random.Random) -> Body:
    """How a demand stands and who claims it how: mostly the common case with one or two things about it different."""
    usual = {"kind": "request", "plan": {"mode": "open", "slots": 2}, "before": [], "who": "member", "body": {}}
    others: list[Body] = [
        {"kind": "wish"},
        {"kind": "project"},
        {"kind": "post"},
        {"plan": {"mode": "open", "slots": 1}},
        {"plan": {"mode": "open", "slots": 3, "audience": "all"}},
        {"plan": {"mode": "open", "slots": 3, "audience": "residents"}},
        {"plan": {"mode": "open", "slots": 2, "starts_at": in_hours(24), "ends_at": in_hours(26)}},
        {"plan": {"mode": "open", "slots": 2, "ends_at": in_hours(26)}},
        {"plan": {"mode": "whistle"}},
        {"plan": None},
        {"before": ["second"]},
        {"before": ["second", "second arrives"]},
        {"before": ["second", "second completes"]},
        {"before": ["member"]},
        {"before": ["cancel"]},
        {"who": "second"},
        {"who": "far"},
        {"who": "stranger"},
        {"who": "filer"},
        {"who": "desk"},
        {"who": "liaison"},
        {"body": {"note": "我带工具来"}},
        {"body": {"places": 2}},
        {"body": {"organization_id": "unit"}},
        {"body": {"member_id": "other"}},
        {"body": {"unknown": 1}},
        {"body": {"places": "1"}},
    ]
    for change in dice.sample(others, dice.choice([0, 1, 1, 2])):
        usual |= change
    return usual


async def arranged(both: Both, situation: Body) -> Body:
    """A demand in that situation, brought there the usual way."""
    world = both.usual
    asks = world.desk if situation["kind"] in ("project", "post") else world.filer
    demand = await filed(asks, kind=situation["kind"])
    if plan := situation["plan"]:
        offered = {"organization_ids": [str(world.other_unit.id)]} if plan["mode"] == "whistle" else {}
        await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", plan | offered))
    for step in situation["before"]:
        who, _, what = step.partition(" ")
        if step == "cancel":
            await world.filer.post(f"/demands/{demand['id']}/cancel", {"reason": "不用了"})
        elif not what:
            await getattr(world, who).post(f"/demands/{demand['id']}/claims")
        else:
            seen = (await ok(getattr(world, who).get(f"/demands/{demand['id']}")))["my_claim"]
            if seen:
                await getattr(world, who).post(f"/claims/{seen['id']}/{what.rstrip('s')}")
    return demand


def told(body: Body, world: World) -> Body:
    """A body with the ids that it means."""
    meant = {"unit": str(world.unit.id), "other": str(world.members[4].id)}
    return {name: meant.get(str(value), value) for name, value in body.items()}


@pytest.mark.parametrize("seed", range(8))
async def test_both_ways_answer_and_write_the_same(both: Both, seed: int) -> None:
    dice, found = random.Random(seed), []
    for _ in range(6):
        situation = a_situation(dice)
        key = dice.choice([None, a_key()])
        outcomes: list[Any] = []
        for client in (both.hasty, both.usual.filer):
            demand = await arranged(both, situation)
            who = Client(client.http, getattr(both.usual, situation["who"]).token)
            body = told(situation["body"], both.usual)
            answer = await who.post(f"/demands/{demand['id']}/claims", body, key=key and f"{key}{len(outcomes)}")
            names: dict[str, str] = {demand["id"]: "the demand"}
            content = answer.json()
            content.pop("trace_id", None)
            kept = await written(both, demand["id"])
            outcomes.append(
                plain([answer.status_code, answer.headers["content-type"], content, kept], names, clock.now())
            )
        assert outcomes[0] == outcomes[1], situation
        found.append(outcomes[0][0])
    assert 201 in found


async def test_the_common_case_opens_no_session(both: Both) -> None:
    demand = await arranged(both, OPEN)
    both.fast.state.sessions = None
    answer = await both.hastily(both.usual.member).post(
        f"/demands/{demand['id']}/claims", {"note": "马上到"}, key=a_key()
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["note"] == "马上到"


async def test_a_keyed_claim_is_answered_again_and_another_body_refused(both: Both) -> None:
    demand, key, member = await arranged(both, OPEN), a_key(), both.hastily(both.usual.member)
    path = f"/demands/{demand['id']}/claims"
    first, again = [await member.post(path, {}, key=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert refusal(await member.post(path, {"note": "另一个"}, key=key)) == (422, "idempotency_key_reused")


async def test_a_refused_claim_gives_its_key_back(both: Both) -> None:
    demand, key = await arranged(both, OPEN), a_key()
    await claimed(both.usual.second, demand)
    member, path = both.hastily(both.usual.member), f"/demands/{demand['id']}/claims"
    assert refusal(await member.post(path, {}, key=key)) == (409, "slots_full")
    held = (await ok(both.usual.second.get(f"/demands/{demand['id']}")))["my_claim"]
    await ok(both.usual.second.post(f"/claims/{held['id']}/withdraw", {"reason": "来不了"}))
    assert (await member.post(path, {}, key=key)).status_code == 201


WAITING = 20
OPEN: Body = {"kind": "request", "plan": {"mode": "open", "slots": 1}, "before": []}
FAIL_AT_COMMIT = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$",
    "CREATE CONSTRAINT TRIGGER not_today AFTER INSERT ON claims DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION refuse()",
)


async def test_a_commit_that_fails_is_never_a_claim(both: Both, committing: Settings) -> None:
    demand = await arranged(both, OPEN)
    engine = db.connect(committing.owner_database_url or "", pool_size=1)
    async with engine.begin() as connection:
        for statement in FAIL_AT_COMMIT:
            await connection.execute(text(statement))
    await engine.dispose()
    answer = await both.hastily(both.usual.member).post(f"/demands/{demand['id']}/claims")
    assert answer.status_code == 500
    assert (await ok(both.usual.desk.get(f"/demands/{demand['id']}")))["claimed"] == 0


async def test_a_revoked_sign_in_counts_at_once(both: Both) -> None:
    demand = await arranged(both, OPEN)
    async with both.sessions() as session:
        await session.execute(text("UPDATE sign_ins SET revoked_at = now()"))
        await session.commit()
    answer = await both.hastily(both.usual.member).post(f"/demands/{demand['id']}/claims")
    assert refusal(answer) == (401, "token_invalid")


async def test_a_crowd_that_claims_one_demand_starves_nobody(both: Both, committing: Settings) -> None:
    demand = await arranged(both, OPEN | {"plan": {"mode": "open", "slots": 40}})
    crowd = await a_crowd(both.sessions, committing, both.usual.branch, both.hasty, 500)
    path, reader = f"/demands/{demand['id']}", both.hastily(both.usual.second)
    await ok(reader.get(path))  # a connection for it is there: making one in a rush takes the processor's time
    rush = [asyncio.create_task(insist(who, f"{path}/claims")) for who in crowd]
    seen = [await reader.get(path) for _ in range(5)]
    assert [answer.status_code for answer in seen] == [200] * 5
    assert not all(task.done() for task in rush), "the rush was over before anybody looked"
    answers = [await task for task in rush]
    assert sorted(answer.status_code for answer in answers) == [201] * 40 + [409] * 460
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"slots_full"}


async def test_of_a_crowd_so_many_wait_for_their_turn_and_the_others_are_told_at_once(
    both: Both, committing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.access.dependencies.MOST_WAITING", WAITING)
    demand = await arranged(both, OPEN | {"plan": {"mode": "open", "slots": 5}})
    crowd = await a_crowd(both.sessions, committing, both.usual.branch, both.hasty, 500)
    async with both.fast.state.hot.turn(demand["id"]):
        rush = [asyncio.create_task(who.post(f"/demands/{demand['id']}/claims")) for who in crowd]
        told = [await answer for answer in itertools.islice(asyncio.as_completed(rush), 500 - WAITING)]
        assert sum(task.done() for task in rush) == len(told)
    answers = [await task for task in rush]
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in told} == {(503, "1")}
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: WAITING - 5, 503: len(told)}
