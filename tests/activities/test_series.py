"""A series of which one date is moved or called off, without losing who signed up."""

from datetime import timedelta

from app.activities.models import Shift
from tests.activities.evenings import Evenings, evening, times
from tests.client import refusal
from tests.demands.world import ok

REASON = {"reason": "当晚有暴雨"}
SERIES = {"repeat": {"times": 3}, "roles": [{"capacity": 2}]}


async def test_one_evening_is_moved_and_everybody_keeps_their_place_and_may_leave_freely(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(shifts=[times(evening()) | SERIES])
    mine = [await evenings.sign_up(world.member, activity, shift=number) for number in range(3)]
    new = times(evening(5))
    moved = await ok(world.desk.post(f"/shifts/{activity['shifts'][1]['id']}/move", new | REASON))
    assert [shift["starts_at"][8:10] for shift in moved["shifts"]] == [
        f"{(evening() + timedelta(days=days)).day:02}" for days in (0, 2, 3)
    ]
    kept = await ok(world.member.get(f"/sign-ups/{mine[1]['id']}"))
    assert (kept["state"], kept["starts_at"][:16]) == ("booked", new["starts_at"][:16])
    world = await evenings.at(evening(5) - timedelta(minutes=30))
    assert (await ok(world.member.post(f"/sign-ups/{mine[1]['id']}/cancel")))["state"] == "cancelled"


async def test_who_is_busy_at_the_new_hours_keeps_the_place_but_must_say_so(evenings: Evenings) -> None:
    world = evenings.world
    activity, other = await evenings.published(), await evenings.published(at=evening(4))
    mine = await evenings.sign_up(world.member, activity)
    elsewhere = await evenings.sign_up(world.member, other)
    await evenings.sign_up(world.second, activity)
    await ok(world.desk.post(f"/shifts/{activity['shifts'][0]['id']}/move", times(evening(4)) | REASON))
    found = await ok(world.member.get(f"/sign-ups/{mine['id']}"))
    assert (found["state"], found["actions"]) == ("promoted", ["accept", "cancel"])
    assert refusal(await world.member.post(f"/sign-ups/{mine['id']}/accept")) == (409, "overlaps")
    await ok(world.member.post(f"/sign-ups/{elsewhere['id']}/cancel"))
    assert (await ok(world.member.post(f"/sign-ups/{mine['id']}/accept")))["state"] == "booked"
    assert await evenings.counts_are_right()


async def test_one_evening_is_called_off_and_the_others_stand(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published(shifts=[times(evening()) | SERIES])
    mine = [await evenings.sign_up(world.member, activity, shift=number) for number in range(3)]
    path = f"/shifts/{activity['shifts'][0]['id']}/cancel"
    assert refusal(await world.member.post(path, REASON)) == (403, "forbidden")
    after = await ok(world.desk.post(path, REASON))
    assert (after["state"], [shift["state"] for shift in after["shifts"]]) == (
        "published",
        ["cancelled", "planned", "planned"],
    )
    states = [(await ok(world.member.get(f"/sign-ups/{one['id']}")))["state"] for one in mine]
    assert states == ["released", "booked", "booked"]
    assert refusal(await world.desk.post(path, REASON)) == (409, "action_not_allowed")
    assert await evenings.counts_are_right()


async def test_dates_are_added_and_the_last_one_called_off_ends_it(evenings: Evenings) -> None:
    world = evenings.world
    activity = await evenings.published()
    more = times(evening(3)) | {"roles": [{"capacity": 9}]}
    added = await ok(world.desk.post(f"/activities/{activity['id']}/shifts", more), 201)
    for shift in added["shifts"]:
        last = await ok(world.desk.post(f"/shifts/{shift['id']}/cancel", REASON))
    assert last["state"] == "cancelled"
    assert refusal(await world.desk.post(f"/activities/{activity['id']}/shifts", more)) == (409, "action_not_allowed")


async def test_what_has_begun_is_neither_moved_nor_called_off(evenings: Evenings) -> None:
    activity = await evenings.published()
    world = await evenings.at(evening() + timedelta(minutes=1))
    path = f"/shifts/{activity['shifts'][0]['id']}"
    assert refusal(await world.desk.post(f"{path}/cancel", REASON)) == (409, "action_not_allowed")
    later = times(evening(5)) | REASON
    assert refusal(await world.desk.post(f"{path}/move", later)) == (409, "action_not_allowed")


async def test_every_step_of_a_shift_is_in_the_log_and_an_open_one_always_has_a_timer(evenings: Evenings) -> None:
    activity = await evenings.published()
    await evenings.at(evening() - timedelta(hours=23))
    await evenings.at(evening() + timedelta(hours=15))
    told = ["drafted", "published", "shift_reminded", "shift_begun", "shift_closed", "ended"]
    assert await evenings.happened(activity) == told
    names = {constraint.name for constraint in Shift.metadata.tables["shifts"].constraints}
    assert "ck_shifts_open_has_timer" in names
