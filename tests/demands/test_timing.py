"""The clock: offers expire, windows pass, silence closes; late timers run once and in order."""

from datetime import timedelta

from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.clock import move_clock
from tests.demands.test_dispatching import assigned, offers
from tests.demands.world import World, claimed, filed, in_hours, ok, opened, seen


async def later(settings: Settings, sessions: db.Sessions, world: World, **by: float) -> World:
    """Everybody signs in again after that time, the worker having swept."""
    move_clock(settings, timedelta(**by))
    await sweep(sessions, timing.DEMANDS)
    assert await sweep(sessions, timing.DEMANDS) == 0, "what is done is not done again"
    for name in ("filer", "member", "second", "desk"):
        setattr(world, name, await world.filer.signed_in(name))
    return world


async def test_nothing_is_due_before_its_time(world: World, settings: Settings, sessions: db.Sessions) -> None:
    demand = await opened(world)
    world = await later(settings, sessions, world, hours=47)
    assert (await seen(world.desk, demand))["needs_desk"] is None


async def test_an_open_demand_that_nobody_claims_goes_to_the_desk(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await opened(world)
    world = await later(settings, sessions, world, hours=49)
    found = await seen(world.desk, demand)
    assert (found["state"], found["needs_desk"], found["is_open"]) == ("dispatched", "nobody_claimed", True)
    await claimed(world.member, demand)
    assert (await seen(world.desk, demand))["needs_desk"] is None


async def test_offers_expire_and_the_desk_hears(world: World, settings: Settings, sessions: db.Sessions) -> None:
    demand = await assigned(world)
    world = await later(settings, sessions, world, hours=25)
    assert (await seen(world.desk, demand))["needs_desk"] == "offers_ended"
    assert {one["state"] for one in await offers(world, demand)} == {"expired"}


async def test_an_expired_offer_is_refused_before_the_sweep_too(world: World, settings: Settings) -> None:
    demand = await assigned(world)
    offer = (await offers(world, demand))[0]
    move_clock(settings, timedelta(hours=25))
    who = await world.member.signed_in("member")
    assert (await who.post(f"/claims/{offer['id']}/accept")).json()["code"] == "action_not_allowed"


async def test_silence_closes_a_returned_demand(world: World, settings: Settings, sessions: db.Sessions) -> None:
    demand = await filed(world.filer)
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))
    world = await later(settings, sessions, world, days=7, minutes=1)
    found = await seen(world.filer, demand)
    assert (found["state"], found["result"]) == ("closed", "no_answer")


async def test_silence_closes_a_completed_demand_unrated_and_points_are_booked(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    assert (await ok(world.member.get("/me/points")))["balance"] == 0
    world = await later(settings, sessions, world, days=7, minutes=1)
    found = await seen(world.filer, demand)
    assert (found["state"], found["result"]) == ("closed", "unrated")
    assert (await ok(world.member.get("/me/points")))["balance"] == 10


async def test_a_dissatisfied_filer_is_not_silenced_by_time(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 1, "resolved": False}), 201)
    world = await later(settings, sessions, world, days=300)
    assert (await seen(world.desk, demand))["state"] == "completed"


async def test_a_half_filled_call_is_complete_when_its_time_is_over(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    plan = {"mode": "open", "slots": 30, "starts_at": in_hours(1), "ends_at": in_hours(3)}
    call = await filed(world.desk, kind="call", dispatch=plan)
    served, absent = await claimed(world.member, call), await claimed(world.second, call)
    await ok(world.member.post(f"/claims/{served['id']}/complete", {"minutes": 60}))
    world = await later(settings, sessions, world, hours=3, minutes=1)
    assert (await seen(world.desk, call))["needs_desk"] == "to_close"
    assert (await ok(world.second.get(f"/claims/{absent['id']}")))["state"] == "released"


async def test_a_call_that_nobody_served_goes_to_the_desk(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    plan = {"mode": "open", "slots": 2, "starts_at": in_hours(1), "ends_at": in_hours(3)}
    call = await filed(world.desk, kind="call", dispatch=plan)
    await claimed(world.member, call)
    world = await later(settings, sessions, world, hours=3, minutes=1)
    found = await seen(world.desk, call)
    assert (found["state"], found["needs_desk"], found["is_open"]) == ("claimed", "window_passed", False)


async def test_a_post_ends_with_its_window_and_who_served_has_done_it(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    plan = {"mode": "open", "slots": 3, "starts_at": in_hours(0), "ends_at": in_hours(24)}
    post = await filed(world.desk, kind="post", dispatch=plan)
    busy, idle = await claimed(world.member, post), await claimed(world.second, post)
    await ok(world.member.post(f"/claims/{busy['id']}/complete", {"minutes": 30}))
    world = await later(settings, sessions, world, hours=25)
    assert (await seen(world.desk, post))["state"] == "completed"
    assert (await ok(world.member.get(f"/claims/{busy['id']}")))["state"] == "completed"
    assert (await ok(world.second.get(f"/claims/{idle['id']}")))["state"] == "released"


async def test_a_claim_that_rests_too_long_calls_the_desk(
    world: World, settings: Settings, sessions: db.Sessions
) -> None:
    demand = await opened(world)
    await claimed(world.member, demand)
    world = await later(settings, sessions, world, days=7, minutes=1)
    assert (await seen(world.desk, demand))["needs_desk"] == "window_passed"
