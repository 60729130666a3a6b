"""Fault 45: a batch that is shuffled, sent twice and split over three devices ends in the same state in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.kit import clock, db
from tests.checkins.places import a_place
from tests.checkins.scanning import Body, Street, a_scan, send
from tests.client import Client
from tests.clock import move_clock
from tests.demands.world import claimed, ids, ok, opened

DEVICES = ("first-phone", "second-phone", "third-phone")
MADE = ("attend", "attend", "leave", "own code", "own code", "arrive", "arrive", "finish", "finish", "enroll", "noise")
"""What was scanned, some of it by two phones."""
STATE = """
SELECT 'sign-up', s.person_id::text, s.state, coalesce(s.minutes, -1)::text, s.arrival, s.departure FROM sign_ups s
UNION ALL SELECT 'claim', id::text, state, minutes::text, provenance, '' FROM claims
UNION ALL SELECT 'service', claim_id::text, sequence::text, minutes::text, provenance, '' FROM services
UNION ALL SELECT 'entry', holder_id::text, unit, amount::text, source_kind, '' FROM ledger_entries
UNION ALL SELECT 'booked', person_id::text, source_kind, live::text, '', '' FROM engagements
UNION ALL SELECT 'enrollment', member_id::text, state, region_code, '', '' FROM enrollments
UNION ALL SELECT 'waits', id::text, reason, '', '', '' FROM scans
          WHERE outcome = 'pending' AND NOT EXISTS (SELECT FROM scan_decisions d WHERE d.scan_id = scans.id)
"""
TWICE = "SELECT action FROM scans WHERE outcome = 'accepted' GROUP BY action, person_id HAVING count(*) > 1"


@dataclass(frozen=True)
class Delivery:
    """A scan that a phone sends, together with the next one where that is the same phone's and person's."""

    made: int
    device: str


@st.composite
def deliveries(draw: st.DrawFn) -> list[Delivery]:
    """Everything that was made, on three phones, in any order, and some of it again."""
    devices = draw(st.lists(st.sampled_from(DEVICES), min_size=len(MADE), max_size=len(MADE)))
    again = draw(st.lists(st.integers(0, len(MADE) - 1), max_size=6))
    order = draw(st.permutations([*range(len(MADE)), *again]))
    return [Delivery(one, devices[one]) for one in order]


async def scans_of(street: Street) -> list[tuple[Client, Body]]:
    """Who scanned what: the first member leads the evening, and serves in between."""
    attend = await street.begins(20, leader_ids=ids(street.evenings.world.members[:1]))
    world = street.evenings.world
    serve, enroll = [(await a_place(world.desk, purpose=one))["code"] for one in ("serve", "enroll")]
    claim = await claimed(world.second, await opened(world))
    own = (await ok(world.second.get("/me/code")))["code"]
    shift, service = {"subject_id": street.shift_id}, {"subject_id": claim["id"]}
    says: dict[str, tuple[Client, str, dict[str, Any]]] = {
        "attend": (world.member, attend, {"action": "attend", **shift}),
        "leave": (world.member, attend, {"action": "leave", **shift}),
        "own code": (world.member, own, {"action": "attend", **shift}),
        "arrive": (world.second, serve, {"action": "arrive", **service}),
        "finish": (world.second, serve, {"action": "finish", **service}),
        "enroll": (world.member, enroll, {}),
        "noise": (world.member, "https://example.org/q/P12", {}),
    }
    return [(who, a_scan(code, offline=True, **said)) for who, code, said in map(says.__getitem__, MADE)]


async def deliver(made: Sequence[tuple[Client, Body]], order: Sequence[Delivery]) -> None:
    """Send it in that order; neighbours of one phone and person go as one batch, and no answer ever changes."""
    answers: dict[tuple[str, str], Body] = {}
    batch: list[Delivery] = []
    for one, following in zip(order, [*order[1:], None], strict=True):
        batch.append(one)
        if following and following.device == one.device and made[following.made][0] is made[one.made][0]:
            continue
        found = await send(made[one.made][0], *(made[each.made][1] for each in batch), device=one.device)
        for each in found:
            told = each | {"decided": None}
            assert answers.setdefault((one.device, each["nonce"]), told) == told
        batch = []


async def state(sessions: db.Sessions) -> tuple[list[Any], list[Any], int]:
    async with sessions() as session:
        rows = sorted(tuple(row) for row in await session.execute(text(STATE)))
        twice = list(await session.scalars(text(TWICE)))
        heard = await session.scalar(text("SELECT count(*) FROM scans"))
    return rows, twice, heard or 0


async def test_any_order_ends_the_same(street: Street, sessions: db.Sessions) -> None:
    made = await scans_of(street)
    began = clock.now()
    await street.evenings.session.commit()
    connection = sessions.kw["bind"]
    as_made = [Delivery(one, DEVICES[0]) for one in range(len(MADE))]
    seen: list[Any] = []

    async def outcome(order: Sequence[Delivery]) -> None:
        move_clock(street.evenings.settings, began - datetime.now(UTC))  # one's own code ends after a minute
        savepoint = await connection.begin_nested()
        try:
            await deliver(made, order)
            rows, twice, heard = await state(sessions)
        finally:
            await savepoint.rollback()
        seen.append(rows)
        assert rows == seen[0]
        assert heard == len({(one.made, one.device) for one in order})
        assert twice == []

    await outcome(as_made)
    assert [(one[0], one[2]) for one in seen[0] if one[0] in ("claim", "sign-up")] == [
        ("claim", "completed"),
        ("sign-up", "done"),
        ("sign-up", "present"),
    ]
    for example in examples():
        await outcome(example)


def examples() -> list[list[Delivery]]:
    """Orders that Hypothesis thought of; it cannot wait for a database itself."""
    found: list[list[Delivery]] = []

    @settings(max_examples=12, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(deliveries())
    def note(order: list[Delivery]) -> None:
        found.append(order)

    note()
    return found
