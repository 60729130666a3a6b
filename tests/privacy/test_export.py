"""My data: everything of mine, nothing of others, and that it was taken is on record."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Base
from app.kit.events import Event
from app.privacy.holdings import HOLDINGS
from tests.demands.world import World, claimed, filed, ok, opened, seen
from tests.enrollments.reporting import moved, reported
from tests.factories import a_member


async def test_an_export_holds_my_rows_of_every_table_readable(world: World) -> None:
    demand = await opened(world)
    claim = await claimed(world.member, demand, note="下午去")
    await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "好的"}), 201)
    await seen(world.desk, demand)
    tables = (await ok(world.filer.get("/me/export")))["tables"]
    assert tables.keys() == {holding.model.__tablename__ for holding in HOLDINGS}
    (mine,) = tables["demands"]
    assert (mine["id"], mine["address"], mine["contact_phone"]) == (demand["id"], "育才街12号楼", "13800000001")
    assert abs(mine["lng"] - 98.27) < 0.01
    assert [row["text"] for row in tables["notes"]] == ["好的"]
    assert [row["seen_as"] for row in tables["reveals"]] == ["handler"]
    assert tables["accounts"][0]["nickname"] == "王女士"
    assert tables["claims"] == []
    served = (await ok(world.member.get("/me/export")))["tables"]
    assert [row["id"] for row in served["claims"]] == [claim["id"]]
    assert served["members"][0]["name"] == "党员1号"
    assert served["demands"] == []


async def test_an_export_holds_nothing_of_others_and_no_secret(world: World) -> None:
    await filed(world.stranger, description="别人的事", contact={"name": "李先生", "phone": "13911113333"})
    await filed(world.desk, on_behalf_of={"name": "赵奶奶", "phone": "13911114444"}, description="代办的事")
    for who in (world.filer, world.desk, world.member):
        found = (await who.get("/me/export")).text
        assert [one for one in ("别人的事", "13911113333", "代办的事", "13911114444") if one in found] == []
        assert [one for one in ("password_hash", "phone_index", '"subject"', "name_prefixes") if one in found] == []


async def test_what_was_filed_for_my_phone_is_mine(world: World) -> None:
    behalf = {"name": "赵奶奶", "phone": "13911114444"}
    demand = await filed(world.desk, on_behalf_of=behalf, contact=behalf)
    elder = await world.filer.signed_in("elder")
    assert (await ok(elder.get("/me/export")))["tables"]["demands"] == []
    await ok(elder.post("/auth/phone", {"code": "sandbox:13911114444"}))
    (mine,) = (await ok(elder.get("/me/export")))["tables"]["demands"]
    assert (mine["id"], mine["on_behalf_phone"]) == (demand["id"], "13911114444")


async def test_what_was_under_an_entry_that_was_given_up_is_mine(world: World, session: AsyncSession) -> None:
    made = await reported(world.member)
    await moved(world.member, made, "withdraw")
    twin = await a_member(session, world.unit, name="党员1号")
    await session.commit()
    await ok(world.desk.post(f"/members/{world.members[0].id}/merge", {"into_id": str(twin.id)}))
    tables = (await ok(world.member.get("/me/export")))["tables"]
    assert [row["id"] for row in tables["enrollments"]] == [made["id"]]


async def test_each_export_is_on_record(world: World, session: AsyncSession) -> None:
    me = uuid.UUID((await ok(world.filer.get("/me")))["id"])
    for _ in range(2):
        await ok(world.filer.get("/me/export"))
    told = select(Event.actor).where(Event.kind == "account.exported", Event.subject == me)
    assert list(await session.scalars(told)) == [me, me]


def test_tables_that_know_a_person_by_their_account_or_member_are_exported() -> None:
    ours = {holding.model.__tablename__ for holding in HOLDINGS}
    known_by = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in ("accounts", "members") and table.name not in ("accounts", "claim_members")
    }
    assert known_by - ours == set()
