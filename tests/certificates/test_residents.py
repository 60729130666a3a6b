"""Residents who served have their hours certified as members have, under a name that says who vouches for it."""

import uuid

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.kit import db
from app.kit.db import new_id
from app.kit.events import Event
from app.ledger.booking import Source
from app.members.events import MemberEvent
from app.settings import Settings
from tests.activities.evenings import Evenings
from tests.activities.test_roll_call import later
from tests.certificates.hours import asked, booked, certificate, taken_back
from tests.checkins.test_printing import opened, words
from tests.client import Client, refusal
from tests.demands.world import COMMUNITY, NEIGHBOUR, World, ok

NAME = {"name": "王秀兰"}
FOR = {"reason": "评选优秀志愿者"}


async def account_id(who: Client) -> uuid.UUID:
    return uuid.UUID((await ok(who.get("/me")))["id"])


async def helped(session: AsyncSession, who: Client) -> Source:
    """An hour and a half of a resident's at an activity of the community."""
    return await booked(session, await account_id(who), 90)


async def test_a_resident_who_came_to_an_activity_has_their_hours_certified(
    world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions
) -> None:
    evenings = Evenings(world, session, settings, sessions)
    activity = await evenings.published(audience="all")
    mine = await evenings.sign_up(world.filer, activity)
    await evenings.at(later(hours=3))
    await evenings.roll(world.desk, activity, {"sign_up_id": mine["id"], "mark": "attended"})
    made = await certificate(world.filer, **NAME)
    assert (made["name"], made["named_by"], made["organization_name"]) == ("王秀兰", "holder", None)
    assert (made["member_id"], made["account_id"]) == (None, str(await account_id(world.filer)))
    assert (made["minutes"], made["activities"]) == (120, 1)
    assert made["by_provenance"] == {"measured": 0, "confirmed": 120, "entered": 0}
    (line,) = made["lines"]
    assert (line["title"], line["place"]) == ("共享单车整治志愿服务", "八角南路社区")


async def test_whoever_holds_the_code_reads_a_family_name_and_that_nobody_vouches_for_it(
    world: World, session: AsyncSession
) -> None:
    source = await helped(session, world.filer)
    made = await certificate(world.filer, **NAME)
    answer = await world.stranger.get(f"/certified/{made['code']}")
    told = answer.json()
    assert (told["name"], told["named_by"], told["minutes"], told["revocation"]) == ("王**", "holder", 90, None)
    hidden = ("王秀兰", made["id"], str(await account_id(world.filer)))
    assert [one for one in hidden if one in answer.text] == []
    page = await world.stranger.http.get(f"/q/{made['code']}")
    assert "姓名由本人填写，请另行核对身份" in page.text
    assert "王秀兰" not in page.text
    await taken_back(session, source)
    assert (await ok(world.stranger.get(f"/certified/{made['code']}")))["revocation"] == "hours"


async def test_a_resident_says_the_name_and_has_something_to_certify(world: World, session: AsyncSession) -> None:
    assert refusal(await asked(world.filer, **NAME)) == (409, "nothing_to_certify")
    await helped(session, world.filer)
    nameless = await asked(world.filer)
    assert refusal(nameless) == (422, "invalid_request")
    assert nameless.json()["errors"][0]["field"] == "name"


async def test_a_member_is_called_what_the_roster_says(world: World, session: AsyncSession) -> None:
    await booked(session, world.members[0])
    made = await certificate(world.member, **NAME)
    assert (made["name"], made["named_by"], made["account_id"]) == ("党员1号", "roster", None)


