"""Codes that end by themselves: a screenshot is too late, one's own code counts once, no phone's clock is asked."""

from datetime import timedelta
from typing import Any

import pytest

from app.kit import clock, codes
from app.kit.codes import Purpose
from tests.activities.evenings import evening
from tests.checkins.places import a_place
from tests.checkins.scanning import Street, scanned
from tests.conftest import KEYRING
from tests.demands.world import ELSEWHERE, ids, ok


async def led(street: Street, minutes: float = 5) -> None:
    """An evening that `member` leads."""
    await street.begins(minutes, leader_ids=ids(street.evenings.world.members[:1]))


async def own_code(street: Street) -> str:
    code: str = (await ok(street.evenings.world.second.get("/me/code")))["code"]
    return code


@pytest.mark.parametrize(("seconds", "outcome"), [(0, "accepted"), (40, "refused"), (60, "refused")])
async def test_a_screenshot_of_a_screen_counts_forty_seconds_at_most(
    street: Street, seconds: int, outcome: str
) -> None:
    await street.begins()
    world = street.evenings.world
    shown = await ok(world.desk.get(f"/places/{street.place['id']}/code"))
    await street.at(clock.now() + timedelta(seconds=seconds))
    found = await scanned(street.evenings.world.member, shown["code"])
    assert found == (outcome, "expired" if outcome == "refused" else None)


async def test_a_code_from_elsewhere_and_one_with_another_count_say_nothing_here(street: Street) -> None:
    await street.begins()
    world = street.evenings.world
    away = await a_place(world.admin, region_code=ELSEWHERE, purpose="attend")
    here = {"subject_id": street.shift_id}
    assert await scanned(world.member, away["code"], **here) == ("refused", "nothing_here")
    shown = (await ok(world.desk.get(f"/places/{street.place['id']}/code")))["code"]
    later = codes.make(KEYRING, Purpose.SCREEN, shown[1:13], clock.now() + timedelta(seconds=60))
    assert await scanned(world.member, later) == ("refused", "not_yet")
    for forged in (shown[:-1] + ("0" if shown[-1] != "0" else "1"), shown[:20] + later[20:], shown[:13] + later[13:20]):
        found = await scanned(world.member, forged)
        assert found[1] in ("forged", "not_ours")
    renewed = await ok(world.desk.post(f"/places/{street.place['id']}/renew"))
    assert await scanned(world.member, street.place["code"]) == ("refused", "replaced")
    assert await scanned(world.member, renewed["url"]) == ("accepted", None)
    assert renewed["scans"] == 0
    counted = await ok(world.desk.get(f"/places/{street.place['id']}"))
    assert counted["scans"] == 1


@pytest.mark.parametrize("offline", [True, False])
@pytest.mark.parametrize("hours", [2, -2])
async def test_a_phone_two_hours_off_changes_nothing_that_counts(street: Street, hours: int, offline: bool) -> None:
    code = await street.begins(20)
    claims: dict[str, Any] = {"scanned_at": (clock.now() + timedelta(hours=hours)).isoformat(), "offline": offline}
    assert await scanned(street.evenings.world.member, code, **claims) == ("accepted", None)
    await street.at(evening() + timedelta(minutes=80))
    claims["scanned_at"] = (clock.now() + timedelta(hours=hours)).isoformat()
    assert await scanned(street.evenings.world.member, code, **claims) == ("accepted", None)
    (one,) = await street.sign_ups()
    assert (one.state, one.minutes, one.arrival, one.departure) == ("done", 60, "measured", "measured")


async def test_a_leader_scans_somebodys_own_code_once(street: Street) -> None:
    await led(street)
    world, code = street.evenings.world, await own_code(street)
    second = world.members[1].id
    assert await scanned(world.member, code, device="leaders-phone") == ("accepted", None)
    assert await scanned(world.member, code, device="leaders-phone") == ("refused", "used")
    assert await scanned(world.desk, code, device="desks-phone", subject_id=street.shift_id) == ("refused", "used")
    (one,) = await street.sign_ups()
    assert (one.person_id, one.state, one.arrival) == (second, "present", "measured")
    fresh = await own_code(street)
    if fresh != code:
        assert await scanned(world.member, fresh) == ("already", None)


async def test_ones_own_code_ends_after_a_minute(street: Street) -> None:
    await led(street)
    code = await own_code(street)
    await street.at(clock.now() + timedelta(seconds=60))
    assert await scanned(street.evenings.world.member, code) == ("refused", "expired")


async def test_only_who_leads_scans_peoples_codes_and_nobody_their_own(street: Street) -> None:
    await led(street)
    world, code = street.evenings.world, await own_code(street)
    here = {"subject_id": street.shift_id}
    assert await scanned(world.second, code, **here) == ("refused", "own_code")
    assert await scanned(world.far, code, **here) == ("refused", "not_allowed")
    assert await scanned(world.far, code) == ("refused", "nothing_here")
    assert await scanned(world.stranger, code, **here) == ("refused", "not_yours")
    assert await scanned(world.member, code, action="enroll") == ("refused", "other_purpose")
    nobodys = codes.make(KEYRING, Purpose.MEMBER, "000000000000", clock.now())
    assert await scanned(world.member, nobodys) == ("refused", "unknown_person")
    assert await scanned(world.member, code, **here) == ("accepted", None)


async def test_what_is_no_scan_says_so_and_what_may_be_several_asks(street: Street) -> None:
    await street.evenings.published(title="同一晚的另一个活动")
    code = await street.begins()
    world = street.evenings.world
    filing = await a_place(world.desk, purpose="file")
    assert await scanned(world.member, filing["code"]) == ("refused", "other_purpose")
    receipt = codes.make(KEYRING, Purpose.RECEIPT, codes.new_number())
    assert await scanned(world.member, receipt) == ("refused", "other_purpose")
    assert await scanned(world.member, code, action="arrive") == ("refused", "other_purpose")
    assert await scanned(world.far, code, subject_id=street.shift_id) == ("refused", "not_invited")
    assert await scanned(world.member, code) == ("refused", "choose")
    assert await scanned(world.member, code, subject_id=street.shift_id) == ("accepted", None)
