"""Appeals at once, on a database that commits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest

from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.demands.world import World, a_world, ok
from tests.oversight.appeals.test_appeals import appealed, minutes, rejected, served


@pytest.fixture
async def world(committing: Settings, committed_sessions: db.Sessions) -> AsyncIterator[World]:
    """The small district, committed."""
    application = create_app(committing, committed_sessions)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        committed_sessions() as session,
    ):
        yield await a_world(session, Client(http))


async def test_of_many_appeals_of_one_decision_one_is_filed(world: World) -> None:
    _, claim = await served(world)
    body = {"subject_kind": "hours", "subject_id": claim["id"], "reason": "不服"}
    answers = await asyncio.gather(*(who.post("/appeals", body) for who in [world.filer, world.member] * 4))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert await minutes(world.member) == 0


async def test_of_many_ends_of_one_appeal_one_counts(world: World) -> None:
    _, claim = await served(world)
    appeal = await appealed(world.filer, "hours", claim["id"])
    path = f"/appeals/{appeal['id']}"
    up, down = {"upheld": True, "reason": "好", "amount": 20}, {"upheld": False, "reason": "不"}
    answers = await asyncio.gather(
        *(world.district_desk.post(f"{path}/decide", body) for body in (up, down, up, down)),
        world.filer.post(f"{path}/withdraw"),
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 4}
    found = await ok(world.filer.get(path))
    assert await minutes(world.member) == (20 if found["state"] == "upheld" else 60)


async def test_an_appeal_and_a_second_rejection_do_not_both_stand(world: World) -> None:
    demand = await rejected(world)
    appeal = await appealed(world.filer, "rejection", demand["id"])
    uphold = {"upheld": True, "reason": "好"}
    upheld, again = await asyncio.gather(
        world.district_desk.post(f"/appeals/{appeal['id']}/decide", uphold),
        world.desk.post(f"/demands/{demand['id']}/reject", {"reason": "还是不行"}),
    )
    assert (upheld.status_code, again.status_code in (403, 404, 409)) == (200, True)
    assert (await ok(world.filer.get(f"/demands/{demand['id']}")))["state"] == "filed"
