"""A scan says a domain verb, is stored once, and is answered the same ever after."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.activities.evenings import evening
from tests.checkins.scanning import Street, a_scan, scanned, send
from tests.demands.world import claimed, ok, opened, seen


async def test_who_scans_is_there_and_who_scans_again_later_leaves(street: Street) -> None:
    code, world = await street.begins(), street.evenings.world
    (came,) = await send(world.member, a_scan(code))
    assert (came["outcome"], came["action"], came["subject_id"]) == ("accepted", "attend", street.shift_id)
    again = await send(world.member, a_scan(code))
    assert [(one["outcome"], one["counts_at"]) for one in again] == [("already", came["counts_at"])]
    await street.at(evening() + timedelta(minutes=95))
    (left,) = await send(world.member, a_scan(code))
    assert (left["outcome"], left["action"]) == ("accepted", "leave")
    (one,) = await street.roll()
    assert (one["state"], one["minutes"], one["walk_in"]) == ("done", 90, True)


async def test_a_claim_is_arrived_at_and_finished(street: Street) -> None:
    code, world = await street.hang("serve"), street.evenings.world
    demand = await opened(world)
    claim = await claimed(world.member, demand)
    (came,) = await send(world.member, a_scan(code))
    assert (came["outcome"], came["action"], came["subject_id"]) == ("accepted", "arrive", claim["id"])
    (done,) = await send(world.member, a_scan(code, action="finish"))
    assert (done["outcome"], done["action"]) == ("accepted", "finish")
    assert (await seen(world.member, demand))["my_claim"]["state"] == "completed"


async def test_a_member_reports_in(street: Street) -> None:
    code, world = await street.hang("enroll"), street.evenings.world
    assert await scanned(world.member, code) == ("accepted", None)
    assert await scanned(world.member, code) == ("already", None)
    (mine,) = (await ok(world.member.get("/enrollments")))["items"]
    assert mine["region_code"] == street.place["region_code"]


async def test_what_was_heard_is_answered_as_then(street: Street) -> None:
    code, world = await street.begins(), street.evenings.world
    batch = [a_scan(code), a_scan("P0"), a_scan(code)]
    first = await send(world.member, *batch)
    assert [(one["outcome"], one["reason"]) for one in first] == [
        ("accepted", None),
        ("refused", "not_ours"),
        ("already", None),
    ]
    assert await send(world.member, *reversed(batch), batch[0]) == [*reversed(first), first[0]]
    theirs = await send(world.second, batch[0])
    assert [(one["outcome"], one["reason"], one["action"]) for one in theirs] == [("refused", "nonce_taken", None)]


@pytest.mark.parametrize("table", ["scans", "scan_decisions"])
async def test_nobody_rewrites_what_was_scanned(street: Street, session: AsyncSession, table: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))
