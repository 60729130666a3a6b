"""Who was there, for how long, how that is known, and what becomes of it in the ledger."""

import uuid
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from app.activities import people, presence
from app.activities.lifecycle import SignUpState
from app.activities.presence import Sighting
from app.kit.clock import CHINA
from app.ledger.models import Entry, Provenance
from app.members import engagements
from app.members.models import Member
from tests.activities.evenings import Body, Evenings, evening
from tests.client import refusal
from tests.demands.world import World, ids, ok

MEASURED = Provenance.MEASURED


def later(**by: float) -> datetime:
    """So much after seven in the evening."""
    return evening() + timedelta(**by)


async def entries(evenings: Evenings, member: Member) -> list[tuple[int, str]]:
    """The minutes in the ledger that were not taken back, and how they are known."""
    found = list(await evenings.session.scalars(select(Entry).where(Entry.holder_id == member.id)))
    taken = {one.reverses_id for one in found}
    return [(one.amount, str(one.provenance)) for one in found if one.id not in taken and one.reverses_id is None]


async def begun(evenings: Evenings, **changes: Any) -> tuple[World, Body, Body]:
    """An activity ten minutes after its start, for which a member has signed up, led by another."""
    leader = ids([evenings.world.members[1]])
    activity = await evenings.published(leader_ids=leader, **changes)
    mine = await evenings.sign_up(evenings.world.member, activity)
    return await evenings.at(later(minutes=10)), activity, mine


async def test_a_leader_marks_people_present_and_gone_and_their_hours_are_booked(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    (there,) = await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "present"})
    assert there["state"] == "present"
    world = await evenings.at(later(minutes=100))
    (gone,) = await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "left"})
    assert (gone["state"], gone["minutes"], gone["provenance"]) == ("done", 90, "confirmed")
    assert await entries(evenings, world.members[0]) == [(90, "confirmed")]
    hours = await ok(world.member.get("/me/hours"))
    assert hours["by_provenance"] == {"measured": 0, "confirmed": 90, "entered": 0}


async def test_a_whole_roll_is_called_at_once_with_people_who_did_not_sign_up(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=2, minutes=5))
    marks = [{"sign_up_id": mine["id"], "mark": "attended"}]
    marks += [{"member_id": one, "mark": "attended"} for one in ids(world.members[2:5])]
    found = await evenings.roll(world.second, activity, *marks)
    assert [(one["state"], one["minutes"], one["walk_in"]) for one in found] == [
        ("done", 120, False),
        *[("done", 120, True)] * 3,
    ]
    assert (await evenings.seen(world.desk, activity))["shifts"][0]["slots"][0]["taken"] == 1
    assert await evenings.counts_are_right()


async def test_of_marks_of_which_one_is_wrong_none_stands(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    path = f"/shifts/{activity['shifts'][0]['id']}/roll-call"
    future = {"sign_up_id": mine["id"], "mark": "left", "at": later(hours=1).isoformat()}
    marks = [{"sign_up_id": mine["id"], "mark": "present"}, future]
    assert refusal(await world.second.post(path, {"marks": marks})) == (409, "action_not_allowed")
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["state"] == "booked"


async def test_a_leaders_word_on_themselves_is_their_own_word(evenings: Evenings) -> None:
    world, activity, _ = await begun(evenings)
    world = await evenings.at(later(hours=2))
    me = {"member_id": str(world.members[1].id), "mark": "attended"}
    (found,) = await evenings.roll(world.second, activity, me)
    assert (found["minutes"], found["provenance"]) == (120, "entered")


async def test_who_does_not_organize_it_calls_no_roll(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    path = f"/shifts/{activity['shifts'][0]['id']}/roll-call"
    mark = {"marks": [{"sign_up_id": mine["id"], "mark": "present"}]}
    for who in (world.member, world.observer):
        assert refusal(await who.post(path, mark)) == (403, "forbidden")
    other = await evenings.published(at=evening(4))
    wrong = f"/shifts/{other['shifts'][0]['id']}/roll-call"
    assert refusal(await world.desk.post(wrong, mark)) == (422, "invalid_request")


async def test_a_no_show_is_somebodys_word_can_be_excused_and_frees_the_time(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    absent = {"sign_up_id": mine["id"], "mark": "no_show"}
    (marked,) = await evenings.roll(world.second, activity, absent)
    assert marked["state"] == "no_show"
    assert (await evenings.happened(activity))[-1] == "no_show"
    (excused,) = await evenings.roll(world.second, activity, absent | {"mark": "excused"})
    assert excused["state"] == "unmarked"
    (came,) = await evenings.roll(world.second, activity, absent | {"mark": "present"})
    assert came["state"] == "present"


async def test_nobody_is_a_no_show_before_it_begins(evenings: Evenings) -> None:
    activity = await evenings.published()
    mine = await evenings.sign_up(evenings.world.member, activity)
    path = f"/shifts/{activity['shifts'][0]['id']}/roll-call"
    absent = {"marks": [{"sign_up_id": mine["id"], "mark": "no_show"}]}
    assert refusal(await evenings.world.desk.post(path, absent)) == (409, "action_not_allowed")


async def test_whom_nobody_saw_leave_is_checked_out_up_to_the_cap_and_of_the_others_nothing_is_said(
    evenings: Evenings,
) -> None:
    world, activity, mine = await begun(evenings, shifts=[long_shift()])
    other = await evenings.published(at=evening(3))
    assert other["state"] == "published"
    await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "present"})
    world = await evenings.at(later(hours=18))
    found = await ok(world.member.get(f"/sign-ups/{mine['id']}"))
    assert (found["state"], found["minutes"], found["provenance"], found["auto_left"]) == ("done", 120, "entered", True)
    assert await entries(evenings, world.members[0]) == [(120, "entered")]
    assert (await evenings.seen(world.desk, activity))["state"] == "ended"


def long_shift() -> Body:
    """Four hours, which is longer than the cap."""
    end = (evening() + timedelta(hours=4)).isoformat()
    return {"starts_at": evening().isoformat(), "ends_at": end, "roles": [{"capacity": 3}]}


async def test_who_was_never_marked_is_unmarked_and_no_no_show(evenings: Evenings) -> None:
    _, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=15))
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["state"] == "unmarked"
    path = f"/shifts/{activity['shifts'][0]['id']}/roll-call"
    mark = {"marks": [{"sign_up_id": mine["id"], "mark": "attended"}]}
    assert refusal(await world.second.post(path, mark)) == (409, "action_not_allowed")


