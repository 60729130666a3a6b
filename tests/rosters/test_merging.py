"""Two entries of one person become one, and can be kept apart again."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.kit import clock
from app.kit.events import Event
from app.members import engagements
from app.members.models import Member
from app.rosters.models import RosterKind
from tests.client import Client, refusal
from tests.demands.world import World, claimed, ok, opened
from tests.enrollments.reporting import moved, reported
from tests.factories import a_member
from tests.rosters.sheets import UNCHANGED, count, member, outcomes


@pytest.fixture
async def twin(world: World, session: AsyncSession) -> Member:
    """The first member once more, on the unit's roster, without a phone."""
    made = await a_member(session, world.unit, name="党员1号")
    await session.commit()
    return made


async def merged(world: World, one: Member, into: Member) -> dict[str, object]:
    return await ok(world.desk.post(f"/members/{one.id}/merge", {"into_id": str(into.id)}))


async def kept_apart(world: World, one: Member) -> dict[str, object]:
    return await ok(world.desk.post(f"/members/{one.id}/unmerge"))


async def listed(who: Client) -> set[str]:
    return {one["id"] for one in (await ok(who.get("/members", limit=100)))["items"]}


async def member_of(who: Client) -> str | None:
    found = (await ok(who.get("/me")))["member"]
    return str(found["id"]) if found else None


async def served(world: World, who: Client, minutes: int) -> None:
    """Somebody serves, and the filer confirms it."""
    demand = await opened(world)
    claim = await claimed(who, demand)
    await ok(who.post(f"/claims/{claim['id']}/complete", {"minutes": minutes}))
    await ok(world.filer.post(f"/claims/{claim['id']}/confirm"))
    await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)


async def test_account_and_phone_follow_and_lists_show_one(world: World, session: AsyncSession, twin: Member) -> None:
    given_up = world.members[0]
    shown = await merged(world, given_up, twin)
    assert (shown["id"], shown["phone_masked"]) == (str(twin.id), "199****0001")
    assert await member_of(world.member) == str(twin.id)
    now = await listed(world.desk)
    assert str(twin.id) in now
    assert str(given_up.id) not in now
    assert [one["id"] for one in (await ok(world.desk.get("/members", q="19900000001")))["items"]] == [str(twin.id)]


async def test_kept_apart_again_everything_is_as_it_was(world: World, session: AsyncSession, twin: Member) -> None:
    given_up, before = world.members[0], await listed(world.desk)
    await merged(world, given_up, twin)
    await kept_apart(world, given_up)
    assert await listed(world.desk) == before
    assert await member_of(world.member) == str(given_up.id)
    await session.refresh(twin)
    assert twin.phone is None
    assert refusal(await world.desk.post(f"/members/{given_up.id}/unmerge")) == (409, "action_not_allowed")
    await merged(world, given_up, twin)  # and it can be said again
    assert await member_of(world.member) == str(twin.id)


async def test_hours_add_up_and_no_entry_is_rewritten(world: World, session: AsyncSession, twin: Member) -> None:
    await served(world, world.member, 60)
    before = (await ok(world.member.get("/me/hours")))["minutes"]
    await merged(world, world.members[0], twin)
    await served(world, world.member, 30)
    after = (await ok(world.member.get("/me/hours")))["minutes"]
    assert (before, after) == (60, 90)
    assert (await ok(world.desk.get(f"/members/{twin.id}/hours")))["minutes"] == 90
    assert (await ok(world.member.get("/me/points")))["balance"] > 0
    await kept_apart(world, world.members[0])
    assert (await ok(world.desk.get(f"/members/{twin.id}/hours")))["minutes"] == 30
    assert (await ok(world.desk.get(f"/members/{world.members[0].id}/hours")))["minutes"] == 60


async def test_of_two_accounts_the_kept_entrys_stays_and_the_other_comes_back(
    world: World, session: AsyncSession
) -> None:
    await merged(world, world.members[0], world.members[1])
    assert await member_of(world.second) == str(world.members[1].id)
    assert await member_of(world.member) is None
    await kept_apart(world, world.members[0])
    assert await member_of(world.member) == str(world.members[0].id)
    assert await member_of(world.second) == str(world.members[1].id)


