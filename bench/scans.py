"""A crowd scans one poster through two workers, each once; beside what the database does alone with the same."""

import argparse
import random
import statistics
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from app.kit import clock
from bench import limit, load
from bench.server import Server
from bench.town import COMMUNITY, Town, build, post

CONNECTIONS = 16
WANTED = 0.30
LONGEST = 600.0
"""Seconds in which everybody has surely scanned."""
DRAWN = ("accounts", "sign_ins")
"""Of whom pgbench scans; the people themselves it makes anew, since nobody walks in twice."""
SCANNED = """
SELECT count(*), count(DISTINCT person_id), count(*) FILTER (WHERE outcome = 'accepted')
FROM scans WHERE nonce LIKE '{nonce}%'
"""
PRESENT = "SELECT count(*) FROM sign_ups WHERE state = 'present'"
GO_HOME = (
    "UPDATE engagements SET live = false WHERE live",
    "UPDATE sign_ups SET state = 'cancelled' WHERE state = 'present'",
    "VACUUM ANALYZE engagements",
    "VACUUM ANALYZE sign_ups",
    "VACUUM ANALYZE scans",
)
"""Everybody may walk in again."""


def show(console: Console, server: Server, people: int, asked: argparse.Namespace) -> None:
    """Let everybody scan once a round, and print how fast that was and whether everybody is there."""
    town = build(server, members=people, demands=1)
    place = post(server, town.desk, "/places", {"region_code": COMMUNITY, "purpose": "attend"})
    shift = _shift(town)
    town.sign_in(people)
    samples = [(_scan(town, person, "sample", place["code"], shift), 1, person) for person in range(1, 7)]
    statements = limit.script(*limit.sample(server, samples), town, DRAWN)
    if asked.scripts:
        console.print(statements, markup=False, highlight=False, soft_wrap=True)
    http, database, spent = [], [], 0.0
    for number in range(asked.rounds):
        town.sign_in(people)
        before = server.cpu_seconds()
        http.append(_crowd(town, f"round-{number}", place["code"], shift, people))
        spent += server.cpu_seconds() - before
        database.append(limit.run(server, statements, asked.seconds))
    cpu_us = 1e6 * spent / (asked.rounds * people)
    ratio = statistics.median(one / other for one, other in zip(http, database, strict=True))
    table = Table(
        "people",
        "scans/s",
        "database/s",
        "ratio",
        "wanted",
        "app CPU µs",
        title="median of alternating rounds; 2 workers",
    )
    figures = (statistics.median(http), statistics.median(database))
    table.add_row(str(people), *(f"{one:,.0f}" for one in figures), f"{ratio:.3f}", str(WANTED), f"{cpu_us:,.0f}")
    console.print(table)


def _shift(town: Town) -> str:
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
    published: dict[str, Any] = post(town.server, town.desk, f"/activities/{made['id']}/publish", {})
    return str(published["shifts"][0]["id"])


def _scan(town: Town, person: int, nonce: str, code: str, shift: str) -> bytes:
    scan = {"nonce": f"{nonce}-{person:06}", "code": code, "scanned_at": "2026-01-01T00:00:00Z", "subject_id": shift}
    return town.request("POST", "/scans", person, {"device": f"phone-{person:06}", "scans": [scan]})


def _crowd(town: Town, nonce: str, code: str, shift: str, people: int) -> float:
    """Scans a second, until everybody has scanned once."""
    town.server.run(*GO_HOME)
    numbers = iter(range(1, people + 1))

    def make(_: random.Random) -> bytes:
        person = next(numbers, None)
        return b"" if person is None else _scan(town, person, nonce, code, shift)

    run = load.drive(town.server.port, make, connections=CONNECTIONS, seconds=LONGEST)
    [[scanned, persons, accepted]] = town.server.run(SCANNED.format(nonce=nonce))
    [[present]] = town.server.run(PRESENT)
    if not scanned == persons == accepted == present == people:
        raise SystemExit("not everybody is there exactly once")
    return run.rate