async def test_a_lecture_is_no_service_unless_a_region_says_so(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings, kind="party_lecture")
    world = await evenings.at(later(hours=2))
    (found,) = await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "attended"})
    assert found["minutes"] == 120
    assert await entries(evenings, world.members[0]) == []


SCANS = (("attend", 5), ("attend", 40), ("leave", 60), ("leave", 110))


@pytest.mark.parametrize("order", list(permutations(SCANS))[::5])
async def test_scans_in_any_order_and_twice_come_to_the_same(
    evenings: Evenings, order: tuple[tuple[str, int], ...]
) -> None:
    world, activity, _ = await begun(evenings)
    shift_id = uuid.UUID(activity["shifts"][0]["id"])
    person = await people.of_member(evenings.session, world.members[0].id)
    for verb, minutes in (*order, *order):
        said = Sighting(later(minutes=minutes), MEASURED, None)
        found = await getattr(presence, verb)(evenings.session, shift_id, person, said)
    await evenings.session.commit()
    assert (found.state, found.minutes) == (SignUpState.DONE, 105)
    assert await entries(evenings, world.members[0]) == [(105, "measured")]


async def test_a_scan_that_is_heard_of_late_replaces_what_the_clock_assumed(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "present"})
    world = await evenings.at(later(hours=15))
    assert await entries(evenings, world.members[0]) == [(110, "entered")]
    person = await people.of_member(evenings.session, world.members[0].id)
    shift_id = uuid.UUID(activity["shifts"][0]["id"])
    await presence.leave(evenings.session, shift_id, person, Sighting(later(minutes=70), MEASURED, None))
    await evenings.session.commit()
    assert await entries(evenings, world.members[0]) == [(60, "confirmed")]


@pytest.mark.parametrize("order", [("attend", "leave"), ("leave", "attend"), ("attend",)])
async def test_scans_that_are_heard_of_after_the_roll_was_closed_count_in_any_order(
    evenings: Evenings, order: tuple[str, ...]
) -> None:
    _, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=15))
    assert (await ok(world.member.get(f"/sign-ups/{mine['id']}")))["state"] == "unmarked"
    person = await people.of_member(evenings.session, world.members[0].id)
    moments = {"attend": later(minutes=10), "leave": later(minutes=70)}
    for verb in order:
        said = Sighting(moments[verb], MEASURED, None)
        await getattr(presence, verb)(evenings.session, uuid.UUID(activity["shifts"][0]["id"]), person, said)
    await evenings.session.commit()
    expected = (60, "measured") if "leave" in order else (110, "entered")
    assert await entries(evenings, world.members[0]) == [expected]


async def test_who_was_excused_and_came_after_all_is_booked_again(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    for mark in ("no_show", "excused", "present"):
        await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": mark})
    busy = await engagements.busy(evenings.session, world.members[0].id, later(hours=1), later(hours=2))
    assert busy


async def test_presence_counts_a_little_before_and_after_and_not_beyond(evenings: Evenings) -> None:
    world, activity, _ = await begun(evenings)
    path = f"/shifts/{activity['shifts'][0]['id']}/roll-call"
    early = {"member_id": str(world.members[0].id), "mark": "present", "at": later(minutes=-40).isoformat()}
    assert refusal(await world.second.post(path, {"marks": [early]})) == (409, "out_of_time")
    (found,) = await evenings.roll(world.second, activity, early | {"at": later(minutes=-20).isoformat()})
    assert found["arrived_at"].startswith(later(minutes=-20).astimezone(CHINA).isoformat()[:16])


async def test_hours_stay_with_the_organization_of_the_time_of_service(evenings: Evenings) -> None:
    world, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=2))
    await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "attended"})
    member = await evenings.session.get_one(Member, world.members[0].id)
    was, member.organization_id = member.organization_id, world.unit.id
    await evenings.session.commit()
    found = list(await evenings.session.scalars(select(Entry).where(Entry.holder_id == member.id)))
    assert [(one.organization_id, one.region_code) for one in found] == [(was, activity["region_code"])]
