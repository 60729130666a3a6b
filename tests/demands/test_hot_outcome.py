"""A claim in two statements whose connection breaks, or cannot be had: told, found out by its key, never doubled."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions
from app.main import create_app
from app.settings import Settings
from tests.client import Client, refusal
from tests.demands.world import World, a_world, ok, opened
from tests.kit.edge.serving import served
from tests.racing import a_crowd, a_key
from tests.wire import Cut, Wire

LONG = 10_000
"""Milliseconds that nothing here waits for."""


@dataclass
class Stage:
    """A small district behind one application whose connections can be cut."""

    world: World
    wire: Wire
    sessions: Sessions

    async def count(self, what: str) -> int:
        async with self.sessions() as session:
            return int(await session.scalar(text(f"SELECT count(*) FROM {what}")) or 0)

    @asynccontextmanager
    async def locked(self, table: str, demand: dict[str, Any] | None = None) -> AsyncIterator[AsyncSession]:
        """Nobody else can write the table, or that row of it, while the block runs."""
        how = f"SELECT 1 FROM {table} WHERE id = :id FOR UPDATE" if demand else f"LOCK TABLE {table}"
        async with self.sessions() as session:
            await session.execute(text(how), {"id": demand["id"]} if demand else {})
            yield session

    async def hot_statements_wait(self, count: int) -> None:
        """Until so many claims hold a connection of the hot pool each and wait for a lock."""
        waiting = "pg_stat_activity WHERE application_name = 'yihu hot' AND wait_event_type = 'Lock'"
        async with asyncio.timeout(LONG / 1000):
            while await self.count(waiting) < count:  # noqa: ASYNC110 - it is the database that is watched
                await asyncio.sleep(0.01)


@asynccontextmanager
async def staged(settings: Settings, sessions: Sessions, **how: Any) -> AsyncIterator[Stage]:
    wire = Wire(str(settings.database_url))
    async with AsyncExitStack() as stack:
        near = await stack.enter_async_context(wire.open())
        made = create_app(settings.model_copy(update={"database_url": near, **how}))
        address = await stack.enter_async_context(served(made))
        http = await stack.enter_async_context(httpx2.AsyncClient(base_url=address, timeout=30))
        async with sessions() as session:
            world = await a_world(session, Client(http))
        yield Stage(world, wire, sessions)


@pytest.fixture
async def stage(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Stage]:
    async with staged(committing, committed_sessions) as made:
        yield made


def hot_claim(opening: bytes, message: bytes) -> bool:
    """Whether a message of the hot pool takes the place: the one that writes the event."""
    return b"yihu hot" in opening and b"demand.claimed" in message


@pytest.mark.parametrize("way", Cut, ids=lambda way: way.name.lower())
async def test_a_keyed_claim_whose_connection_breaks_is_found_by_its_key_or_made(stage: Stage, way: Cut) -> None:
    for turn in range(1, 11):
        demand, key = await opened(stage.world), a_key()
        stage.wire.cut(way, hot_claim)
        path = f"/demands/{demand['id']}/claims"
        answer = await stage.world.member.post(path, key=key)
        assert answer.status_code == 201, answer.text
        assert ("Idempotency-Replayed" in answer.headers) is (way is Cut.BACK)
        again = await stage.world.member.post(path, key=key)
        assert (again.content, again.headers["Idempotency-Replayed"]) == (answer.content, "true")
        assert stage.wire.cuts == await stage.count("claims") == turn
        assert await stage.count("events WHERE kind = 'demand.claimed'") == turn


@pytest.mark.parametrize("way", Cut, ids=lambda way: way.name.lower())
async def test_without_a_key_a_claim_whose_connection_breaks_is_busy_and_not_tried_again(
    stage: Stage, way: Cut
) -> None:
    demand = await opened(stage.world)
    stage.wire.cut(way, hot_claim)
    answer = await stage.world.member.post(f"/demands/{demand['id']}/claims")
    assert refusal(answer) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert stage.wire.cuts == 1
    assert await stage.count("claims") == (1 if way is Cut.BACK else 0)


async def test_a_keyed_claim_whose_connection_the_server_ends_is_made_once(stage: Stage) -> None:
    demand = await opened(stage.world)
    async with stage.locked("claims") as holder:
        asked = asyncio.create_task(stage.world.member.post(f"/demands/{demand['id']}/claims", key=a_key()))
        await stage.hot_statements_wait(1)
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yihu hot'"
        await holder.execute(text(end))  # 57P01 in the middle of the statement
        await holder.rollback()
    assert (await asked).status_code == 201
    assert await stage.count("claims") == 1


async def test_claims_that_get_no_connection_in_time_are_busy_and_everybody_else_is_served(
    committing: Settings, committed_sessions: Sessions
) -> None:
    """All connections of the hot pool wait for a lock; more claims of other demands wait for a connection."""
    patience = {"hot_pool_size": 2, "pool_timeout_ms": 1_000, "lock_timeout_ms": LONG, "statement_timeout_ms": 2 * LONG}
    async with staged(committing, committed_sessions, **patience) as stage:
        demands = [await opened(stage.world) for _ in range(12)]
        crowd = await a_crowd(stage.sessions, committing, stage.world.branch, stage.world.member, len(demands))
        paths = [f"/demands/{demand['id']}/claims" for demand in demands]
        async with stage.locked("claims"):
            holding = [asyncio.create_task(who.post(path)) for who, path in zip(crowd[:2], paths[:2], strict=True)]
            await stage.hot_statements_wait(2)
            began = time.monotonic()
            refused = await asyncio.gather(*(who.post(path) for who, path in zip(crowd[2:], paths[2:], strict=True)))
            took = time.monotonic() - began
            assert {refusal(answer) for answer in refused} == {(503, "unavailable")}
            assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
            assert took < 2 * patience["pool_timeout_ms"] / 1000, "one wait, not one a pool"
            assert (await ok(stage.world.second.get("/me")))["id"]
            assert (await stage.world.second.get("/healthz")).status_code == 200
        assert [(await task).status_code for task in holding] == [201, 201]
        after = await asyncio.gather(*(who.post(path) for who, path in zip(crowd[2:], paths[2:], strict=True)))
        assert {answer.status_code for answer in after} == {201}


async def test_claims_of_a_demand_that_somebody_holds_are_busy_in_turn_and_go_on_after(
    committing: Settings, committed_sessions: Sessions
) -> None:
    """One waits for the row's lock with a connection; the others wait for their turn, with none."""
    async with staged(committing, committed_sessions, hot_pool_size=2, lock_timeout_ms=300) as stage:
        held, other = await opened(stage.world, slots=9), await opened(stage.world, slots=9)
        crowd = await a_crowd(stage.sessions, committing, stage.world.branch, stage.world.member, 4)
        async with stage.locked("demands", held):
            asked = [asyncio.create_task(who.post(f"/demands/{held['id']}/claims")) for who in crowd]
            await stage.hot_statements_wait(1)
            elsewhere = await asyncio.gather(*(who.post(f"/demands/{other['id']}/claims") for who in crowd))
            assert {answer.status_code for answer in elsewhere} == {201}
            answers = await asyncio.gather(*asked)
        assert {refusal(answer) for answer in answers} == {(503, "unavailable")}
        after = await asyncio.gather(*(who.post(f"/demands/{held['id']}/claims") for who in crowd))
        assert {answer.status_code for answer in after} == {201}


async def test_a_claim_whose_client_has_left_while_it_waited_for_its_turn_is_not_made(stage: Stage) -> None:
    demand = await opened(stage.world, slots=3)
    path = f"/demands/{demand['id']}/claims"
    async with stage.locked("demands", demand):
        first = asyncio.create_task(stage.world.member.post(path))
        await stage.hot_statements_wait(1)
        left = asyncio.create_task(stage.world.second.post(path))
        await asyncio.sleep(0.2)  # it has come and waits
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        await asyncio.sleep(0.2)  # the server hears that they hung up
    assert (await first).status_code == 201
    assert refusal(await stage.world.member.post(path)) == (409, "already_claimed")  # after whoever waited before
    assert await stage.count("claims") == 1
