"""A crowd scans one poster through two workers, each once; beside what the database does alone for as many rows."""

import itertools
import random
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from app.kit import clock
from bench import limit, load
from bench.server import Server
from bench.town import COMMUNITY, Town, base, build, post

CONNECTIONS = 16
WANTED = 0.30
ALONE = """
\\set person random(1, {people})
WITH came AS (
    INSERT INTO sign_ups (id, shift_id, person_kind, person_id, state, walk_in, leave_freely, made_by, made_at,
        arrived_at, arrival, auto_left, late)
    VALUES (gen_random_uuid(), '{shift}', 'member', gen_random_uuid(), 'present', true, false,
        bench_id({accounts} + :person), now(), now(), 'measured', false, false)
    RETURNING id, person_id, arrived_at
), booked AS (
    INSERT INTO engagements (id, person_id, during, source_kind, source_id, live)
    SELECT gen_random_uuid(), person_id, tstzrange(now(), now() + interval '2 hours'), 'activity', id, true FROM came
), told AS (
    INSERT INTO events (id, kind, subject, region_code, actor, payload, at)
    SELECT gen_random_uuid(), 'activity.attended', '{activity}', '{region}',
        bench_id({accounts} + :person), jsonb_build_object('sign_up_id', id, 'shift_id', '{shift}'), now() FROM came
)
INSERT INTO scans (id, device, nonce, scanned_by, purpose, number, place_id, region_code, action, subject_id,
    person_kind, person_id, "offline", claimed_at, received_at, outcome, counts_at, flags)
SELECT gen_random_uuid(), id::text, 'nonce-0001', bench_id({accounts} + :person), 'P', '{number}',
    '{place}', '{region}', 'attend', '{shift}', 'member', person_id, false, now(), now(), 'accepted', arrived_at, '{{}}'
FROM came;
"""
"""All that a scan writes, in one statement: what it would be at its best."""
SCANNED = """
SELECT count(*), count(DISTINCT person_id), count(*) FILTER (WHERE outcome = 'accepted'),
    extract(epoch FROM max(received_at) - min(received_at))::float FROM scans
"""
PRESENT = "SELECT count(*) FROM sign_ups WHERE state = 'present'"


def show(console: Console, server: Server, people: int, seconds: float) -> None:
    """Let everybody scan once, and print how fast that was and whether everybody is there."""
    town = build(server, members=people, demands=1)
    town.sign_in(people)
    place = post(server, town.desk, "/places", {"region_code": COMMUNITY, "purpose": "attend"})
    activity = _activity(town)
    shift = activity["shifts"][0]["id"]
    _crowd(town, place["code"], shift, people, seconds)
    [[scans, persons, accepted, took]] = server.run(SCANNED)
    [[present]] = server.run(PRESENT)
    number = place["number"].replace("-", "")
    named = {"accounts": base("accounts"), "region": COMMUNITY}
    named |= {"people": people, "shift": shift, "activity": activity["id"], "place": place["id"], "number": number}
    alone = limit.run(server, ALONE.format(**named), seconds)
    table = Table("people", "scans", "accepted", "present", "scans/s", "database/s", "ratio", "wanted")
    rate = scans / max(took, 0.001)
    figures = (people, scans, accepted, present, f"{rate:,.0f}", f"{alone:,.0f}", f"{rate / alone:.3f}", WANTED)
    table.add_row(*map(str, figures))
    console.print(table)
    if not scans == persons == accepted == present == people:
        raise SystemExit("not everybody is there exactly once")


def _activity(town: Town) -> dict[str, Any]:
    begins = clock.now() + timedelta(minutes=15)
    shift = {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=2)).isoformat()}
    body = {
        "kind": "volunteering",
        "title": "夜间巡逻",
        "description": "夜间巡逻",
        "region_code": COMMUNITY,
        "shifts": [shift | {"roles": [{"name": "队员", "capacity": 10}]}],
    }
    made = post(town.server, town.desk, "/activities", body)
    return post(town.server, town.desk, f"/activities/{made['id']}/publish", {})


def _crowd(town: Town, code: str, shift: str, people: int, seconds: float) -> None:
    """Drive until everybody has scanned; whoever comes again sends the same scan, which is answered as before."""
    numbers = itertools.cycle(range(1, people + 1))
    begun = clock.now().isoformat()

    def make(_: random.Random) -> bytes:
        person = next(numbers)
        scan = {"nonce": f"nonce-{person:06}", "code": code, "scanned_at": begun, "subject_id": shift}
        return town.request("POST", "/scans", person, {"device": f"phone-{person:06}", "scans": [scan]})

    scanned = 0
    while scanned < people:
        numbers = itertools.cycle([*range(scanned + 1, people + 1), *range(1, scanned + 1)])
        load.drive(town.server.port, make, connections=CONNECTIONS, seconds=seconds)
        [[scanned]] = town.server.run("SELECT count(*) FROM scans")
