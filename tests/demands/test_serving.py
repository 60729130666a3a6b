"""Complete and confirm: hours with their provenance, partial work, posts, and who had arrived."""

from datetime import UTC, datetime, timedelta

import pytest

from app.demands.serving import Reckoned, reckon
from app.ledger.models import Provenance
from app.settings import Settings
from tests.client import refusal
from tests.clock import move_clock
from tests.demands.world import World, claimed, filed, in_hours, ok, opened, seen

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("began", "said", "expected"),
    [
        (timedelta(minutes=50), None, Reckoned(50, Provenance.MEASURED)),
        (timedelta(minutes=50), 60, Reckoned(60, Provenance.ENTERED)),
        (timedelta(minutes=50), 81, Reckoned(81, Provenance.ENTERED, flagged=True)),
        (timedelta(days=2), None, Reckoned(2880, Provenance.MEASURED, flagged=True)),
        (None, None, Reckoned(0, Provenance.ENTERED)),
        (None, 90, Reckoned(90, Provenance.ENTERED)),
        (None, 91, Reckoned(91, Provenance.ENTERED, flagged=True)),
        (timedelta(minutes=-5), None, Reckoned(0, Provenance.MEASURED)),
    ],
)
def test_minutes_come_from_the_clock_or_from_ones_word(
    began: timedelta | None, said: int | None, expected: Reckoned
) -> None:
    arrived = NOON - began if began is not None else None
    assert reckon(arrived, NOON - timedelta(hours=1), NOON, said, HALF_AN_HOUR) == expected


async def test_minutes_between_arrival_and_completion_are_measured(world: World, settings: Settings) -> None:
    claim = await claimed(world.member, await opened(world))
    await ok(world.member.post(f"/claims/{claim['id']}/arrive"))
    move_clock(settings, timedelta(minutes=10))
    done = await ok(world.member.post(f"/claims/{claim['id']}/complete"))
    assert (done["minutes"], done["provenance"]) == (10, "measured")
    hours = await ok(world.member.get("/me/hours"))
    assert hours["by_provenance"] == {"measured": 10, "confirmed": 0, "entered": 0}


async def test_a_confirmation_corrects_the_minutes_by_a_reversal(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 600}))
    path = f"/claims/{claim['id']}/confirm"
    assert refusal(await world.member.post(path, {"minutes": 600})) == (403, "forbidden")
    done = await ok(world.filer.post(path, {"minutes": 60}))
    assert (done["state"], done["minutes"], done["provenance"]) == ("confirmed", 60, "confirmed")
    hours = await ok(world.member.get("/me/hours"))
    assert (hours["minutes"], hours["by_provenance"]["confirmed"]) == (60, 60)
    assert refusal(await world.desk.post(path)) == (409, "action_not_allowed")


async def test_partial_work_frees_its_place_and_calls_the_desk(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30, "outcome": "partial"}))
    found = await seen(world.desk, demand)
    assert (found["state"], found["claimed"], found["needs_desk"]) == ("claimed", 0, "partial")
    rest = await claimed(world.second, demand)
    await ok(world.second.post(f"/claims/{rest['id']}/complete", {"minutes": 30}))
    assert (await seen(world.filer, demand))["state"] == "completed"
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
    for who in (world.member, world.second):
        assert (await ok(who.get("/me/points")))["balance"] == 10


async def test_the_first_finisher_does_not_end_what_others_still_do(world: World) -> None:
    demand = await opened(world, slots=3)
    first, second = await claimed(world.member, demand), await claimed(world.second, demand)
    await ok(world.member.post(f"/claims/{first['id']}/complete", {"minutes": 30}))
    assert (await seen(world.filer, demand))["state"] == "claimed"
    await ok(world.second.post(f"/claims/{second['id']}/complete", {"minutes": 30}))
    assert (await seen(world.filer, demand))["state"] == "completed", "filled or not"


