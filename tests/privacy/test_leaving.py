"""Deleting an account: who may, how it is taken back, and that nothing says who it was afterwards."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Role
from app.content import collecting
from app.content.models import File
from app.gateways.storage import FolderStorage
from app.kit import db
from app.kit.db import Base
from app.kit.sealing import Sealed
from app.kit.timers import sweep
from app.main import create_app
from app.privacy.holdings import GONE, HOLDINGS
from app.privacy.leaving import ERASURES
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock
from tests.content.making import jpeg, png, webp
from tests.content.test_uploading import blobs
from tests.demands.world import ELDER_PHONE, World, a_world, claimed, drain, filed, ok, opened, seen
from tests.factories import a_grant

WINDOW = timedelta(days=15)
MINE = ("13811112222", "赵钱孙", "幸福路一号", "漏水的事", "来晚一点", "态度很好")


@pytest.fixture
async def app(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[FastAPI]:
    """The app on a database of its own, since the sweep commits."""
    made = create_app(committing, committed_sessions)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def world(app: FastAPI, committed_sessions: db.Sessions) -> AsyncIterator[World]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://yihu.test") as http:
        async with committed_sessions() as session:
            made = await a_world(session, Client(http))
        yield made


async def erased_now(committing: Settings, sessions: db.Sessions) -> int:
    """How many accounts are erased once the days to think again are over."""
    move_clock(committing, WINDOW + timedelta(minutes=1))
    return await sweep(sessions, ERASURES)


async def a_life(world: World) -> tuple[Client, dict[str, Any]]:
    """Somebody who filed, was served, wrote and rated, all of it over."""
    who = await world.filer.signed_in("leaver")
    await ok(who.put("/me", {"nickname": MINE[1], "home_region_code": "110107003024"}))
    await ok(who.post("/auth/phone", {"code": f"sandbox:{MINE[0]}"}))
    contact = {"name": MINE[1], "phone": MINE[0]}
    demand = await filed(who, title="家里漏水", description=MINE[3], address=MINE[2], contact=contact)
    await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", {"mode": "open"}))
    claim = await claimed(world.member, demand, note=f"带工具去{MINE[2]}")
    await ok(who.post(f"/demands/{demand['id']}/messages", {"text": MINE[4]}), 201)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 60, "summary": f"{MINE[1]}家修好了"}))
    rating = {"stars": 5, "resolved": True, "comment": MINE[5]}
    await ok(who.post(f"/demands/{demand['id']}/evaluation", rating), 201)
    return who, demand


async def test_leaving_signs_out_everywhere_and_signing_in_again_keeps_the_account(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    who, _ = await a_life(world)
    other = await who.signed_in("leaver")
    before = await ok(who.get("/me"))
    answer = await ok(who.delete("/me"))
    assert answer["erases_at"]
    for client in (who, other):
        assert refusal(await client.get("/me")) == (401, "token_invalid")
    move_clock(committing, WINDOW - timedelta(minutes=1))
    assert await sweep(committed_sessions, ERASURES) == 0
    again = await who.signed_in("leaver")
    assert await erased_now(committing, committed_sessions) == 0
    assert await ok(again.get("/me")) == before


async def test_after_the_window_nothing_says_who_it_was_and_the_books_still_stand(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    who, demand = await a_life(world)
    await ok(who.post("/me/consents", {"purpose": "privacy_policy", "version": "2026-11-24", "given": True}))
    exported = (await who.get("/me/export")).text
    assert [plain for plain in MINE if plain not in exported] == []
    hours = await ok(world.member.get("/me/hours"))
    await ok(who.delete("/me"))
    assert await erased_now(committing, committed_sessions) == 1
    assert await sweep(committed_sessions, ERASURES) == 0
    async with committed_sessions() as session:
        found = await everything(session)
        assert [plain for plain in (*MINE, "leaver") if plain in found] == []
        history = await session.execute(text("SELECT given, channel FROM consents ORDER BY id"))
        assert [tuple(row) for row in history] == [(True, "self"), (False, "erasure")]
    left = await seen(await staff(world, committed_sessions), demand)
    assert (left["title"], left["description"], left["address"], left["contact"]) == (GONE, GONE, None, None)
    assert (left["state"], left["result"]) == ("closed", "resolved")
    later = await world.member.signed_in("member")
    assert (await ok(later.get("/me/hours", period="2026Q4")))["minutes"] == hours["minutes"] == 60
    stranger = await ok((await who.signed_in("leaver")).get("/me"))
    assert (stranger["nickname"], stranger["phone_masked"], stranger["roles"]) == (None, None, [])


async def everything(session: AsyncSession) -> str:
    """Every row of every table, personal columns opened."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Sealed)]
        found += [str(tuple(row)) for row in await session.execute(table.select())]
        assert all(column.info.get("personal") for column in columns)
    return "\n".join(found)


