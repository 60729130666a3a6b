"""The follower, with real commits: two workers, a crash between batches, the same again, thousands at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app import worker
from app.access.models import Account
from app.demands.events import DemandEvent
from app.demands.lifecycle import ClaimState
from app.demands.models import Claim, ClaimantKind
from app.kit import clock, db, events, migrate
from app.kit.db import new_id
from app.kit.events import Event
from app.main import create_app
from app.notifications import following
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.conftest import KEYRING
from tests.demands.test_dispatching import assigned
from tests.demands.world import World, a_world, claimed, ok, opened
from tests.notifications.post import REASON, inbox, kinds
from tests.racing import a_crowd

Rows = set[tuple[Any, ...]]
ROWS = text("SELECT account_id, kind, subject_id, n, times, read_at FROM notifications")


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


async def rows(sessions: db.Sessions) -> Rows:
    async with sessions() as session:
        return {tuple(row) for row in await session.execute(ROWS)}


async def log(session: AsyncSession) -> Sequence[Event]:
    return (await session.scalars(select(Event).order_by(Event.n))).all()


async def catch_up(sessions: db.Sessions, batch: int = 500, handle: events.Handler = following.tell) -> None:
    """Follow until two looks in a row found nothing."""
    nothing = 0
    while nothing < 2:
        nothing = 0 if await events.follow(sessions, following.FOLLOWER, handle, batch=batch) else nothing + 1


async def a_busy_day(world: World) -> None:
    """Demands that go many ways."""
    for _ in range(3):
        demand = await opened(world, slots=2)
        claim = await claimed(world.member, demand)
        await ok(world.filer.post(f"/demands/{demand['id']}/messages", {"text": "几点来？"}), 201)
        await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
        await ok(world.filer.post(f"/demands/{demand['id']}/evaluation", {"stars": 5, "resolved": True}), 201)
        await assigned(world)


async def test_the_worker_tells(world: World, committed_sessions: db.Sessions) -> None:
    await a_busy_day(world)
    await worker.follow(committed_sessions)
    assert (await kinds(world.filer)).count("rate") == 3
    assert (await kinds(world.second)).count("offered") == 3


async def test_two_workers_at_once_tell_each_thing_once(world: World, committed_sessions: db.Sessions) -> None:
    async def work() -> None:
        while not day.done():
            await worker.follow(committed_sessions)
        await worker.follow(committed_sessions)

    day = asyncio.create_task(a_busy_day(world))
    await asyncio.gather(work(), work(), day)
    await catch_up(committed_sessions)
    told = await rows(committed_sessions)
    assert len({(row.account_id, row.n) for row in map(Row, told)}) == len(told)
    assert sum(row.times for row in map(Row, told) if row.kind == "message") == 3 * 2, "the member and the desk"
    assert (await kinds(world.filer)).count("claimed") == 3


class Row:
    """A stored message by its columns."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.account_id, self.kind, self.subject_id, self.n, self.times, self.read_at = row


async def test_a_crash_between_batches_neither_loses_nor_repeats(world: World, committed_sessions: db.Sessions) -> None:
    await a_busy_day(world)
    crashes = iter([False, True, False, True] * 100)

    async def crash_now_and_then(session: AsyncSession, found: Sequence[Event]) -> None:
        await following.tell(session, found)
        if next(crashes):
            raise ConnectionResetError

    for _ in range(100):
        try:
            await catch_up(committed_sessions, 4, crash_now_and_then)
            break
        except ConnectionResetError:
            continue
    crashed = await rows(committed_sessions)
    async with committed_sessions.begin() as session:
        await session.execute(text("DELETE FROM notifications"))
        await session.execute(text("UPDATE event_cursors SET n = 0 WHERE follower = 'notifications'"))
    await catch_up(committed_sessions, 4)
    assert crashed == await rows(committed_sessions)
    assert len(crashed) > 10


async def test_the_same_batch_again_changes_nothing(world: World, committed_sessions: db.Sessions) -> None:
    await a_busy_day(world)
    await catch_up(committed_sessions)
    newest = (await inbox(world.filer))[0]
    await ok(world.filer.post(f"/notifications/{newest['id']}/read"))
    before = await rows(committed_sessions)
    for _ in range(2):
        async with committed_sessions.begin() as session:
            await following.tell(session, await log(session))
    assert await rows(committed_sessions) == before