async def test_what_was_changed_since_is_not_taken_back(world: World, session: AsyncSession, twin: Member) -> None:
    await merged(world, world.members[0], twin)
    await session.refresh(twin)
    twin.phone = "13800000099"
    account = (await session.scalars(select(Account).where(Account.member_id == twin.id))).one()
    account.member_id = world.members[4].id
    await session.commit()
    await kept_apart(world, world.members[0])
    await session.refresh(twin)
    assert twin.phone == "13800000099"
    assert await member_of(world.member) == str(world.members[4].id)


async def test_a_phone_that_is_bound_again_finds_the_entry_that_was_kept(
    world: World, session: AsyncSession, twin: Member
) -> None:
    await merged(world, world.members[0], twin)
    await ok(world.stranger.post("/auth/phone", {"code": "sandbox:19900000001"}))
    assert await member_of(world.stranger) == str(twin.id)


async def test_the_old_roster_again_brings_nobody_back(world: World, session: AsyncSession, twin: Member) -> None:
    await merged(world, world.members[0], twin)
    before = await count(session, Member)
    assert await outcomes(session, RosterKind.MEMBERS, member(2, "党员1号", phone="19900000001")) == [UNCHANGED]
    assert await count(session, Member) == before


async def test_who_has_something_under_way_is_not_merged(world: World, session: AsyncSession, twin: Member) -> None:
    claim = await claimed(world.member, await opened(world))
    asked = f"/members/{world.members[0].id}/merge", {"into_id": str(twin.id)}
    assert refusal(await world.desk.post(*asked)) == (409, "member_serves")
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事"}))
    now = clock.now()
    hours = {"starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=2)}
    booking = {"source_kind": "activity", "source_id": uuid.uuid4()}
    await engagements.book(session, person_id=world.members[0].id, **hours, **booking)  # type: ignore[arg-type]
    await session.commit()
    assert refusal(await world.desk.post(*asked)) == (409, "member_serves")


async def test_who_is_enrolled_is_not_merged_and_who_was_reports_in_as_the_one_that_was_kept(
    world: World, session: AsyncSession, twin: Member
) -> None:
    enrollment = await reported(world.desk, member_id=str(world.members[0].id))
    asked = f"/members/{world.members[0].id}/merge", {"into_id": str(twin.id)}
    assert refusal(await world.desk.post(*asked)) == (409, "member_enrolled")
    await moved(world.desk, enrollment, "let-go")
    await ok(world.desk.post(*asked))
    again = await reported(world.desk, member_id=str(world.members[0].id))
    assert again["member_id"] == str(twin.id)


async def test_no_chains_no_loops_and_nothing_into_itself(world: World, session: AsyncSession, twin: Member) -> None:
    one, two, three = world.members[3:6]
    await merged(world, one, two)
    for first, second in ((two, three), (three, one), (one, three), (two, one)):
        answer = await world.desk.post(f"/members/{first.id}/merge", {"into_id": str(second.id)})
        assert refusal(answer) == (409, "action_not_allowed")
    answer = await world.desk.post(f"/members/{three.id}/merge", {"into_id": str(three.id)})
    assert refusal(answer) == (422, "invalid_request")
    await merged(world, three, two)  # a third entry of the same person


async def test_it_is_on_record_by_ids(world: World, session: AsyncSession, twin: Member) -> None:
    await merged(world, world.members[0], twin)
    await kept_apart(world, world.members[0])
    kinds = ("member.merged", "member.unmerged")
    told = await session.execute(select(Event.kind, Event.payload).where(Event.kind.in_(kinds)).order_by(Event.n))
    assert [tuple(one) for one in told] == [(kind, {"into_id": str(twin.id)}) for kind in kinds]


async def test_ones_own_data_holds_both_entries(world: World, session: AsyncSession, twin: Member) -> None:
    await merged(world, world.members[0], twin)
    tables = (await ok(world.member.get("/me/export")))["tables"]
    assert {one["id"] for one in tables["members"]} == {str(twin.id), str(world.members[0].id)}
    assert len(tables["member_merges"]) == 1
