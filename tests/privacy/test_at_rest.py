"""Whoever gets hold of the database, its write-ahead log or our log finds nothing that says who anybody is."""

import logging
from collections.abc import AsyncIterator
from io import BytesIO

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.demands.world import COMMUNITY, World, a_world, claimed, ok

DEMANDS, PEOPLE = 150, 20
STATISTICS = "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats"
WAL = "SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND size > 0"


@pytest.fixture
async def app(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[FastAPI]:
    made = create_app(committing, committed_sessions)
    async with made.router.lifespan_context(made):
        yield made


async def planted(world: World) -> list[str]:
    """What five hundred facts about people went in by, through every door that takes some."""
    found = []
    for number in range(DEMANDS):
        name, phone, address = f"密姓{number:03}某", f"1391111{number:04}", f"密里{number:03}弄{number}号"
        found += [name, phone, address]
        contact = {"name": name, "phone": phone}
        body = {
            "description": f"{name}住{address}，电话{phone}，下水道堵了",
            "region_code": COMMUNITY,
            "address": address,
            "location": {"lng": 116.2 + number * 1e-6, "lat": 39.9 + number * 1e-6, "coord_type": "wgs84"},
            "contact": contact,
            "on_behalf_of": contact if number % 2 else None,
        }
        await ok(world.filer.post("/demands", body, key=f"planting-number-{number:04}"), 201)
    for number in range(PEOPLE):
        openid, nickname, phone = f"oMiXingPerson{number:03}", f"密友{number:03}", f"1392222{number:04}"
        found += [openid, nickname, phone]
        who = await world.filer.signed_in(openid)
        await ok(who.put("/me", {"nickname": nickname}))
        await ok(who.post("/auth/phone", {"code": f"sandbox:{phone}"}))
    return found + await words(world)


async def words(world: World) -> list[str]:
    """What people wrote of one demand from filing to rating."""
    said = ["密语甲", "密语乙", "密语丙", "密语丁"]
    body = {"description": "楼道灯坏了", "region_code": COMMUNITY, "dispatch": {"mode": "open", "note": said[0]}}
    demand = await ok(world.desk.post("/demands", body), 201)
    claim = await claimed(world.member, demand, note=said[1])
    await ok(world.desk.post(f"/demands/{demand['id']}/messages", {"text": said[2]}), 201)
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30, "summary": said[3]}))
    return said


async def stored(url: str) -> bytes:
    """Every table as it lies there, byte by byte, and the write-ahead log."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CHECKPOINT")
        held = BytesIO()
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            await connection.copy_from_table(table, output=held, format="binary")
        held.write(b"".join([row[0] for row in await connection.fetch(WAL)]))
        held.write(repr(await connection.fetch(STATISTICS)).encode())
    finally:
        await connection.close()
    return held.getvalue()


async def test_five_hundred_facts_about_people_are_nowhere_in_the_clear(
    app: FastAPI,
    committing: Settings,
    committed_sessions: db.Sessions,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://yihu.test") as http:
        async with committed_sessions() as session:
            world = await a_world(session, Client(http))
        facts = await planted(world)
        listed = (await ok(world.desk.get("/demands", scope="region", limit=100)))["items"]
    assert len(facts) > 500
    assert [one["title"] for one in listed if "密" in one["title"]] == []
    held = await stored(str(committing.owner_database_url))
    assert b"110107003024" in held
    assert [fact for fact in facts if fact.encode() in held] == []
    said = caplog.text + "".join(capsys.readouterr())
    assert "http.request" in said
    assert [fact for fact in facts if fact in said] == []
    assert b"demand.filed" in held