async def statements_of(sessions: db.Sessions, found: Sequence[Event]) -> int:
    """How many statements the follower takes for some events."""
    seen: list[str] = []

    def hear(*heard: Any) -> None:
        seen.append(heard[2])

    engine = sessions.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        async with sessions.begin() as session:
            await following.tell(session, found)
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(seen)


async def test_thousands_who_serve_hear_in_a_few_statements(world: World, committed_sessions: db.Sessions) -> None:
    demand = await opened(world, slots=5_000, audience="all")
    now = clock.now()
    crowd = [{"id": new_id(), "created_at": now} for _ in range(4_500)]
    same = {
        "demand_id": uuid.UUID(demand["id"]),
        "round": 1,
        "claimant_kind": ClaimantKind.RESIDENT,
        "places": 1,
        "state": ClaimState.ACCEPTED,
        "departmental": False,
        "made_at": now,
        "claimed_at": now,
    }
    async with committed_sessions.begin() as session:
        await session.execute(insert(Account), crowd)
        claims = [{"id": new_id(), "claimant_id": one["id"], "made_by": one["id"], **same} for one in crowd]
        await session.execute(insert(Claim), claims)
    await ok(world.desk.post(f"/demands/{demand['id']}/messages", {"text": "八点集合"}), 201)
    async with committed_sessions() as session:
        found = [one for one in await log(session) if one.kind == DemandEvent.MESSAGED]
    assert await statements_of(committed_sessions, found) < 25
    assert len([row for row in map(Row, await rows(committed_sessions)) if row.kind == "message"]) == 4_501
    assert await kinds(world.filer) == ["message"]


async def test_an_open_demand_calls_none_of_the_members_who_may_claim_it(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await a_crowd(committed_sessions, committing, world.branch, world.member, 300)
    await opened(world, slots=300)
    await catch_up(committed_sessions)
    assert [row.kind for row in map(Row, await rows(committed_sessions))] == ["dispatched"]


async def test_a_longer_batch_takes_no_more_statements(world: World, committed_sessions: db.Sessions) -> None:
    await a_busy_day(world)
    async with committed_sessions() as session:
        found = await log(session)
    short = await statements_of(committed_sessions, found[: len(found) // 3])
    assert await statements_of(committed_sessions, found) == short


async def test_messages_end_as_the_policies_say(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await a_busy_day(world)
    await catch_up(committed_sessions)
    everything = await inbox(world.filer)
    await ok(world.filer.post(f"/notifications/{everything[0]['id']}/read"))
    move_clock(committing, timedelta(days=29))
    await worker.forget(committed_sessions)
    assert {row.n for row in map(Row, await rows(committed_sessions)) if row.read_at}
    move_clock(committing, timedelta(days=31))
    await worker.forget(committed_sessions)
    left = [Row(row) for row in await rows(committed_sessions)]
    assert left
    assert not any(row.read_at for row in left)
    move_clock(committing, timedelta(days=181))
    await worker.forget(committed_sessions)
    assert await rows(committed_sessions) == set()


async def test_an_installation_that_runs_already_is_not_told_of_the_past(
    world: World, committing: Settings, committed_sessions: db.Sessions
) -> None:
    await a_busy_day(world)
    config = migrate.config(str(committing.owner_database_url), "yihu_app", KEYRING)
    script = ScriptDirectory.from_config(config)
    (revision,) = [one for one in script.walk_revisions() if one.revision.endswith("_notifications")]
    await asyncio.to_thread(command.downgrade, config, str(revision.down_revision))
    await asyncio.to_thread(command.upgrade, config, "head")
    await catch_up(committed_sessions)
    assert await rows(committed_sessions) == set()
    demand = await opened(world)
    await ok(world.desk.post(f"/demands/{demand['id']}/close", REASON | {"result": "handled"}))
    await catch_up(committed_sessions)
    assert await kinds(world.filer) == ["dispatched", "closed"]
