"""The registry of places: made, renewed, revoked, found; and the codes that end by themselves."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, codes
from app.kit.codes import Purpose
from app.kit.events import Event
from app.settings import Settings
from tests.checkins.places import a_place
from tests.client import refusal
from tests.clock import move_clock
from tests.conftest import KEYRING
from tests.demands.world import COMMUNITY, ELSEWHERE, World, ok

LOBBY = {"name": "党群服务中心", "address": "八角南路5号", "purpose": "attend"}


def _in(**distance: int) -> str:
    return (clock.now() + timedelta(**distance)).isoformat()


async def test_a_place_without_a_name_is_the_whole_region(world: World) -> None:
    made = await a_place(world.desk)
    assert (made["name"], made["address"], made["region_name"]) == (
        "八角南路社区",
        None,
        "石景山区八角街道八角南路社区",
    )
    assert (made["version"], made["state"], made["actions"]) == (1, "live", ["renew", "revoke"])
    code = codes.read(KEYRING, made["code"], clock.now())
    assert (code.purpose, codes.in_groups(code.number)) == (Purpose.PLACE, made["number"])
    assert made["url"] == f"http://yihu.test/q/{made['code']}"


async def test_the_address_of_a_code_is_that_of_the_setting(world: World, settings: Settings) -> None:
    state = world.desk.http._transport.app.state  # type: ignore[attr-defined]
    state.settings = settings.model_copy(update={"public_url": "https://yihu.example.cn/"})
    made = await a_place(world.desk)
    assert made["url"] == f"https://yihu.example.cn/q/{made['code']}"


async def test_renewing_makes_another_code_and_each_step_is_in_the_log(world: World, session: AsyncSession) -> None:
    made = await a_place(world.desk, **LOBBY)
    renewed = await ok(world.desk.post(f"/places/{made['id']}/renew", {"expires_at": _in(days=30)}))
    assert (renewed["id"], renewed["version"], renewed["state"]) == (made["id"], 2, "live")
    assert renewed["number"] != made["number"]
    revoked = await ok(world.desk.post(f"/places/{made['id']}/revoke"))
    assert (revoked["state"], revoked["actions"]) == ("revoked", ["renew"])
    assert refusal(await world.desk.post(f"/places/{made['id']}/revoke")) == (409, "action_not_allowed")
    again = await ok(world.desk.post(f"/places/{made['id']}/renew"))
    assert (again["version"], again["state"], again["expires_at"]) == (3, "live", None)
    told = (await session.scalars(select(Event).where(Event.kind.startswith("place.")).order_by(Event.n))).all()
    steps = [("place.made", 1), ("place.renewed", 2), ("place.revoked", 2), ("place.renewed", 3)]
    assert [(one.kind, one.payload["version"]) for one in told] == steps


async def test_a_code_ends_at_its_date(world: World, settings: Settings) -> None:
    made = await a_place(world.desk, expires_at=_in(minutes=10))
    move_clock(settings, timedelta(minutes=9))
    assert (await ok(world.desk.get(f"/places/{made['id']}")))["state"] == "live"
    move_clock(settings, timedelta(minutes=10, seconds=1))
    assert (await ok(world.desk.get(f"/places/{made['id']}")))["state"] == "expired"
    for path, query in ((f"/places/{made['id']}/code", {}), ("/places/posters", {"place_id": made["id"]})):
        assert refusal(await world.desk.get(path, **query)) == (409, "code_ended")


@pytest.mark.parametrize("wrong", [{"name": "\u202e"}, {"name": "长" * 41}, {"address": "\x07"}, {"version": 2}])
async def test_what_a_poster_cannot_show_is_refused(world: World, wrong: dict[str, object]) -> None:
    body = {"region_code": COMMUNITY, "purpose": "enroll", **wrong}
    assert refusal(await world.desk.post("/places", body)) == (422, "invalid_request")


async def test_a_name_is_one_line_of_what_can_be_seen(world: World) -> None:
    assert (await a_place(world.desk, name=" 党群\n\t服务\u202e中心\u3000一层 "))["name"] == "党群 服务中心 一层"


async def test_a_date_that_has_passed_and_a_region_that_is_not_there_are_refused(world: World) -> None:
    body = {"region_code": COMMUNITY, "purpose": "enroll"}
    assert refusal(await world.desk.post("/places", {**body, "expires_at": _in(seconds=-1)})) == (
        422,
        "invalid_request",
    )
    assert refusal(await world.desk.post("/places", {**body, "region_code": f"{COMMUNITY}-77"})) == (
        422,
        "invalid_request",
    )
    made = await a_place(world.desk)
    assert refusal(await world.desk.post(f"/places/{made['id']}/renew", {"expires_at": _in(days=-1)})) == (
        422,
        "invalid_request",
    )


async def test_a_desk_lists_its_own_places_and_finds_one_by_the_number_that_is_read_out(world: World) -> None:
    first, second = await a_place(world.desk), await a_place(world.desk, **LOBBY)
    away = await a_place(world.admin, region_code=ELSEWHERE)
    listed = (await ok(world.desk.get("/places")))["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    of_purpose = (await ok(world.admin.get("/places", purpose="attend")))["items"]
    assert [one["id"] for one in of_purpose] == [second["id"]]
    there = (await ok(world.admin.get("/places", region_code=ELSEWHERE)))["items"]
    assert [one["id"] for one in there] == [away["id"]]
    spoken = first["number"].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    found = (await ok(world.desk.get("/places", number=spoken)))["items"]
    assert [one["id"] for one in found] == [first["id"]]
    assert (await ok(world.desk.get("/places", number=away["number"])))["items"] == []


async def test_a_screen_shows_a_code_that_changes_every_twenty_seconds(world: World, settings: Settings) -> None:
    made, before = await a_place(world.desk), clock.now()
    shown = await ok(world.desk.get(f"/places/{made['id']}/code"))
    code = codes.read(KEYRING, shown["code"], clock.now())
    assert (code.purpose, codes.in_groups(code.number)) == (Purpose.SCREEN, made["number"])
    until, next_at = (datetime.fromisoformat(shown[name]) for name in ("until", "next_at"))
    assert (code.until, until - next_at) == (until, timedelta(seconds=20))
    assert before < next_at <= clock.now() + timedelta(seconds=20)
    move_clock(settings, timedelta(seconds=20))
    assert (await ok(world.desk.get(f"/places/{made['id']}/code")))["code"] != shown["code"]


async def test_everybody_has_a_code_of_their_own_for_a_minute(world: World) -> None:
    mine, others = [await ok(who.get("/me/code")) for who in (world.member, world.stranger)]
    code = codes.read(KEYRING, mine["code"], clock.now())
    assert (code.purpose, len(mine["code"])) == (Purpose.MEMBER, 30)
    assert code.number != codes.read(KEYRING, others["code"], clock.now()).number
    left = datetime.fromisoformat(mine["until"]) - clock.now()
    assert timedelta(seconds=58) < left <= timedelta(seconds=60)
