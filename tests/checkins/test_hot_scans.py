"""Scanning in two statements: the same answers, rows and events as the usual way, whoever scans what when."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select, table, text

from app.access import tokens
from app.checkins import hot_queries
from app.kit import clock
from app.kit.db import Sessions
from app.kit.hot import Line
from app.settings import Settings
from tests.activities.evenings import Evenings, evening
from tests.checkins.places import a_place
from tests.checkins.scanning import Body, Street, a_scan, send
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.conftest import KEYRING
from tests.demands.both import Both, both_ways, plain
from tests.demands.world import SUBDISTRICT, ok
from tests.racing import a_crowd, a_key, insist

MEMBERS, RESIDENTS = ("member", "second"), ("filer", "stranger")
"""Who goes the fast way and who the usual way: two of one branch, or two who live in one community."""
WRITTEN = (
    "SELECT to_jsonb(s) - 'device' - 'nonce' FROM scans s WHERE scanned_by = :account ORDER BY id",
    "SELECT to_jsonb(s) - 'n' FROM sign_ups s WHERE person_id IN (:account, :member) ORDER BY n",
    "SELECT to_jsonb(e) FROM engagements e WHERE person_id IN (:account, :member) ORDER BY id",
    "SELECT to_jsonb(e) FROM ledger_entries e WHERE holder_id IN (:account, :member) ORDER BY id",
    "SELECT to_jsonb(e) - 'n' - 'xid' FROM events e WHERE actor = :account ORDER BY n",
    "SELECT to_jsonb(k.status) FROM idempotency_keys k WHERE principal = :account",
)
"""All that a scan writes, but for what a phone made up and ciphertexts."""
HALL = {"lng": 116.2, "lat": 39.9, "coord_type": "wgs84"}


@pytest.fixture
async def both(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Both]:
    async with both_ways(committing, committed_sessions) as made:
        yield made


@pytest.fixture
async def street(both: Both, committing: Settings) -> AsyncIterator[Street]:
    async with both.sessions() as session:
        yield Street(Evenings(both.usual, session, committing, both.sessions))


@dataclass
class Situation:
    """An evening, and what each of two people scans when: mostly the common case, with a few things different."""

    who: tuple[str, str] = MEMBERS
    activity: Body = field(default_factory=dict)
    hangs: str = "community"
    signs_up: bool = True
    rules: Body = field(default_factory=dict)
    beside: bool = False
    full: bool = False
    steps: list[tuple[int, Body]] = field(default_factory=list)


def a_situation(dice: random.Random) -> Situation:
    who = dice.choice([MEMBERS, MEMBERS, RESIDENTS])
    usual = {"audience": "all"} if who == RESIDENTS else {}
    found = Situation(
        who,
        dice.choice(
            [usual, usual, usual, usual | {"kind": "culture"}, {"audience": "residents"}, {"audience": "all"}, {}]
        ),
        dice.choice(["community", "community", "subdistrict", "screen"]),
        dice.choice([True, True, False]),
        dice.choice([{}, {}, {"scan_location": True}, {"presence_margin": "PT5M"}, {"scan_device_people": 2}]),
        dice.random() < 0.15,
        dice.random() < 0.1,
    )
    said: list[Body] = [
        *([{}] * 5),
        {"subject": True},
        {"subject": True},
        {"action": "attend"},
        {"action": "leave"},
        {"action": "arrive"},
        {"offline": True},
        {"location": HALL},
        {"address": True},
        {"forged": True},
        {"twice": True},
        {"again": True},
        {"again": True},
        {"unknown": 1},
    ]
    for minute in sorted(dice.sample([-40, -10, 5, 8, 30, 70, 95, 125, 140, 200], dice.choice([2, 3, 4]))):
        found.steps.append((minute, dice.choice(said) | {"keyed": dice.random() < 0.5}))
    return found


async def arranged(street: Street, wanted: Situation) -> str:
    """The place's id; its code and the activity are the street's."""
    world = street.evenings.world
    for key, value in wanted.rules.items():
        body = {"region_code": "", "value": value, "from": "2026-01-01"}
        await ok(world.admin.put(f"/policies/{key}", body))
    where = {"region_code": SUBDISTRICT} if wanted.hangs == "subdistrict" else {}
    desk = world.district_desk if where else world.desk
    street.place = await a_place(desk, purpose="attend", **where)
    room = {"capacity": 1} if wanted.full else {}
    street.activity = await street.evenings.published(**wanted.activity, **room)
    if wanted.beside:
        await street.evenings.published(**wanted.activity)
    if wanted.full:
        await street.evenings.sign_up(world.desk, street.activity, member_id=str(world.members[2].id))
    asked = "residents" if wanted.who == RESIDENTS else "members"
    if wanted.signs_up and wanted.activity.get("audience", "members") in (asked, "all"):
        for name in wanted.who:
            await street.evenings.sign_up(getattr(world, name), street.activity)
    return str(street.place["id"])


async def asked(street: Street, place_id: str, said: Body, before: list[Body]) -> list[Body]:
    """The scans of one step, as every phone sends them."""
    if said.get("again") and before:
        return before
    code = street.place["code"]
    if said.get("forged"):
        code = code[:-1] + ("0" if code[-1] != "0" else "1")
    if said.get("address"):
        code = f"https://yihu.example/q/{code}"
    more: Body = {name: said[name] for name in ("action", "offline", "location", "unknown") if name in said}
    if said.get("subject"):
        more["subject_id"] = street.shift_id
    return [a_scan(code, **more) for _ in range(2 if said.get("twice") else 1)]


async def written(both: Both, who: Client) -> tuple[list[Any], dict[str, str]]:
    """What somebody has written so far, and by which ids they are known."""
    async with both.sessions() as session:
        sign_in = tokens.sign_in_of(KEYRING, str(who.token))
        known = "SELECT a.id, a.member_id FROM sign_ins s JOIN accounts a ON a.id = s.account_id WHERE s.id = :id"
        account, member = (await session.execute(text(known), {"id": sign_in})).one()
        ids = {"account": account, "member": member}
        found = [[row[0] for row in await session.execute(text(one), ids)] for one in WRITTEN]
        return found, {str(value): name for name, value in ids.items()}


@pytest.mark.parametrize("seed", range(12))
async def test_both_ways_answer_and_write_the_same(both: Both, street: Street, seed: int) -> None:
    dice = random.Random(seed)
    wanted = a_situation(dice)
    place_id = await arranged(street, wanted)
    before: list[Body] = []
    for minute, said in wanted.steps:
        await street.at(evening() + timedelta(minutes=minute))
        world = street.evenings.world
        if wanted.hangs == "screen":
            street.place["code"] = (await ok(world.desk.get(f"/places/{place_id}/code")))["code"]
        before = await asked(street, place_id, said, before)
        key, outcomes = a_key() if said["keyed"] else None, []
        for name in wanted.who:
            who = getattr(world, name)
            path = both.hastily(who) if name == wanted.who[0] else who
            answer = await path.post("/scans", {"device": f"phone-of-{name}", "scans": before}, key=key)
            content = answer.json()
            content.pop("trace_id", None)
            rows, names = await written(both, who)
            order = [[*one] for one in content.get("items", [])]
            outcomes.append(plain([answer.status_code, content, order, rows], names, clock.now()))
        assert outcomes[0] == outcomes[1], (minute, said, wanted)


@pytest.mark.parametrize("who", ["member", "filer"])
async def test_the_common_case_opens_no_session(both: Both, street: Street, who: str) -> None:
    code, world = await street.begins(audience="all"), street.evenings.world
    usual, both.fast.state.sessions = both.fast.state.sessions, None
    found, sent = [], Counter[str]()
    for minute, more in ((5, {}), (8, {"subject_id": street.shift_id}), (95, {})):
        move_clock(street.evenings.settings, evening() + timedelta(minutes=minute) - datetime.now(UTC))
        one_of_them = both.hastily(await world.filer.signed_in(who))
        body = {"device": "first-phone", "scans": [a_scan(code, **more)]}
        for key in (a_key(), None):
            (one,) = (await ok(one_of_them.post("/scans", body, key=key)))["items"]
            found.append((one["outcome"], one["action"]))
            sent[str(one)] += 1
    both.fast.state.sessions = usual
    assert [*dict.fromkeys(found)] == [("accepted", "attend"), ("already", "attend"), ("accepted", "leave")]
    assert set(sent.values()) == {2}, "what was heard was answered otherwise"


async def test_the_same_scan_twenty_times_at_once_is_one(both: Both, street: Street) -> None:
    code = await street.begins()
    member = both.hastily(street.evenings.world.member)
    body = {"device": "first-phone", "scans": [a_scan(code)]}
    answers = await asyncio.gather(*(insist(member, "/scans", body) for _ in range(20)))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["items"][0]["outcome"] == "accepted"
    assert await counted(both, "scans", "sign_ups", "engagements") == [1, 1, 1]


@pytest.mark.parametrize("signs_up", [True, False])
async def test_one_person_on_twenty_devices_at_once_is_there_once(both: Both, street: Street, signs_up: bool) -> None:
    code, world = await street.begins(-10), street.evenings.world
    if signs_up:
        await street.evenings.sign_up(world.member, street.activity)
    member = both.hastily(world.member)
    bodies = [{"device": f"phone-{number:04}", "scans": [a_scan(code)]} for number in range(20)]
    answers = await asyncio.gather(*(insist(member, "/scans", body) for body in bodies))
    found = [answer.json()["items"][0] for answer in answers]
    assert {one["outcome"] for one in found} == {"accepted", "already"}
    (one,) = await street.sign_ups()
    async with both.sessions() as session:  # who was heard first may be written later: the earliest arrival stands
        assert one.arrived_at == await session.scalar(text("SELECT min(counts_at) FROM scans"))
    assert await counted(both, "scans", "sign_ups", "engagements") == [20, 1, 1]


async def test_who_leaves_on_twenty_devices_at_once_is_booked_once(both: Both, street: Street) -> None:
    code = await street.begins()
    await ok(
        both.hastily(street.evenings.world.member).post("/scans", {"device": "phone-0000", "scans": [a_scan(code)]})
    )
    await street.at(evening() + timedelta(minutes=95))
    member = both.hastily(street.evenings.world.member)
    bodies = [{"device": f"phone-{number:04}", "scans": [a_scan(code)]} for number in range(20)]
    answers = await asyncio.gather(*(insist(member, "/scans", body) for body in bodies))
    assert {answer.json()["items"][0]["action"] for answer in answers} == {"leave"}
    (one,) = await street.sign_ups()
    assert (one.state, one.minutes) == ("done", 90)
    assert await counted(both, "ledger_entries") == [1]


async def test_a_crowd_at_one_poster_is_there_once_each(both: Both, street: Street, committing: Settings) -> None:
    code, world = await street.begins(), street.evenings.world
    crowd = await a_crowd(both.sessions, committing, world.branch, both.hasty, 100)
    sent = [(who, {"device": f"phone-{n:04}", "scans": [a_scan(code)]}) for n, who in enumerate(crowd)]
    answers = await asyncio.gather(*(insist(who, "/scans", body) for who, body in sent * 2))
    assert {answer.json()["items"][0]["outcome"] for answer in answers} == {"accepted"}
    assert await counted(both, "scans", "sign_ups", "engagements") == [100, 100, 100]


async def test_the_third_on_one_device_is_marked(both: Both, street: Street) -> None:
    code, world = await street.begins(audience="all"), street.evenings.world
    for who in (world.member, world.second, world.filer):
        await ok(both.hastily(who).post("/scans", {"device": "one-phone-of-all", "scans": [a_scan(code)]}))
    async with both.sessions() as session:
        flags = list(await session.scalars(text("SELECT flags FROM scans ORDER BY id")))
    assert flags == [[], [], ["shared_device"]]


async def test_who_is_booked_elsewhere_is_refused(both: Both, street: Street) -> None:
    code, world = await street.begins(-10), street.evenings.world
    other = await street.evenings.published(at=evening() + timedelta(minutes=30))
    await street.evenings.sign_up(world.member, other)
    scan = a_scan(code, subject_id=street.shift_id)
    (one,) = (await ok(both.hastily(world.member).post("/scans", {"device": "first-phone", "scans": [scan]})))["items"]
    assert (one["outcome"], one["reason"]) == ("refused", "overlaps")
    assert await counted(both, "sign_ups", "scans") == [1, 1]


async def test_a_revoked_sign_in_and_anothers_nonce(both: Both, street: Street) -> None:
    code, world = await street.begins(), street.evenings.world
    body = {"device": "first-phone", "scans": [a_scan(code)]}
    await ok(both.hastily(world.member).post("/scans", body))
    (theirs,) = (await ok(both.hastily(world.second).post("/scans", body)))["items"]
    assert (theirs["outcome"], theirs["reason"]) == ("refused", "nonce_taken")
    async with both.sessions() as session:
        await session.execute(text("UPDATE sign_ins SET revoked_at = now()"))
        await session.commit()
    assert refusal(await both.hastily(world.member).post("/scans", body)) == (401, "token_invalid")


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[httpx2.Response]]) -> None:
    """Something happens once between a gate and what is written after it."""
    rows, happened = Line.rows, list[httpx2.Response]()

    async def slowly(line: Line, statement: Any, **values: Any) -> Any:
        found = await rows(line, statement, **values)
        if statement is hot_queries.GATE and not happened:
            happened.append(await happens())
            assert happened[0].status_code == 200, happened[0].text
        return found

    monkeypatch.setattr(Line, "rows", slowly)


async def test_a_shift_that_is_called_off_meanwhile_takes_nobody(
    both: Both, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, world = await street.begins(-10), street.evenings.world
    meanwhile(monkeypatch, lambda: world.desk.post(f"/shifts/{street.shift_id}/cancel", {"reason": "下雨"}))
    (one,) = await send(both.hastily(world.member), a_scan(code))
    assert (one["outcome"], one["reason"]) == ("refused", "nothing_here")
    assert await counted(both, "sign_ups") == [0]


async def test_who_is_marked_present_meanwhile_is_there_already(
    both: Both, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, world = await street.begins(-10), street.evenings.world
    made = await street.evenings.sign_up(world.member, street.activity)
    marks = {"marks": [{"sign_up_id": made["id"], "mark": "present"}]}
    meanwhile(monkeypatch, lambda: world.desk.post(f"/shifts/{street.shift_id}/roll-call", marks))
    (one,) = await send(both.hastily(world.member), a_scan(code))
    assert one["outcome"] == "already"
    assert (await street.evenings.happened(street.activity)).count("attended") == 1


async def test_a_device_that_another_uses_meanwhile_is_marked(
    both: Both, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, world = await street.begins(), street.evenings.world
    await ok(world.admin.put("/policies/scan_device_people", {"region_code": "", "value": 2, "from": "2026-01-01"}))
    theirs = {"device": "phone-0001", "scans": [a_scan(code)]}
    meanwhile(monkeypatch, lambda: world.second.post("/scans", theirs))
    await send(both.hastily(world.member), a_scan(code), device="phone-0001")
    async with both.sessions() as session:
        flags = list(await session.scalars(text("SELECT flags FROM scans ORDER BY id")))
    assert sorted(flags) == [[], ["shared_device"]]


async def counted(both: Both, *tables: str) -> list[int]:
    async with both.sessions() as session:
        found = [await session.scalar(select(func.count()).select_from(table(one))) for one in tables]
    return [int(one or 0) for one in found]
