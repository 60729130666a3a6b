"""What a desk enters after the roll was closed: two people, a mark, a quota."""

from datetime import timedelta

from app.access.models import Role
from tests.activities.evenings import Body, Evenings, evening
from tests.activities.test_roll_call import begun, entries, later
from tests.client import refusal
from tests.demands.world import COMMUNITY, ids, ok, staff


def entry(**whom: str) -> Body:
    """Somebody was there for an hour, as the desk was told afterwards."""
    hour = {"arrived_at": later(minutes=5).isoformat(), "left_at": later(minutes=65).isoformat()}
    return hour | {"reason": "当晚网络故障未能签到"} | whom


async def test_an_entry_counts_when_a_second_person_vouches_for_it_and_carries_a_mark(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    assert refusal(await evenings.world.desk.post(path, entry(sign_up_id=mine["id"]))) == (409, "action_not_allowed")
    world = await evenings.at(later(hours=15))
    made = await ok(world.desk.post(path, entry(sign_up_id=mine["id"])), 201)
    assert await entries(evenings, world.members[0]) == []
    decide = f"/late-entries/{made['id']}/decide"
    assert refusal(await world.desk.post(decide, {"accepted": True})) == (403, "forbidden")
    assert refusal(await world.desk.post(path, entry(sign_up_id=mine["id"]))) == (409, "late_entry_waits")
    (waits,) = (await ok(world.district_desk.get("/late-entries")))["items"]
    assert (waits["name"], waits["actions"]) == ("党员1号", ["decide"])
    await ok(world.district_desk.post(decide, {"accepted": True}))
    found = await ok(world.member.get(f"/sign-ups/{mine['id']}"))
    assert (found["state"], found["minutes"], found["late"], found["provenance"]) == ("done", 60, True, "entered")
    assert await entries(evenings, world.members[0]) == [(60, "entered")]
    assert refusal(await world.district_desk.post(decide, {"accepted": True})) == (409, "action_not_allowed")


async def test_a_refused_entry_changes_nothing_and_another_can_be_made(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=15))
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    made = await ok(world.desk.post(path, entry(sign_up_id=mine["id"])), 201)
    await ok(world.district_desk.post(f"/late-entries/{made['id']}/decide", {"accepted": False}))
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["state"] == "unmarked"
    await ok(world.desk.post(path, entry(sign_up_id=mine["id"])), 201)


async def test_an_entry_puts_right_what_was_booked_before(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "present"})
    world = await evenings.at(later(hours=15))
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    made = await ok(world.desk.post(path, entry(member_id=str(world.members[0].id))), 201)
    await ok(world.district_desk.post(f"/late-entries/{made['id']}/decide", {"accepted": True}))
    assert await entries(evenings, world.members[0]) == [(60, "entered")]


async def test_a_month_has_so_many_and_the_desk_alone_makes_them(evenings: Evenings) -> None:
    await ok(
        evenings.world.admin.put(
            "/policies/late_entries_per_month", {"region_code": COMMUNITY, "value": 1, "from": "2026-01-01"}
        )
    )
    _, activity, _ = await begun(evenings)
    world = await evenings.at(later(hours=15))
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    first, second = (entry(member_id=one) for one in ids(world.members[3:5]))
    assert refusal(await world.second.post(path, first)) == (403, "forbidden")
    assert refusal(await world.desk.post(path, first | {"left_at": later(hours=5).isoformat()})) == (409, "out_of_time")
    await ok(world.desk.post(path, first), 201)
    assert refusal(await world.desk.post(path, second)) == (409, "late_entries_spent")


async def test_nobody_enters_or_confirms_their_own(evenings: Evenings) -> None:
    await staff(evenings.session, "clerk", Role.DISPATCHER, COMMUNITY)
    _, activity, _ = await begun(evenings)
    world = await evenings.at(later(hours=15))
    desk = await ok(world.desk.get("/me"))
    assert desk["member"] is None
    assert evening() + timedelta(hours=2) < later(hours=15)
    path = f"/shifts/{activity['shifts'][0]['id']}/late-entries"
    made = await ok(world.desk.post(path, entry(member_id=str(world.members[0].id))), 201)
    assert refusal(await world.observer.post(f"/late-entries/{made['id']}/decide", {"accepted": True}))[0] == 403
    assert refusal(await world.member.post(f"/late-entries/{made['id']}/decide", {"accepted": True}))[0] == 404
