"""What is certified, to whom, who may see it, and how it ends."""

from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.kit.clock import CHINA
from app.kit.events import Event
from app.ledger import booking
from app.ledger.models import Entry, Provenance
from app.members.events import MemberEvent
from tests.certificates.hours import asked, booked, certificate, served, source_of, taken_back, until
from tests.client import refusal
from tests.demands.world import COMMUNITY, ELSEWHERE, World, grant_of, ok, staff
from tests.oversight.appeals import test_appeals as appeals

FOR = {"reason": "年底评优"}


def to_the_millisecond(at: datetime | None) -> datetime | None:
    """A moment as answers tell it."""
    return at and at.replace(microsecond=at.microsecond // 1000 * 1000)


async def test_a_certificate_says_when_what_where_how_long_and_how_that_is_known(
    world: World, session: AsyncSession
) -> None:
    await served(world, 90)
    await booked(session, world.members[0], 60)
    made = await certificate(world.member)
    assert (made["name"], made["minutes"], made["activities"], made["services"]) == ("党员1号", 150, 1, 1)
    assert made["by_provenance"] == {"measured": 60, "confirmed": 90, "entered": 0}
    assert (made["revoked_at"], made["revocation"], made["reason"]) == (None, None, None)
    service, activity = made["lines"]
    assert (service["kind"], service["title"], service["place"]) == ("demand", "维修", "八角南路社区")
    assert (service["on"], service["minutes"], service["provenance"]) == (until(), 90, "confirmed")
    assert (activity["kind"], activity["minutes"], activity["provenance"]) == ("activity", 60, "measured")


async def test_days_are_those_of_china_and_both_are_included(world: World, session: AsyncSession) -> None:
    for minutes, at in (
        (1, datetime(2026, 2, 28, 23, 59, tzinfo=CHINA)),
        (2, datetime(2026, 3, 1, 0, 0, tzinfo=CHINA)),
        (4, datetime(2026, 3, 31, 23, 59, tzinfo=CHINA)),
        (8, datetime(2026, 4, 1, 0, 0, tzinfo=CHINA)),
    ):
        await booked(session, world.members[0], minutes, at)
    assert (await certificate(world.member, since="2026-03-01", until="2026-03-31"))["minutes"] == 6


async def test_what_was_booked_later_is_not_on_it_and_ends_it_not(world: World, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    await booked(session, world.members[0])
    found = await ok(world.member.get(f"/certificates/{made['id']}"))
    assert (found["minutes"], found["revoked_at"]) == (60, None)


async def test_hours_that_are_taken_back_end_it(world: World, session: AsyncSession) -> None:
    source = await booked(session, world.members[0])
    made = await certificate(world.member)
    await taken_back(session, source)
    found = await ok(world.member.get(f"/certificates/{made['id']}"))
    assert (found["revocation"], found["minutes"]) == ("hours", 60)
    assert found["revoked_at"]
    assert refusal(await asked(world.member)) == (409, "nothing_to_certify")
    told = await ok(world.stranger.get(f"/certified/{made['code']}"))
    assert (told["revocation"], told["revoked_at"]) == ("hours", found["revoked_at"])


async def test_a_correction_ends_it_and_the_next_one_says_what_is_right(world: World, session: AsyncSession) -> None:
    await served(world, 90)
    made = await certificate(world.member)
    source = await source_of(session)
    await booking.correct_minutes(session, source, minutes=30, provenance=Provenance.CONFIRMED, booked_by=None)
    assert (await ok(world.member.get(f"/certificates/{made['id']}")))["revocation"] == "hours"
    again = await certificate(world.member)
    assert (again["minutes"], again["revocation"]) == (30, None)


async def test_hours_that_an_appeal_held_and_that_come_back_as_they_were_count_again(
    world: World, session: AsyncSession
) -> None:
    _, claim = await appeals.served(world)
    made = await certificate(world.member)
    path = f"/certified/{made['code']}"
    appeal = await appeals.appealed(world.filer, "hours", claim["id"])
    assert (await ok(world.stranger.get(path)))["revocation"] == "hours"
    await appeals.decided(world.district_desk, appeal, False)
    assert (await ok(world.stranger.get(path)))["revocation"] is None
    await taken_back(session, await source_of(session))
    last = await session.scalar(select(func.max(Entry.booked_at)))
    told = await ok(world.stranger.get(path))
    assert (told["revocation"], datetime.fromisoformat(told["revoked_at"])) == ("hours", to_the_millisecond(last))


async def test_an_appeal_over_hours_ends_it_and_the_next_one_says_what_was_decided(world: World) -> None:
    _, claim = await appeals.served(world)
    made = await certificate(world.member)
    appeal = await appeals.appealed(world.member, "hours", claim["id"])
    told = await ok(world.stranger.get(f"/certified/{made['code']}"))
    assert (told["minutes"], told["revocation"]) == (60, "hours")
    await appeals.decided(world.district_desk, appeal, True, amount=45)
    again = await certificate(world.member)
    assert (again["minutes"], again["revocation"]) == (45, None)
    assert (await ok(world.stranger.get(f"/certified/{made['code']}")))["revoked_at"] == told["revoked_at"]


async def test_who_only_observes_a_region_revokes_nothing_there_though_they_dispatch_elsewhere(
    world: World, session: AsyncSession
) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    both = await staff(session, "both", Role.DISPATCHER, ELSEWHERE)
    session.add(grant_of(both, Role.OBSERVER, COMMUNITY, None))
    await session.commit()
    who = await world.desk.signed_in("both")
    await ok(who.get(f"/certificates/{made['id']}"))
    assert refusal(await who.post(f"/certificates/{made['id']}/revoke", FOR)) == (403, "forbidden")


async def test_a_desk_certifies_for_a_reason_and_takes_back_with_one(world: World, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    member = {"member_id": str(world.members[0].id)}
    assert refusal(await asked(world.desk, **member)) == (422, "invalid_request")
    assert refusal(await asked(world.neighbour_desk, **member, **FOR)) == (403, "forbidden")
    assert refusal(await asked(world.observer, **member, **FOR)) == (403, "forbidden")
    assert refusal(await asked(world.second, **member, **FOR)) == (403, "forbidden")
    made = await certificate(world.desk, **member, **FOR)
    assert (made["name"], made["reason"]) == ("党员1号", FOR["reason"])
    assert refusal(await world.member.post(f"/certificates/{made['id']}/revoke", FOR)) == (403, "forbidden")
    ended = await ok(world.desk.post(f"/certificates/{made['id']}/revoke", {"reason": "开错了期间"}))
    assert ended["revocation"] == "issuer"
    assert refusal(await world.desk.post(f"/certificates/{made['id']}/revoke", FOR)) == (409, "action_not_allowed")
    mine = await ok(world.member.get(f"/certificates/{made['id']}"))
    assert (mine["revoke_reason"], mine["revoked_at"]) == ("开错了期间", ended["revoked_at"])
    told = await session.scalars(select(Event.kind).where(Event.kind.like("certificate.%")).order_by(Event.n))
    assert told.all() == ["certificate.issued", "certificate.revoked"]


async def test_the_first_end_is_the_one_that_is_told(world: World, session: AsyncSession) -> None:
    source = await booked(session, world.members[0])
    made = await certificate(world.member)
    await ok(world.desk.post(f"/certificates/{made['id']}/revoke", FOR))
    await taken_back(session, source)
    assert (await ok(world.member.get(f"/certificates/{made['id']}")))["revocation"] == "issuer"


async def test_whoever_holds_the_code_reads_figures_and_a_family_name_only(world: World, session: AsyncSession) -> None:
    await served(world)
    made = await certificate(world.member)
    answer = await world.stranger.get(f"/certified/{made['code'].lower()}")
    told = answer.json()
    assert (told["name"], told["minutes"], told["number"]) == ("党**", 90, made["number"])
    assert [one for one in ("党员1号", "维修", made["id"], str(world.members[0].id)) if one in answer.text] == []
    for wrong in (made["code"][:-1] + ("0" if made["code"][-1] != "0" else "1"), "C0", made["number"]):
        assert refusal(await world.stranger.get(f"/certified/{wrong}")) == (404, "not_found")


async def test_a_list_holds_mine_and_those_of_my_regions_and_finds_a_number(
    world: World, session: AsyncSession
) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    for who in (world.member, world.desk, world.observer, world.district_desk):
        (one,) = (await ok(who.get("/certificates", number=made["number"].lower())))["items"]
        assert one["id"] == made["id"]
        assert "lines" not in one
    for who in (world.second, world.neighbour_desk):
        assert (await ok(who.get("/certificates")))["items"] == []
        assert refusal(await who.get(f"/certificates/{made['id']}")) == (404, "not_found")
    assert refusal(await world.stranger.get("/certificates")) == (403, "forbidden")
    other = str(world.members[1].id)
    assert (await ok(world.desk.get("/certificates", member_id=other)))["items"] == []


async def test_that_a_desk_read_a_name_is_on_record_and_that_one_read_ones_own_is_not(
    world: World, session: AsyncSession
) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member)
    noted = select(func.count()).where(Event.kind == MemberEvent.LOOKED_UP)
    await ok(world.member.get(f"/certificates/{made['id']}"))
    assert await session.scalar(noted) == 0
    await ok(world.desk.get(f"/certificates/{made['id']}"))
    await ok(world.desk.get("/certificates"))
    assert await session.scalar(noted) == 2


@pytest.mark.parametrize(
    ("since", "days"), [("2026-03-02", None), ("2026-01-01", 1)], ids=["ends before it begins", "is not over yet"]
)
async def test_a_period_that_is_none_is_refused(world: World, since: str, days: int | None) -> None:
    last = "2026-03-01" if days is None else until(days)
    answer = await asked(world.member, since=since, until=last)
    assert refusal(answer) == (422, "invalid_request")
    assert answer.json()["errors"][0]["code"] == "period"


async def test_who_is_no_member_has_none(world: World) -> None:
    assert refusal(await asked(world.stranger)) == (403, "forbidden")


async def test_an_export_holds_ones_certificates_and_not_who_issued_them(world: World, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.desk, member_id=str(world.members[0].id), **FOR)
    (row,) = (await ok(world.member.get("/me/export")))["tables"]["certificates"]
    assert (row["id"], row["name"], row["reason"]) == (made["id"], "党员1号", FOR["reason"])
    assert {"issued_by", "revoked_by"} & row.keys() == set()
    assert (await ok(world.second.get("/me/export")))["tables"]["certificates"] == []


async def test_the_name_and_the_services_are_sealed(world: World, session: AsyncSession) -> None:
    await served(world)
    await certificate(world.member)
    held = await session.scalar(text("SELECT name || lines FROM certificates"))
    assert [one for one in ("党员1号", "维修") if one.encode() in held] == []
