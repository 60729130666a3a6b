"""The worker's summary: equal to the ledger, each entry counted once, whatever happens to the follower."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app import worker
from app.kit import clock, db, events
from app.kit.db import Sessions, new_id, transaction
from app.kit.events import Event
from app.ledger import booking, queries, standings
from app.ledger.booking import Holder
from app.ledger.models import Entry, HolderKind, Rung, Standing, Unit
from app.settings import Settings
from tests import factories
from tests.ledger.services import (
    a_source,
    all_standings,
    as_member,
    award,
    book,
    serve,
)

Sums = dict[tuple[str, str, str, str], tuple[int, int, int]]
FAIL_AT_COMMIT = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$",
    "CREATE CONSTRAINT TRIGGER not_today AFTER UPDATE ON event_cursors DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW WHEN (new.n > old.n) EXECUTE FUNCTION refuse()",
)
BOARD = (Standing.board, Standing.period, Standing.region_code)
DISTRICT, OTHER_COMMUNITY = "110107", "110107003025"


@pytest.fixture
async def ledger(committed_sessions: Sessions) -> Sessions:
    """A ledger with two branches, a resident, two communities, a correction and a reversal."""
    async with transaction(committed_sessions) as session:
        await factories.a_region(session)
        await factories.a_region(session, OTHER_COMMUNITY, name="八角北路社区")
        branches = [await factories.an_organization(session, name=name) for name in ("甲支部", "乙支部")]
        first, second = [as_member(await factories.a_member(session, branch)) for branch in branches]
    resident = Holder(HolderKind.ACCOUNT, new_id(), None)
    for region_code in (factories.COMMUNITY, OTHER_COMMUNITY, DISTRICT):
        async with transaction(committed_sessions) as session:
            source = await book(session, a_source(), first, second, resident, region_code=region_code)
            await award(session, source, 15)
    async with transaction(committed_sessions) as session:
        await serve(session, first)
        taken = await serve(session, second, points=20, minutes=30)
    async with transaction(committed_sessions) as session:
        for unit in Unit:
            await booking.reverse(session, taken, unit, booked_by=None)
    return committed_sessions


async def aggregated(session: AsyncSession) -> Sums:
    """The boards counted one entry at a time, with nothing of the summary's own code."""
    sums: Sums = {}
    for entry in await session.scalars(select(Entry)):
        share = (
            entry.amount if entry.unit == Unit.POINTS else 0,
            entry.amount if entry.unit == Unit.MINUTES else 0,
            (-1 if entry.reverses_id else 1) if entry.unit == Unit.MINUTES else 0,
        )
        code, quarter = entry.region_code, clock.quarter(entry.served_at)
        for board, key in boards(entry):
            for length in [length for length in (0, 2, 4, 6, 9, 12) if length <= len(code)]:
                where = (board, quarter, code[:length], key)
                old = sums.get(where, (0, 0, 0))
                sums[where] = (old[0] + share[0], old[1] + share[1], old[2] + share[2])
    return {key: total for key, total in sums.items() if any(total)}


def boards(entry: Entry) -> list[tuple[str, str]]:
    found = [("community", entry.region_code[:12])] if len(entry.region_code) >= 12 else []
    if entry.organization_id:
        found.append(("organization", str(entry.organization_id)))
    if entry.holder_kind == HolderKind.MEMBER:
        found.append(("member", str(entry.holder_id)))
    return found


async def check(sessions: Sessions) -> None:
    async with sessions() as session:
        expected = await aggregated(session)
        assert len(expected) > 20
        assert await all_standings(session) == expected
        stand = Counter(tuple(row) for row in await session.execute(select(*BOARD, Standing.points)))
        rungs = await session.execute(select(Rung).where(Rung.holders != 0))
        assert {(rung.board, rung.period, rung.region_code, rung.points): rung.holders for (rung,) in rungs} == stand


async def test_a_rank_counts_everybody_ahead_on_the_board(ledger: Sessions) -> None:
    await worker.follow(ledger)
    async with ledger() as session:
        standings = (await session.scalars(select(Standing))).all()
        for one in standings:
            ahead = [
                other
                for other in standings
                if (other.board, other.period, other.region_code) == (one.board, one.period, one.region_code)
                and other.points > one.points
            ]
            assert await queries.better(session, one) == len(ahead)


