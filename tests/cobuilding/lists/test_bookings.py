"""A venue is booked once at a time; of goods there are never more out than there are."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.cobuilding.lists import booking, occupancy
from app.cobuilding.lists.sharing_models import Booking
from app.kit import db
from app.kit.timers import sweep
from app.settings import Settings
from tests.activities.test_races import a_district
from tests.client import ANSWER, Client, refusal
from tests.clock import move_clock
from tests.cobuilding.lists.drawn import drawn, lift, line, one_item
from tests.demands.world import COMMUNITY, World, ok
from tests.notifications.post import Post, kinds
from tests.racing import insist, workers

Body = dict[str, Any]
WHY = {"reason": "另有会议"}
NOON = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=2)


def hours(start: float, end: float, **more: Any) -> Body:
    """So many hours after a certain noon."""
    at = [(NOON + timedelta(hours=hour)).isoformat() for hour in (start, end)]
    return {"starts_at": at[0], "ends_at": at[1], **more}


async def hall(world: World, **changes: Any) -> Body:
    return await one_item(world, "resource", title="党群服务中心多功能厅", form="venue", **changes)


async def chairs(world: World, quantity: int = 10, **changes: Any) -> Body:
    return await one_item(world, "resource", title="折叠椅", form="goods", quantity=quantity, unit="把", **changes)


async def asked(who: Client, item: Body, **body: Any) -> ANSWER:
    return await who.post(f"/list-items/{item['id']}/bookings", body)


async def booked(who: Client, item: Body, **body: Any) -> Body:
    return await ok(asked(who, item, **body), 201)


async def moved(who: Client, one: Body, action: str, body: Body | None = None) -> Body:
    return await ok(who.post(f"/bookings/{one['id']}/{action}", body))


async def test_a_venue_is_booked_once_at_a_time(world: World) -> None:
    item = await hall(world)
    mine = {"organization_id": str(world.unit.id)}
    made = await booked(world.liaison, item, **hours(0, 2), **mine, purpose="业主座谈会")
    assert (made["state"], made["organization"], made["quantity"]) == ("booked", "嘉恒物业公司", 1)
    for overlapping in (hours(1, 3), hours(-1, 1), hours(0.5, 1), hours(-1, 3)):
        assert refusal(await asked(world.desk, item, **overlapping)) == (409, "occupied")
    await booked(world.desk, item, **hours(2, 4))
    assert (await moved(world.liaison, made, "cancel", WHY))["reason"] == "另有会议"
    await booked(world.desk, item, **hours(0, 2))


async def test_goods_are_counted_at_every_moment(world: World) -> None:
    item = await chairs(world)
    await booked(world.desk, item, **hours(0, 2), quantity=6)
    await booked(world.desk, item, **hours(3, 5), quantity=6)
    assert refusal(await asked(world.desk, item, **hours(1, 4), quantity=5)) == (409, "occupied")
    await booked(world.desk, item, **hours(1, 4), quantity=4)
    await booked(world.desk, item, **hours(2, 3), quantity=6)
    assert refusal(await asked(world.desk, item, **hours(2, 3))) == (409, "occupied")
    assert refusal(await asked(world.desk, item, **hours(8, 9), quantity=11)) == (409, "occupied")


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 10), st.integers(1, 5)), max_size=12),
    st.integers(0, 20),
    st.integers(1, 10),
)
def test_the_most_that_is_out_is_that_of_some_moment(
    drawn_up: list[tuple[int, int, int]], start: int, length: int
) -> None:
    held = [(_at(begin), _at(begin + lasts), much) for begin, lasts, much in drawn_up]
    during = Range(_at(start), _at(start + length))
    at_each = [
        sum(much for begin, lasts, much in drawn_up if begin <= hour < begin + lasts)
        for hour in range(start, start + length)
    ]
    assert occupancy.peak(held, during) == max(at_each)


def _at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


async def test_what_is_not_back_is_not_lent_again(world: World, settings: Settings) -> None:
    item = await chairs(world)
    made = await booked(world.desk, item, **hours(0, 2), quantity=8)
    out = await moved(world.desk, made, "hand-over")
    assert (out["state"], out["overdue"], out["actions"]) == ("handed_over", False, ["return"])
    await booked(world.desk, item, **hours(10, 11), quantity=10)
    move_clock(settings, NOON + timedelta(hours=3) - datetime.now(UTC))
    world.desk = await world.desk.signed_in("desk")
    (late,) = (await ok(world.desk.get("/bookings", state="handed_over")))["items"]
    assert late["overdue"]
    assert refusal(await asked(world.desk, item, **hours(12, 13), quantity=3)) == (409, "occupied")
    assert (await moved(world.desk, made, "return"))["state"] == "returned"
    await booked(world.desk, item, **hours(12, 13), quantity=3)


async def test_who_has_goods_too_long_is_called_to_bring_them_back(
    world: World, settings: Settings, sessions: db.Sessions, post: Post
) -> None:
    item = await chairs(world)
    made = await booked(world.liaison, item, **hours(0, 2), organization_id=str(world.unit.id))
    await moved(world.desk, made, "hand-over")
    move_clock(settings, NOON + timedelta(hours=3) - datetime.now(UTC))
    assert [await sweep(sessions, booking.LOANS), await sweep(sessions, booking.LOANS)] == [1, 0]
    await post.round()
    world.liaison, world.desk = await world.desk.signed_in("liaison"), await world.desk.signed_in("desk")
    assert "loan_overdue" in await kinds(world.liaison)
    await moved(world.desk, made, "return")
    await post.round()
    assert "loan_overdue" not in await kinds(world.liaison)


async def test_owner_and_booker_hear_of_a_booking_and_of_its_end(world: World, post: Post) -> None:
    item = await hall(world, owner_id=str(world.other_unit.id))
    made = await booked(world.liaison, item, **hours(0, 2), organization_id=str(world.unit.id))
    await post.round()
    assert (await kinds(world.other_liaison), await kinds(world.liaison)) == (["booked"], [])
    assert [one["id"] for one in (await ok(world.other_liaison.get("/bookings")))["items"]] == [made["id"]]
    await moved(world.other_liaison, made, "cancel", WHY)
    await post.round()
    assert await kinds(world.liaison) == ["booking_cancelled"]


async def test_only_those_concerned_see_a_booking_and_everybody_sees_when_it_is_occupied(world: World) -> None:
    item = await hall(world)
    made = await booked(world.liaison, item, **hours(0, 2), organization_id=str(world.unit.id), purpose="座谈会")
    for who in (world.stranger, world.member, world.other_liaison):
        assert (await ok(who.get("/bookings")))["items"] == []
        assert refusal(await who.post(f"/bookings/{made['id']}/cancel", WHY)) == (404, "not_found")
    (time,) = (await ok(world.stranger.get(f"/list-items/{item['id']}/times")))["items"]
    assert set(time) == {"starts_at", "ends_at", "quantity"}
    after = (NOON + timedelta(hours=2)).isoformat()
    assert (await ok(world.stranger.get(f"/list-items/{item['id']}/times", since=after)))["items"] == []
    assert refusal(await world.observer.post(f"/bookings/{made['id']}/cancel", WHY)) == (403, "forbidden")


async def test_one_books_for_ones_own_organization_and_the_desk_for_anybody(world: World) -> None:
    item = await hall(world)
    other = {"organization_id": str(world.other_unit.id)}
    for who in (world.liaison, world.member, world.stranger, world.observer):
        assert refusal(await asked(who, item, **hours(0, 2), **other)) == (403, "forbidden")
    assert refusal(await asked(world.liaison, item, **hours(0, 2))) == (403, "forbidden")
    made = await booked(world.desk, item, **hours(0, 2), **other)
    assert (await moved(world.other_liaison, made, "cancel", WHY))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (hours(0, 25), "ends_at"),
        (hours(24 * 400, 24 * 400 + 1), "starts_at"),
        (hours(-24 * 9, -24 * 9 + 1), "ends_at"),
        (hours(0, 1, quantity=2), "quantity"),
        (hours(0, 1, organization_id="00000000-0000-7000-8000-000000000000"), "organization_id"),
    ],
)
async def test_a_time_that_no_rule_allows_is_refused_by_its_field(world: World, body: Body, field: str) -> None:
    answer = await asked(world.desk, await hall(world), **body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_how_long_one_may_book_is_a_policy(world: World) -> None:
    item = await hall(world)
    rule = {"region_code": COMMUNITY, "value": {"venue": "PT2H"}, "from": "2026-01-01"}
    await ok(world.admin.put("/policies/booking_longest", rule))
    assert (await asked(world.desk, item, **hours(0, 3))).status_code == 422
    await booked(world.desk, item, **hours(0, 2))


async def test_neither_people_nor_drafts_nor_services_are_booked(world: World) -> None:
    people = await one_item(world, "resource", title="电工两名", form="people")
    service = await one_item(world)
    draft = await line(world.desk, await drawn(world.desk, "resource", year=2027), form="venue")
    for item in (people, service, draft):
        assert refusal(await asked(world.desk, item, **hours(0, 1))) == (409, "action_not_allowed")
    assert refusal(await world.desk.get(f"/list-items/{service['id']}/times")) == (409, "action_not_allowed")


async def test_a_venue_is_not_handed_over_and_nothing_is_cancelled_when_it_is_over(
    world: World, settings: Settings
) -> None:
    item = await hall(world)
    made = await booked(world.desk, item, **hours(0, 1))
    assert made["actions"] == ["cancel"]
    assert refusal(await world.desk.post(f"/bookings/{made['id']}/hand-over")) == (409, "action_not_allowed")
    move_clock(settings, NOON + timedelta(hours=2) - datetime.now(UTC))
    world.desk = await world.desk.signed_in("desk")
    assert refusal(await world.desk.post(f"/bookings/{made['id']}/cancel", WHY)) == (409, "action_not_allowed")
    assert (await ok(world.desk.get("/bookings")))["items"][0]["actions"] == []


async def test_there_are_not_fewer_than_are_booked(world: World) -> None:
    item = await chairs(world)
    await booked(world.desk, item, **hours(0, 1), quantity=6)
    path, goods = f"/list-items/{item['id']}", lift(title="折叠椅", form="goods", unit="把")
    assert refusal(await world.desk.put(path, goods | {"quantity": 5})) == (409, "occupied")
    assert refusal(await world.desk.put(path, lift(form="venue"))) == (409, "occupied")
    await ok(world.desk.put(path, goods | {"quantity": 6}))


async def test_a_crowd_at_one_hall_and_a_crowd_at_three_chairs(
    committing: Settings, committed_sessions: db.Sessions
) -> None:
    async with workers(committing) as found:
        world = await a_district(committing, committed_sessions, Client(found.http))
        whole = await drawn(world.desk, "resource")
        room = await line(world.desk, whole, title="多功能厅", form="venue")
        seats = await line(world.desk, whole, title="折叠椅", form="goods", quantity=3)
        await ok(world.desk.post(f"/lists/{whole['id']}/publish"))
        calls = [insist(world.desk, f"/list-items/{one['id']}/bookings", hours(0, 1)) for one in (room, seats) * 12]
        answers = await asyncio.gather(*calls)
    assert Counter(one.status_code for one in answers[::2]) == {201: 1, 409: 11}
    assert Counter(one.status_code for one in answers[1::2]) == {201: 3, 409: 9}


async def test_the_database_itself_books_no_venue_twice(world: World, session: AsyncSession) -> None:
    await booked(world.desk, await hall(world), **hours(0, 2))
    one = (await session.scalars(select(Booking))).one()
    twin = {column.key: getattr(one, column.key) for column in Booking.__table__.columns} | {"id": db.new_id()}
    session.add(Booking(**twin))
    with pytest.raises(Exception, match="ex_item_bookings_item_id_during"):
        await session.flush()