async def test_a_call_is_complete_when_every_place_is_done(world: World) -> None:
    call = await filed(world.desk, kind="call", dispatch={"mode": "open", "slots": 2})
    first = await claimed(world.member, call)
    await ok(world.member.post(f"/claims/{first['id']}/complete", {"minutes": 30}))
    assert (await seen(world.desk, call))["state"] == "claimed"
    second = await claimed(world.second, call)
    await ok(world.second.post(f"/claims/{second['id']}/complete", {"minutes": 30}))
    found = await seen(world.desk, call)
    assert (found["state"], found["needs_desk"]) == ("completed", "to_close")
    closed = await ok(world.desk.post(f"/demands/{call['id']}/close", {"result": "handled", "reason": "完成"}))
    assert closed["result"] == "handled"
    assert (await ok(world.member.get("/me/points")))["balance"] == 10


async def test_a_post_is_served_again_and_again(world: World, settings: Settings) -> None:
    post = await filed(world.desk, kind="post", category="companion", dispatch={"mode": "open", "slots": 2})
    claim = await claimed(world.member, post)
    for week in range(3):
        move_clock(settings, timedelta(days=2, minutes=week))
        await ok(world.member.post("/auth/wechat", {"code": "sandbox:member"}))
        who = await world.member.signed_in("member")
        await ok(who.post(f"/claims/{claim['id']}/arrive"))
        served = await ok(who.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
        assert (served["state"], served["minutes"]) == ("accepted", 30 * (week + 1))
    desk = await world.desk.signed_in("desk")
    assert (await ok(desk.post(f"/demands/{post['id']}/finish")))["state"] == "completed"
    await ok(desk.post(f"/demands/{post['id']}/close", {"result": "handled", "reason": "本季结束"}))
    who = await world.member.signed_in("member")
    assert (await ok(who.get(f"/claims/{claim['id']}")))["state"] == "completed"
    assert (await ok(who.get("/me/hours")))["minutes"] == 90
    assert (await ok(who.get("/me/points")))["balance"] == 45


async def test_who_had_arrived_may_still_complete_after_the_end(world: World) -> None:
    call = await filed(world.desk, kind="call", dispatch={"mode": "open", "slots": 3})
    early, late = await claimed(world.member, call), await claimed(world.second, call)
    await ok(world.second.post(f"/claims/{late['id']}/arrive"))
    await ok(world.member.post(f"/claims/{early['id']}/complete", {"minutes": 30}))
    await ok(world.desk.post(f"/demands/{call['id']}/finish"))
    await ok(world.desk.post(f"/demands/{call['id']}/close", {"result": "handled", "reason": "够了"}))
    assert (await ok(world.second.get(f"/claims/{late['id']}")))["actions"] == ["complete"]
    await ok(world.second.post(f"/claims/{late['id']}/complete", {"minutes": 45}))
    assert (await ok(world.second.get("/me/hours")))["minutes"] == 45
    assert (await ok(world.second.get("/me/points")))["balance"] == 10


async def test_who_had_not_arrived_may_not(world: World) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    await ok(world.filer.post(f"/demands/{demand['id']}/cancel", {"reason": "好了"}))
    assert refusal(await world.member.post(f"/claims/{claim['id']}/complete")) == (409, "action_not_allowed")


async def test_completing_twice_books_once(world: World) -> None:
    claim = await claimed(world.member, await opened(world, plan={"starts_at": in_hours(0), "ends_at": in_hours(2)}))
    path = f"/claims/{claim['id']}/complete"
    key = "0123456789abcdef"
    first = await world.member.post(path, {"minutes": 30}, key=key)
    again = await world.member.post(path, {"minutes": 30}, key=key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert refusal(await world.member.post(path, {"minutes": 30})) == (409, "action_not_allowed")
    assert (await ok(world.member.get("/me/hours")))["minutes"] == 30


async def test_a_residents_hours_are_theirs(world: World) -> None:
    demand = await opened(world, audience="all", slots=2, kind="wish")
    claim = await claimed(world.stranger, demand)
    await ok(world.stranger.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    hours = await ok(world.stranger.get("/me/hours"))
    assert (hours["minutes"], hours["target_minutes"]) == (30, None)