async def test_after_the_worker_followed_the_boards_equal_the_ledger(ledger: Sessions) -> None:
    await worker.follow(ledger)
    await check(ledger)


async def test_what_comes_later_is_added(ledger: Sessions) -> None:
    await worker.follow(ledger)
    async with transaction(ledger) as session:
        await serve(session, Holder(HolderKind.MEMBER, new_id(), None))
    await worker.follow(ledger)
    await check(ledger)


async def test_small_batches_count_the_same(ledger: Sessions) -> None:
    await enlist(ledger)
    while await events.follow(ledger, standings.FOLLOWER, standings.count, batch=1):
        pass
    await check(ledger)


async def test_a_service_of_a_crowd_is_counted_whole(ledger: Sessions) -> None:
    crowd = [Holder(HolderKind.ACCOUNT, new_id(), None) for _ in range(2 * standings.AT_ONCE + 1)]
    async with transaction(ledger) as session:
        await serve(session, *crowd)
    await worker.follow(ledger)
    await check(ledger)


async def enlist(sessions: Sessions) -> None:
    async with transaction(sessions) as session:
        await events.enlist(session, standings.FOLLOWER)


async def test_two_workers_at_once_count_once(ledger: Sessions) -> None:
    await enlist(ledger)

    async def follow() -> None:
        for _ in range(40):
            await events.follow(ledger, standings.FOLLOWER, standings.count, batch=1)

    await asyncio.gather(*(follow() for _ in range(4)))
    await worker.follow(ledger)
    await check(ledger)


async def test_a_worker_that_fails_after_counting_counts_once(ledger: Sessions) -> None:
    await enlist(ledger)

    async def fail_afterwards(session: AsyncSession, found: Sequence[Event]) -> None:
        await standings.count(session, found)
        raise ConnectionAbortedError

    for _ in range(2):
        with pytest.raises(ConnectionAbortedError):
            await events.follow(ledger, standings.FOLLOWER, fail_afterwards, batch=3)
        await events.follow(ledger, standings.FOLLOWER, standings.count, batch=3)
    await worker.follow(ledger)
    await check(ledger)


async def test_a_worker_that_is_cut_off_before_its_commit_counts_once(ledger: Sessions) -> None:
    await enlist(ledger)

    async def cut_off(session: AsyncSession, found: Sequence[Event]) -> None:
        await standings.count(session, found)
        async with ledger() as other:
            mine = await session.scalar(select(func.pg_backend_pid()))
            await other.execute(select(func.pg_terminate_backend(mine)))

    with pytest.raises(DBAPIError):
        await events.follow(ledger, standings.FOLLOWER, cut_off)
    await worker.follow(ledger)
    await check(ledger)


async def test_a_worker_whose_commit_fails_counts_once(ledger: Sessions, committing: Settings) -> None:
    await enlist(ledger)
    owner = db.connect(committing.owner_database_url or "", pool_size=1)
    async with owner.begin() as connection:
        for statement in FAIL_AT_COMMIT:
            await connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="not today"):
        await events.follow(ledger, standings.FOLLOWER, standings.count)
    async with owner.begin() as connection:
        await connection.execute(text("DROP TRIGGER not_today ON event_cursors"))
    await owner.dispose()
    await worker.follow(ledger)
    await check(ledger)


async def test_the_summary_says_up_to_which_moment_it_counts(ledger: Sessions) -> None:
    async with ledger() as session:
        assert await queries.followed_until(session, standings.FOLLOWER) is None
    await worker.follow(ledger)
    async with ledger() as session:
        last = await session.scalar(select(Event.at).order_by(Event.n.desc()).limit(1))
        assert await queries.followed_until(session, standings.FOLLOWER) == last


async def test_the_whole_ledger_can_be_summed_up_anew(ledger: Sessions) -> None:
    async with ledger() as session:
        rows = (await session.execute(queries.contributions())).all()
        found = {tuple(row[:4]): tuple(row[4:]) for row in rows}
        assert {key: sums for key, sums in found.items() if any(sums)} == await aggregated(session)


async def test_the_worker_keeps_the_standings() -> None:
    assert worker.FOLLOWERS[standings.FOLLOWER] is standings.count
