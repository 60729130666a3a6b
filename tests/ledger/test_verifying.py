"""Every summary equals what it sums up; each planted difference is found and named."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import text

from app import worker
from app.demands import verifying as demands_verifying
from app.kit import db
from app.kit.db import Sessions, new_id, transaction
from app.ledger import summary_queries
from app.ledger import verifying as ledger_verifying
from app.ledger.booking import Holder
from app.ledger.models import HolderKind
from app.ledger.standings import FOLLOWER
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.demands.world import a_world, claimed, ok, opened
from tests.ledger.services import serve

PLANTS = {
    "standings": "UPDATE standings SET minutes = minutes + 1 WHERE board = 'organization' AND region_code = ''",
    "rungs of the standings": "UPDATE rungs SET holders = 2 WHERE board = 'member' AND region_code = '' AND points > 0",
    "claimed counts": "UPDATE demands SET claimed = 0",
    "minutes of claims": "UPDATE claims SET minutes = minutes - 1",
    "reversals": "INSERT INTO ledger_entries SELECT gen_random_uuid(), unit, -1, provenance, holder_kind, holder_id, "
    "organization_id, region_code, source_kind, source_id, revision, id, rule, served_at, booked_at, booked_by "
    "FROM ledger_entries WHERE unit = 'points'",
}
"""A statement that makes one summary wrong, by the summary."""


@dataclass
class Town:
    """A demand that was served and rated, its hours and points counted."""

    sessions: Sessions
    owner_url: str

    async def differences(self) -> dict[str, list[str]]:
        """What each summary shows; those that agree are left out."""
        async with transaction(self.sessions) as session:
            await summary_queries.freeze(session)
            findings = [*await ledger_verifying.verify(session), *await demands_verifying.verify(session)]
        assert {"standings", "balances", *PLANTS} == {one.summary.en for one in findings}
        return {one.summary.en: one.differences for one in findings if one.differences}

    async def plant(self, statement: str) -> None:
        """Write behind everybody's back, as the owner of the tables."""
        engine = db.connect(self.owner_url, pool_size=1)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()


@pytest.fixture
async def town(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Town]:
    application = create_app(committing, committed_sessions)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
        committed_sessions() as session,
    ):
        world = await a_world(session, Client(http))
        demand = await opened(world)
        claim = await claimed(world.member, demand)
        await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 20}))
        await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
        await claimed(world.second, await opened(world, slots=2))
        await worker.follow(committed_sessions)
        yield Town(committed_sessions, committing.owner_database_url or "")


async def test_summaries_that_were_kept_agree(town: Town) -> None:
    assert await town.differences() == {}


@pytest.mark.parametrize("summary", PLANTS)
async def test_a_planted_difference_is_found(town: Town, summary: str) -> None:
    await town.plant(PLANTS[summary])
    assert summary in await town.differences()


async def test_a_difference_names_the_key_and_both_sums(town: Town) -> None:
    await town.plant(PLANTS["standings"])
    [line] = (await town.differences())["standings"]
    assert line.startswith("board=organization period=")
    assert line.endswith(
        "points_kept=10 points_counted=10 minutes_kept=21 minutes_counted=20 count_kept=1 count_counted=1"
    )


async def test_a_row_that_is_missing_or_nobodys_is_found_too(town: Town) -> None:
    await town.plant("DELETE FROM standings WHERE board = 'community' AND region_code = ''")
    await town.plant("INSERT INTO standings VALUES ('member', '2026Q4', '', gen_random_uuid()::text, 5, 0, 0)")
    found = await town.differences()
    assert {name: len(lines) for name, lines in found.items()} == {
        "standings": 2,
        "rungs of the standings": 2,
        "balances": 1,
    }


async def test_what_the_follower_has_not_had_is_told_and_is_no_difference(town: Town) -> None:
    async with transaction(town.sessions) as session:
        await serve(session, Holder(HolderKind.ACCOUNT, new_id(), None))
    async with town.sessions() as session:
        assert await summary_queries.behind(session, FOLLOWER) == 2
    assert await town.differences() == {}
    await worker.follow(town.sessions)
    async with town.sessions() as session:
        assert await summary_queries.behind(session, FOLLOWER) == 0


async def test_beside_a_worker_that_counts_there_is_never_a_difference(town: Town) -> None:
    async def book() -> None:
        for _ in range(10):
            async with transaction(town.sessions) as session:
                await serve(session, Holder(HolderKind.ACCOUNT, new_id(), None))
            await worker.follow(town.sessions)

    booking = asyncio.create_task(book())
    while not booking.done():
        assert await town.differences() == {}
    await booking