async def test_a_desk_of_the_home_certifies_a_resident_whose_name_it_has_seen(
    world: World, session: AsyncSession
) -> None:
    await helped(session, world.filer)
    resident = {"account_id": str(await account_id(world.filer))}
    assert refusal(await asked(world.desk, **resident, **NAME)) == (422, "invalid_request")
    for who in (world.neighbour_desk, world.observer, world.stranger, world.member):
        assert refusal(await asked(who, **resident, **NAME, **FOR)) == (403, "forbidden")
    absent = {"account_id": str(new_id())}
    assert refusal(await asked(world.desk, **absent, **NAME, **FOR)) == (403, "forbidden")
    both = {**resident, "member_id": str(world.members[0].id)}
    assert refusal(await asked(world.desk, **both, **FOR)) == (422, "invalid_request")
    made = await certificate(world.desk, **resident, **NAME, **FOR)
    assert (made["named_by"], made["reason"]) == ("desk", FOR["reason"])
    assert (await ok(world.filer.get(f"/certificates/{made['id']}")))["name"] == "王秀兰"
    ended = await ok(world.desk.post(f"/certificates/{made['id']}/revoke", {"reason": "开错了"}))
    assert ended["revocation"] == "issuer"
    payloads = (await session.scalars(select(Event.payload).where(Event.kind.like("certificate.%")))).all()
    assert [one["account_id"] for one in payloads] == [resident["account_id"]] * 2


async def test_who_named_no_home_belongs_to_where_they_served_last(world: World, session: AsyncSession) -> None:
    await helped(session, world.filer)
    whose = await account_id(world.filer)
    await session.execute(update(Account).where(Account.id == whose).values(home_region_code=None))
    await session.commit()
    made = await certificate(world.desk, account_id=str(whose), **NAME, **FOR)
    assert refusal(await asked(world.neighbour_desk, account_id=str(whose), **NAME, **FOR)) == (403, "forbidden")
    assert [one["id"] for one in (await ok(world.desk.get("/certificates")))["items"]] == [made["id"]]


@pytest.mark.parametrize("home", [COMMUNITY, NEIGHBOUR])
async def test_a_list_holds_ones_own_and_those_of_the_home(world: World, session: AsyncSession, home: str) -> None:
    await helped(session, world.filer)
    whose = await account_id(world.filer)
    await session.execute(update(Account).where(Account.id == whose).values(home_region_code=home))
    await session.commit()
    made = await certificate(world.filer, **NAME)
    for who, sees in (
        (world.filer, True),
        (world.desk, home == COMMUNITY),
        (world.neighbour_desk, home == NEIGHBOUR),
        (world.stranger, False),
        (world.member, False),
    ):
        items = (await ok(who.get("/certificates", account_id=str(whose))))["items"]
        assert [one["id"] for one in items] == ([made["id"]] if sees else [])
        answer = await who.get(f"/certificates/{made['id']}")
        assert answer.status_code == (200 if sees else 404)


async def test_that_a_desk_read_a_residents_name_is_on_record(world: World, session: AsyncSession) -> None:
    await helped(session, world.filer)
    made = await certificate(world.filer, **NAME)
    noted = select(func.count()).where(Event.kind == MemberEvent.LOOKED_UP)
    await ok(world.filer.get(f"/certificates/{made['id']}"))
    assert await session.scalar(noted) == 0
    await ok(world.desk.get(f"/certificates/{made['id']}"))
    assert await session.scalar(noted) == 1


async def test_a_resident_prints_and_exports_theirs(world: World, session: AsyncSession) -> None:
    await helped(session, world.filer)
    made = await certificate(world.filer, **NAME)
    with opened((await world.filer.get(f"/certificates/{made['id']}/pdf")).content) as document:
        assert "兹证明王秀兰（居民，姓名由本人填写）" in words(document[0])
    (row,) = (await ok(world.filer.get("/me/export")))["tables"]["certificates"]
    assert (row["id"], row["name"]) == (made["id"], "王秀兰")
    assert (await ok(world.stranger.get("/me/export")))["tables"]["certificates"] == []


async def test_who_becomes_a_member_keeps_what_was_certified_before(world: World, session: AsyncSession) -> None:
    await helped(session, world.filer)
    made = await certificate(world.filer, **NAME)
    whose = await account_id(world.filer)
    await session.execute(update(Account).where(Account.id == whose).values(member_id=world.members[3].id))
    await session.commit()
    assert (await ok(world.filer.get("/certificates")))["items"][0]["id"] == made["id"]
    again = await certificate(world.filer)
    assert (again["named_by"], again["minutes"]) == ("roster", 90)
    by_account = await certificate(world.desk, account_id=str(whose), **FOR)
    assert (by_account["named_by"], by_account["member_id"]) == ("roster", str(world.members[3].id))
