"""Scans that wait for a person: out of time, out of range, heard late; who decides of them, and once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.checkins.scan_models import Scan, ScanLocation
from app.kit import clock
from tests.activities.evenings import evening
from tests.checkins.scanning import Street, a_scan, scanned, send
from tests.client import refusal
from tests.demands.world import COMMUNITY, claimed, ids, ok, opened, seen

HALL: dict[str, Any] = {"lng": 116.2, "lat": 39.9, "coord_type": "wgs84"}


async def held(street: Street, **query: Any) -> list[dict[str, Any]]:
    """What waits for our desk."""
    found: list[dict[str, Any]] = (await ok(street.evenings.world.desk.get("/scans", **query)))["items"]
    return found


async def test_a_scan_out_of_time_waits_and_counts_from_when_a_person_says(street: Street) -> None:
    code = await street.begins(-60)
    world = street.evenings.world
    (early,) = await send(world.member, a_scan(code, subject_id=street.shift_id))
    assert (early["outcome"], early["reason"], early["decided"]) == ("pending", "out_of_time", None)
    (one,) = await held(street)
    assert (one["name"], one["action"], one["actions"]) == ("党员1号", "attend", ["decide"])
    assert await street.roll() == []
    path = f"/scans/{one['id']}/decide"
    await street.at(evening() + timedelta(minutes=30))
    world = street.evenings.world
    assert refusal(await world.desk.post(path, {"accepted": True})) == (409, "out_of_time")
    begun = (evening() + timedelta(minutes=5)).isoformat()
    decided = await ok(world.desk.post(path, {"accepted": True, "at": begun}))
    assert (decided["decided"], decided["actions"]) == (True, [])
    (there,) = await street.sign_ups()
    assert (there.state, there.arrival) == ("present", "confirmed")
    assert refusal(await world.desk.post(path, {"accepted": False, "cause": "not_there"})) == (
        409,
        "action_not_allowed",
    )
    assert await held(street) == []


async def test_who_leads_decides_and_nobody_of_their_own_scan(street: Street) -> None:
    world = street.evenings.world
    code = await street.begins(-60, leader_ids=ids(world.members[:2]))
    world = street.evenings.world
    await send(world.member, a_scan(code, subject_id=street.shift_id))
    (theirs,) = (await ok(world.second.get("/scans", subject_id=street.shift_id)))["items"]
    (own,) = (await ok(world.member.get("/scans")))["items"]
    assert (own["actions"], theirs["actions"]) == ([], ["decide"])
    path = f"/scans/{theirs['id']}/decide"
    assert refusal(await world.member.post(path, {"accepted": True})) == (403, "forbidden")
    assert refusal(await world.far.post(path, {"accepted": True})) == (404, "not_found")
    refused = await ok(world.second.post(path, {"accepted": False, "cause": "not_there"}))
    assert refused["decided"] is False
    assert await street.roll() == []


async def test_a_screens_code_that_a_phone_kept_waits_and_counts_from_when_it_was_shown(street: Street) -> None:
    await street.begins()
    world = street.evenings.world
    shown = await ok(world.desk.get(f"/places/{street.place['id']}/code"))
    at = clock.now()
    kept = a_scan(shown["code"], offline=True)
    await street.at(evening() + timedelta(minutes=65))
    world = street.evenings.world
    (late,) = await send(world.member, kept)
    assert (late["outcome"], late["reason"]) == ("pending", "heard_late")
    (one,) = await held(street)
    await ok(world.desk.post(f"/scans/{one['id']}/decide", {"accepted": True}))
    (there,) = await street.sign_ups()
    assert (there.arrival, there.arrived_at and abs(at - there.arrived_at) < timedelta(seconds=25)) == (
        "measured",
        True,
    )


async def test_done_before_arrived_waits_until_somebody_hears_of_the_arrival(street: Street) -> None:
    code, world = await street.hang("serve"), street.evenings.world
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    finish = a_scan(code, action="finish", subject_id=claim["id"])
    (first,) = await send(world.member, finish)
    assert (first["outcome"], first["reason"]) == ("pending", "not_begun")
    assert await scanned(world.member, code, action="arrive", device="another-phone") == ("accepted", None)
    assert (await seen(world.member, demand))["my_claim"]["state"] == "completed"
    (again,) = await send(world.member, finish)
    assert (again["outcome"], again["decided"]) == ("pending", True)
    assert await held(street) == []


async def test_what_is_finished_by_hand_ends_when_it_was_scanned(street: Street) -> None:
    await rule(street, "scan_location", True)
    code, world = await street.hang("serve", location=HALL), street.evenings.world
    claim = await claimed(world.member, await opened(world))
    await scanned(world.member, code)
    await street.at(clock.now() + timedelta(minutes=40))
    world = street.evenings.world
    away = {**HALL, "lat": 39.95}
    assert await scanned(world.member, code, location=away) == ("pending", "out_of_range")
    await street.at(clock.now() + timedelta(hours=1))
    world = street.evenings.world
    (one,) = await held(street)
    await ok(world.desk.post(f"/scans/{one['id']}/decide", {"accepted": True}))
    done = await ok(world.desk.get(f"/claims/{claim['id']}"))
    assert (done["minutes"], done["provenance"]) == (40, "confirmed")


async def rule(street: Street, key: str, value: object) -> None:
    body = {"region_code": COMMUNITY, "value": value, "from": "2026-01-01"}
    await ok(street.evenings.world.admin.put(f"/policies/{key}", body))


async def test_a_location_is_neither_looked_at_nor_kept_unless_a_region_says_so(
    street: Street, session: AsyncSession
) -> None:
    code = await street.begins()
    world = street.evenings.world
    far = {"lng": 121.5, "lat": 31.2, "coord_type": "wgs84", "accuracy": 0}
    assert await scanned(world.member, code, location=far) == ("accepted", None)
    assert (await session.scalars(select(ScanLocation))).all() == []


async def test_out_of_range_and_suspicious_places_wait_and_travel_is_marked(
    street: Street, session: AsyncSession
) -> None:
    await rule(street, "scan_location", True)
    code = await street.hang(location=HALL)
    street.activity = await street.evenings.published()
    await street.at(evening())
    world = street.evenings.world
    corpus: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
        ({"lat": 39.901, "accuracy": 30.0}, ("accepted", None)),
        ({"lat": 39.91}, ("pending", "out_of_range")),
        ({"lat": 39.91, "accuracy": 900.0}, ("already", None)),
        ({"accuracy": 0}, ("pending", "suspicious_place")),
        ({"accuracy": 5_000.0}, ("pending", "suspicious_place")),
        ({"lng": 0, "lat": 0}, ("pending", "suspicious_place")),
        ({"lng": 116.2061, "lat": 39.9014, "coord_type": "gcj02"}, ("already", None)),
        ({"lng": 121.5, "lat": 31.2}, ("pending", "out_of_range")),
    ]
    for where, wanted in corpus:
        assert await scanned(world.member, code, action="attend", location=HALL | where) == wanted, where
    flags = (await session.scalars(select(Scan.flags).order_by(Scan.id))).all()
    assert flags == [[], [], [], [], [], ["travel"], ["travel"], ["travel"]]
    marked = await held(street, flagged="true")
    assert [one["flags"] for one in marked] == [["travel"]] * 3
    assert marked[0]["distance"] > 1_000_000


async def test_where_nobody_can_be_is_malformed(street: Street) -> None:
    code, world = await street.hang(), street.evenings.world
    for wrong in ({"lat": 91}, {"lng": "NaN"}, {"accuracy": -1}):
        body = {"device": "phone-0001", "scans": [a_scan(code, location=HALL | wrong)]}
        assert refusal(await world.member.post("/scans", body)) == (422, "invalid_request")


async def test_one_device_for_many_is_marked_and_counts_all_the_same(street: Street, session: AsyncSession) -> None:
    code = await street.begins()
    world = street.evenings.world
    for who in (world.member, world.second):
        assert await scanned(who, code) == ("accepted", None)
    world_desk = world.desk
    third = await scanned(world.filer, code)
    assert third == ("refused", "nothing_here")
    flags = (await session.scalars(select(Scan.flags).order_by(Scan.id))).all()
    assert flags == [[], [], []]
    await rule(street, "scan_device_people", 2)
    assert await scanned(world.second, code) == ("already", None)
    (one,) = (await ok(world_desk.get("/scans", flagged="true")))["items"]
    assert (one["flags"], one["outcome"]) == (["shared_device"], "already")
