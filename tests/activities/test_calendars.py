"""Activities in the calendar of a phone."""

from datetime import UTC
from typing import Any

from icalendar import Calendar

from tests.activities.evenings import Evenings, evening, times
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, ok

WHY = {"reason": "当晚有雨"}


async def read(who: Client, path: str) -> list[Any]:
    """The events of a feed."""
    answer = await who.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"TZID" not in answer.content
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_a_community_shows_what_is_for_residents_to_everybody(evenings: Evenings) -> None:
    spots = [{"name": "季华路"}, {"name": "印象城"}]
    await evenings.published(audience="all", spots=spots)
    await evenings.published(title="只面向党员")
    (event,) = await read(evenings.world.filer.as_(""), f"/calendars/regions/{COMMUNITY}")
    assert event["SUMMARY"] == "共享单车整治志愿服务"
    assert (event["LOCATION"], event["STATUS"]) == ("季华路、印象城", "CONFIRMED")
    assert event["DTSTART"].dt == evening().astimezone(UTC)
    assert len(await read(evenings.world.member, f"/calendars/regions/{DISTRICT}")) == 1
    assert await read(evenings.world.member, f"/calendars/regions/{ELSEWHERE}") == []
    assert refusal(await evenings.world.member.get("/calendars/regions/999999")) == (404, "not_found")


async def test_a_feed_that_has_not_changed_is_not_sent_again(evenings: Evenings) -> None:
    activity = await evenings.published(audience="all")
    who, path = evenings.world.member, f"/api/v1/calendars/regions/{COMMUNITY}"
    tag = (await who.http.get(path)).headers["ETag"]
    assert (await who.http.get(path, headers={"If-None-Match": tag})).status_code == 304
    await ok(evenings.world.desk.post(f"/shifts/{activity['shifts'][0]['id']}/cancel", WHY))
    changed = await who.http.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, b"STATUS:CANCELLED" in changed.content) == (200, True)
    assert b"SEQUENCE:1" in changed.content


async def test_ones_own_calendar_follows_what_becomes_of_each_sign_up(evenings: Evenings) -> None:
    world = evenings.world
    first, second = await evenings.published(), await evenings.published(at=evening(3), capacity=1)
    mine = await evenings.sign_up(world.member, first)
    await evenings.sign_up(world.second, second)
    await evenings.sign_up(world.member, second)
    address = (await ok(world.member.post("/me/calendar"), 201))["address"]
    assert [event["STATUS"] for event in await read(world.stranger, address)] == ["CONFIRMED", "TENTATIVE"]
    new = times(evening(6)) | WHY
    await ok(world.desk.post(f"/shifts/{second['shifts'][0]['id']}/move", new))
    await ok(world.member.post(f"/sign-ups/{mine['id']}/cancel"))
    off, moved = await read(world.stranger, address)
    assert (off["STATUS"], moved["SEQUENCE"]) == ("CANCELLED", 1)
    assert moved["DTSTART"].dt == evening(6).astimezone(UTC)


async def test_a_secret_address_ends_with_the_next_one_or_when_it_is_taken_back(evenings: Evenings) -> None:
    member = evenings.world.member
    assert (await ok(member.get("/me/calendar")))["made_at"] is None
    first = (await ok(member.post("/me/calendar"), 201))["address"]
    second = (await ok(member.post("/me/calendar"), 201))["address"]
    assert refusal(await member.get(first)) == (404, "not_found")
    assert await read(member, second) == []
    assert (await ok(member.get("/me/calendar")))["address"] is None, "it is shown once"
    assert (await member.delete("/me/calendar")).status_code == 204
    assert refusal(await member.get(second)) == (404, "not_found")
    assert (await member.get("/me/export")).json()["tables"]["calendar_links"] == []