async def test_a_member_who_leaves_frees_the_roster_row_which_stays(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await ok(world.member.delete("/me"))
    assert await erased_now(committing, committed_sessions) == 1
    listed = (await ok((await staff(world, committed_sessions)).get("/members", q="党员1号")))["items"]
    assert [one["name"] for one in listed] == ["党员1号"]
    newcomer = await world.stranger.signed_in("newcomer")
    became = await ok(newcomer.post("/auth/phone", {"code": "sandbox:19900000001"}))
    assert became["member"]["name"] == "党员1号"


async def staff(world: World, sessions: db.Sessions) -> Client:
    """A dispatcher who has signed in since the clock was moved."""
    who = await world.desk.signed_in("desk")
    assert (await ok(who.get("/me")))["roles"]
    return who


async def test_who_would_leave_others_in_the_middle_of_something_is_told_what(world: World) -> None:
    for holder in (world.desk, world.liaison):
        assert refusal(await holder.delete("/me")) == (409, "still_appointed")
    demand = await opened(world)
    assert refusal(await world.filer.delete("/me")) == (409, "still_asking")
    claim = await claimed(world.member, demand)
    assert refusal(await world.member.delete("/me")) == (409, "still_serving")
    await ok(world.member.post(f"/claims/{claim['id']}/withdraw", {"reason": "临时有事", "cause": "busy"}))
    await ok(world.member.delete("/me"))
    await ok(world.filer.post(f"/demands/{demand['id']}/cancel", {"reason": "不用了"}))
    await ok(world.filer.delete("/me"))


async def test_what_came_under_way_meanwhile_puts_the_erasure_off_by_a_day(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    who = await world.filer.signed_in("elder")
    await ok(who.post("/auth/phone", {"code": f"sandbox:{ELDER_PHONE}"}))
    await ok(who.delete("/me"))
    behalf = {"name": "赵奶奶", "phone": ELDER_PHONE}
    demand = await filed(world.desk, on_behalf_of=behalf, contact=behalf)
    move_clock(committing, WINDOW + timedelta(minutes=1))
    await sweep(committed_sessions, ERASURES)
    desk = await staff(world, committed_sessions)
    assert (await seen(desk, demand))["contact"] == behalf
    await ok(desk.post(f"/demands/{demand['id']}/close", {"result": "handled", "reason": "已办"}))
    move_clock(committing, WINDOW + timedelta(days=1, minutes=2))
    assert await sweep(committed_sessions, ERASURES) == 1
    desk = await staff(world, committed_sessions)
    assert (await seen(desk, demand))["contact"] is None


async def test_what_was_filed_for_somebody_else_is_theirs_and_stays(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    behalf = {"name": "赵奶奶", "phone": ELDER_PHONE}
    demand = await ok(world.stranger.post("/demands", drain(on_behalf_of=behalf, contact=behalf)), 201)
    assert demand["id"] not in (await world.stranger.get("/me/export")).text
    await ok(world.stranger.delete("/me"))
    await erased_now(committing, committed_sessions)
    assert (await seen(await staff(world, committed_sessions), demand))["contact"] == behalf


async def test_of_erasing_and_signing_in_at_once_one_wins_whole(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await ok(world.stranger.delete("/me"))
    move_clock(committing, WINDOW + timedelta(minutes=1))
    erased, answer = await asyncio.gather(
        sweep(committed_sessions, ERASURES),
        world.stranger.post("/auth/wechat", {"code": "sandbox:stranger"}),
    )
    if answer.status_code == 200:
        me = await ok(world.stranger.as_(answer.json()["access_token"]).get("/me"))
        assert me["nickname"] == (None if erased else "李先生")
    else:
        assert (erased, refusal(answer)) == (1, (401, "token_invalid"))


async def test_a_sign_in_that_read_the_account_before_it_was_erased_is_refused(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    account_id = (await ok(world.stranger.get("/me")))["id"]
    await ok(world.stranger.delete("/me"))
    async with committed_sessions.begin() as session:  # erased, seen as still leaving
        await session.execute(update(Account).where(Account.id == account_id).values(erased_at=text("now()")))
    answer = await world.stranger.post("/auth/wechat", {"code": "sandbox:stranger"})
    assert refusal(answer) == (401, "token_invalid")


async def test_who_was_appointed_meanwhile_is_not_erased(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    account_id = (await ok(world.stranger.get("/me")))["id"]
    await ok(world.stranger.delete("/me"))
    async with committed_sessions.begin() as session:
        await a_grant(session, account_id, Role.OBSERVER, region_code="110107")
    await erased_now(committing, committed_sessions)
    again = await world.stranger.signed_in("stranger")
    assert (await ok(again.get("/me")))["nickname"] == "李先生"


def test_every_table_with_personal_columns_says_what_erasing_leaves_of_them() -> None:
    rules = {holding.model.__tablename__: holding for holding in HOLDINGS}
    assert len(rules) == len(HOLDINGS)
    for table in Base.metadata.sorted_tables:
        personal = {column.name for column in table.columns if column.info.get("personal")}
        if personal:
            assert table.name in rules, f"{table.name} is in no rule of app/privacy/holdings.py"
            rule = rules[table.name]
            assert rule.removed or personal <= rule.erased.keys() | rule.kept.keys(), table.name
            assert rule.erased.keys() <= set(table.columns.keys()), table.name


async def test_photos_of_who_left_go_from_the_store_too_and_those_of_others_stay(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    who = await world.filer.signed_in("leaver")
    used, extra, _ = [(await ok(who.upload(picture()), 201))["id"] for picture in (jpeg, png, webp)]
    demand = await filed(who, file_ids=[used])
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "几单元？"}))
    more = {"description": "三单元", "file_ids": [extra]}
    await ok(who.post(f"/demands/{demand['id']}/supplement", more))
    await ok(who.post(f"/demands/{demand['id']}/cancel", {"reason": "不用了"}))
    others = (await ok(world.filer.upload(png()), 201))["id"]
    await filed(world.filer, file_ids=[others])
    await ok(who.delete("/me"))
    store = FolderStorage(committing.data_dir / "files")
    assert await erased_now(committing, committed_sessions) == 1
    async with committed_sessions() as session:
        assert [str(one) for one in await session.scalars(select(File.id))] == [others]
    assert len(blobs(committing)) == 8, "a row goes before what it stands for"
    assert await collecting.remove_orphans(committed_sessions, store) == 6
    assert len(blobs(committing)) == 2
    assert await collecting.remove_orphans(committed_sessions, store) == 0
