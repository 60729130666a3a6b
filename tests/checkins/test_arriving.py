"""Arriving with the code that a place shows: what is accepted, what is refused, and what waits for a person."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.checkins.scan_models import Scan
from app.kit import clock
from tests.checkins.scanning import Street
from tests.checkins.test_held_scans import HALL, rule
from tests.client import refusal
from tests.demands.world import NEIGHBOUR, claimed, ok, opened


async def test_what_a_screen_shows_now_is_accepted_and_kept_as_a_scan(street: Street, session: AsyncSession) -> None:
    await street.hang("serve")
    world = street.evenings.world
    claim = await claimed(world.member, await opened(world))
    shown = await ok(world.desk.get(f"/places/{street.place['id']}/code"))
    there = await ok(world.member.post(f"/claims/{claim['id']}/arrive", {"code": shown["code"]}))
    assert (there["state"], there["arrived_at"] is not None) == ("arrived", True)
    (scan,) = (await session.scalars(select(Scan))).all()
    assert (scan.outcome, scan.action, str(scan.subject_id)) == ("accepted", "arrive", claim["id"])


async def test_what_a_screen_showed_forty_seconds_ago_is_refused_and_kept(
    street: Street, session: AsyncSession
) -> None:
    await street.hang("serve")
    world = street.evenings.world
    claim = await claimed(world.member, await opened(world))
    shown = await ok(world.desk.get(f"/places/{street.place['id']}/code"))
    await street.at(clock.now() + timedelta(seconds=41))
    world = street.evenings.world
    answer = await world.member.post(f"/claims/{claim['id']}/arrive", {"code": shown["code"]})
    assert (refusal(answer), answer.json()["errors"][0]["code"]) == ((422, "invalid_request"), "expired")
    assert (await session.scalars(select(Scan.reason))).all() == ["expired"]
    assert (await ok(world.member.get(f"/claims/{claim['id']}")))["state"] == "accepted"


@pytest.mark.parametrize(
    ("purpose", "where", "reason"),
    [("attend", {}, "other_purpose"), ("serve", {"region_code": NEIGHBOUR}, "nothing_here")],
)
async def test_a_code_for_something_else_or_elsewhere_is_refused(
    street: Street, purpose: str, where: dict[str, str], reason: str
) -> None:
    world = street.evenings.world
    made = await ok(world.admin.post("/places", {"region_code": NEIGHBOUR, "purpose": purpose, **where}), 201)
    claim = await claimed(world.member, await opened(world))
    answer = await world.member.post(f"/claims/{claim['id']}/arrive", {"code": made["code"]})
    assert answer.json()["errors"][0]["code"] == reason


async def test_out_of_range_it_waits_for_the_desk_which_lets_it_count(street: Street) -> None:
    await rule(street, "scan_location", True)
    code, world = await street.hang("serve", location=HALL), street.evenings.world
    claim = await claimed(world.member, await opened(world))
    body = {"code": code, "location": {**HALL, "lat": 39.95}}
    assert refusal(await world.member.post(f"/claims/{claim['id']}/arrive", body)) == (409, "scan_waits")
    (one,) = (await ok(world.desk.get("/scans")))["items"]
    await ok(world.desk.post(f"/scans/{one['id']}/decide", {"accepted": True}))
    assert (await ok(world.member.get(f"/claims/{claim['id']}")))["state"] == "arrived"


async def test_a_code_opens_nothing_that_one_may_not_do(street: Street) -> None:
    code, world = await street.hang("serve"), street.evenings.world
    claim = await claimed(world.member, await opened(world))
    path, body = f"/claims/{claim['id']}/arrive", {"code": code}
    assert refusal(await world.stranger.post(path, body)) == (404, "not_found")
    await ok(world.member.post(path))
    assert refusal(await world.member.post(path, body)) == (409, "action_not_allowed")
