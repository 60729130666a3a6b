"""Sign up, wait, come in after somebody, cancel in time."""

from datetime import timedelta

from app.kit import clock
from tests.activities.evenings import Evenings, evening, times
from tests.client import refusal
from tests.demands.world import claimed, ok, opened


async def test_places_go_to_who_comes_first_and_the_others_wait_in_order(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    second = await evenings.sign_up(world.second, activity)
    offline = await evenings.sign_up(world.desk, activity, member_id=str(world.members[3].id))
    assert [(one["state"], one["position"]) for one in (first, second, offline)] == [
        ("booked", None),
        ("waiting", 1),
        ("waiting", 2),
    ]
    slot = (await evenings.seen(world.member, activity))["shifts"][0]["slots"][0]
    assert (slot["taken"], slot["waiting"]) == (1, 2)
    assert await evenings.counts_are_right()


async def test_nobody_signs_up_twice_for_one_shift_but_may_again_after_cancelling(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    path = f"/slots/{first['slot_id']}/sign-ups"
    assert refusal(await world.member.post(path)) == (409, "already_signed_up")
    body = {"member_id": str(world.members[0].id)}
    assert refusal(await world.desk.post(path, body)) == (409, "already_signed_up")
    await ok(world.member.post(f"/sign-ups/{first['id']}/cancel"))
    assert (await evenings.sign_up(world.member, activity))["state"] == "booked"


async def test_nobody_is_booked_twice_claims_included(evenings: Evenings) -> None:
    world = evenings.world
    activity, other = await evenings.published(), await evenings.published()
    await evenings.sign_up(world.member, activity)
    path = f"/slots/{other['shifts'][0]['slots'][0]['id']}/sign-ups"
    assert refusal(await world.member.post(path)) == (409, "overlaps")
    demand = await opened(world, plan=times(evening()))
    assert refusal(await world.member.post(f"/demands/{demand['id']}/claims")) == (409, "overlaps")
    await claimed(world.second, demand)
    assert refusal(await world.second.post(path)) == (409, "overlaps")
    assert await evenings.counts_are_right()


async def test_it_is_for_whom_it_says_and_within_reach_of_home(evenings: Evenings) -> None:
    world = evenings.world
    everybody = await evenings.published(audience="all")
    slot = everybody["shifts"][0]["slots"][0]["id"]
    assert (await evenings.sign_up(world.stranger, everybody))["state"] == "booked"
    assert refusal(await world.far.post(f"/slots/{slot}/sign-ups")) == (409, "not_invited")
    residents = await evenings.published(audience="residents")
    slot = residents["shifts"][0]["slots"][0]["id"]
    assert refusal(await world.member.post(f"/slots/{slot}/sign-ups")) == (409, "not_invited")
    members = await evenings.published()
    slot = members["shifts"][0]["slots"][0]["id"]
    assert refusal(await world.stranger.post(f"/slots/{slot}/sign-ups")) == (404, "not_found")
    seen = await evenings.seen(world.member, residents)
    assert seen["shifts"][0]["actions"] == []


async def test_whoever_is_next_is_promoted_and_must_say_that_they_want_it(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    second = await evenings.sign_up(world.second, activity)
    third = await evenings.sign_up(world.desk, activity, member_id=str(world.members[3].id))
    await ok(world.member.post(f"/sign-ups/{first['id']}/cancel"))
    found = await ok(world.second.get(f"/sign-ups/{second['id']}"))
    assert (found["state"], found["actions"]) == ("promoted", ["accept", "cancel"])
    assert (await evenings.sign_up(world.member, activity))["state"] == "waiting", "nobody passes those who wait"
    assert (await ok(world.second.post(f"/sign-ups/{second['id']}/accept")))["state"] == "booked"
    assert (await ok(world.desk.get(f"/sign-ups/{third['id']}")))["position"] == 1
    assert await evenings.counts_are_right()


async def test_a_promotion_that_is_not_taken_lapses_and_the_next_comes_in(evenings: Evenings) -> None:
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(evenings.world.member, activity)
    second = await evenings.sign_up(evenings.world.second, activity)
    third = await evenings.sign_up(evenings.world.desk, activity, member_id=str(evenings.world.members[3].id))
    await ok(evenings.world.member.post(f"/sign-ups/{first['id']}/cancel"))
    world = await evenings.at(clock.now() + timedelta(hours=6, minutes=1))
    assert (await ok(world.second.get(f"/sign-ups/{second['id']}")))["state"] == "lapsed"
    assert (await ok(world.desk.get(f"/sign-ups/{third['id']}")))["state"] == "promoted"
    assert refusal(await world.second.post(f"/sign-ups/{second['id']}/accept")) == (409, "action_not_allowed")
    assert await evenings.counts_are_right()


async def test_the_waiting_list_stops_at_the_start(evenings: Evenings) -> None:
    activity = await evenings.published(capacity=1)
    await evenings.sign_up(evenings.world.member, activity)
    second = await evenings.sign_up(evenings.world.second, activity)
    world = await evenings.at(evening() + timedelta(seconds=1))
    assert (await ok(world.second.get(f"/sign-ups/{second['id']}")))["state"] == "lapsed"
    path = f"/slots/{second['slot_id']}/sign-ups"
    assert refusal(await world.second.post(path)) == (409, "action_not_allowed")
    assert await evenings.counts_are_right()


async def test_one_cancels_until_a_time_and_after_it_only_an_organizer_does(evenings: Evenings) -> None:
    activity = await evenings.published()
    mine = await evenings.sign_up(evenings.world.member, activity)
    world = await evenings.at(evening() - timedelta(hours=1))
    assert refusal(await world.member.post(f"/sign-ups/{mine['id']}/cancel")) == (409, "too_late_to_cancel")
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["actions"] == []
    assert (await ok(world.desk.post(f"/sign-ups/{mine['id']}/cancel")))["state"] == "cancelled"


async def test_more_room_lets_those_in_who_wait_and_less_than_is_taken_is_refused(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    second = await evenings.sign_up(world.second, activity)
    path = f"/slots/{first['slot_id']}"
    wider = await ok(world.desk.put(path, {"capacity": 2}))
    assert wider["shifts"][0]["slots"][0]["taken"] == 2
    assert (await ok(world.second.get(f"/sign-ups/{second['id']}")))["state"] == "promoted"
    assert refusal(await world.desk.put(path, {"capacity": 1})) == (409, "places_taken")
    assert refusal(await world.member.put(path, {"capacity": 9})) == (403, "forbidden")


async def test_a_leader_signs_up_who_is_offline_and_others_do_not(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(leader_ids=[str(world.members[1].id)])
    offline = {"member_id": str(world.members[4].id)}
    path = f"/slots/{activity['shifts'][0]['slots'][0]['id']}/sign-ups"
    assert refusal(await world.member.post(path, offline)) == (403, "forbidden")
    made = await ok(world.second.post(path, offline), 201)
    roll = await ok(world.second.get(f"/shifts/{made['shift_id']}/sign-ups"))
    assert [(one["name"], one["state"]) for one in roll["items"]] == [("党员5号", "booked")]
    assert refusal(await world.member.get(f"/shifts/{made['shift_id']}/sign-ups")) == (403, "forbidden")
    assert refusal(await world.member.get(f"/sign-ups/{made['id']}")) == (404, "not_found")


async def test_every_change_is_in_the_log(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(capacity=1)
    first = await evenings.sign_up(world.member, activity)
    second = await evenings.sign_up(world.second, activity)
    await ok(world.member.post(f"/sign-ups/{first['id']}/cancel"))
    await ok(world.second.post(f"/sign-ups/{second['id']}/accept"))
    told = ["drafted", "published", "signed_up", "queued", "withdrawn", "promoted", "accepted"]
    assert await evenings.happened(activity) == told
