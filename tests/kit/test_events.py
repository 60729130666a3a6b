"""Followers of the event log get every event once, and those of one subject in the order in which they happened."""

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db, events
from app.kit.db import new_id
from app.kit.events import Event, EventCursor

FOLLOWER = "a follower"
LOCK = text("SELECT pg_advisory_xact_lock(:number)")
TAKE_AN_ID = select(func.pg_current_xact_id())


class Happened(StrEnum):
    """What these tests write."""

    SOMETHING = "something.happened"


def record(session: AsyncSession, subject: uuid.UUID, number: int) -> None:
    events.record(session, Happened.SOMETHING, subject=subject, region_code="", actor=None, number=number)


class Reader:
    """Remembers what it was given; fails as often as it is told to."""

    def __init__(self) -> None:
        self.got: dict[uuid.UUID, list[int]] = defaultdict(list)
        self.batches: list[int] = []
        self.fail = 0

    async def handle(self, _: AsyncSession, batch: Sequence[Event]) -> None:
        self.batches.append(len(batch))
        if self.fail:
            self.fail -= 1
            raise RuntimeError
        for event in batch:
            self.got[event.subject].append(event.payload["number"])


@pytest.fixture
async def make(committed_sessions: db.Sessions) -> db.Sessions:
    """Sessions that commit, on a log that one follower has enlisted for."""
    async with db.transaction(committed_sessions) as session:
        await events.enlist(session, FOLLOWER)
    return committed_sessions


async def write(make: db.Sessions, subject: uuid.UUID, *numbers: int) -> None:
    """One event a number, committed together."""
    async with db.transaction(make) as session:
        for number in numbers:
            record(session, subject, number)


async def follow_on(make: db.Sessions, reader: Reader, batch: int = 500) -> None:
    """Follow until two looks in a row found nothing."""
    nothing = 0
    while nothing < 2:
        nothing = 0 if await events.follow(make, FOLLOWER, reader.handle, batch=batch) else nothing + 1


class Writers:
    """Eight at once, on few subjects, each with its transaction id long before it has the subject's lock."""

    def __init__(self, make: db.Sessions, *, rounds: int, each: int) -> None:
        self.make, self.rounds, self.each = make, rounds, each
        self.subjects = [new_id() for _ in range(5)]
        self.written: dict[uuid.UUID, list[int]] = defaultdict(list)

    async def run(self) -> None:
        await asyncio.gather(*(self._write(random.Random(seed)) for seed in range(8)))

    async def _write(self, chance: random.Random) -> None:
        for _ in range(self.rounds):
            which = chance.randrange(len(self.subjects))
            async with self.make() as session:
                await session.execute(TAKE_AN_ID)
                await asyncio.sleep(chance.random() * 0.004)
                await session.execute(LOCK, {"number": which})
                await self._change(session, self.subjects[which], chance)

    async def _change(self, session: AsyncSession, subject: uuid.UUID, chance: random.Random) -> None:
        """Write the subject's next events, wait, and mostly commit."""
        so_far = len(self.written[subject])
        numbers = range(so_far, so_far + self.each)
        for number in numbers:
            record(session, subject, number)
        await session.flush()  # it is what happens between here and the commit that matters
        await asyncio.sleep(chance.random() * 0.004)
        if chance.random() < 0.1:
            await session.rollback()
            return
        self.written[subject] += numbers  # still under the lock
        await session.commit()


async def test_under_eight_writers_none_is_lost_doubled_or_turned_around(make: db.Sessions) -> None:
    writers, reader = Writers(make, rounds=150, each=20), Reader()
    writing = asyncio.create_task(writers.run())
    while not writing.done():
        await events.follow(make, FOLLOWER, reader.handle)
    await writing
    await follow_on(make, reader)
    total = sum(len(numbers) for numbers in writers.written.values())
    assert total > 8 * 2_000
    assert sum(len(numbers) for numbers in reader.got.values()) == total
    assert reader.got == writers.written
    assert len(reader.batches) > 20


async def test_reading_by_number_alone_would_lose_an_event(make: db.Sessions) -> None:
    """The reason why followers do not."""
    subject, reader = new_id(), Reader()
    async with make() as slow:
        record(slow, subject, 0)
        await slow.flush()  # has its number
        await write(make, subject, 1)
        await events.follow(make, FOLLOWER, reader.handle)
        async with make() as session:
            naive = (await session.scalars(select(Event).order_by(Event.n))).all()
        assert [event.payload["number"] for event in naive] == [1]
        assert reader.got == {}
        await slow.commit()
    async with make() as session:
        after = (await session.scalars(select(Event).where(Event.n > naive[-1].n))).all()
    assert after == []
    await follow_on(make, reader)
    assert reader.got == {subject: [0, 1]}


async def test_the_order_is_that_of_the_lock_and_not_of_the_transaction_ids(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    async with make() as late, make() as between, make() as early:
        for session in (late, between, early):
            await session.execute(TAKE_AN_ID)
        record(early, subject, 0)
        await early.commit()
        record(late, subject, 1)
        await late.commit()
        await follow_on(make, reader)
        await between.commit()
    await follow_on(make, reader)
    assert reader.got == {subject: [0, 1]}


async def test_a_transaction_that_was_there_before_holds_back_what_it_may_precede(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    async with make() as old:
        await old.execute(TAKE_AN_ID)
        await write(make, subject, 0)
        await follow_on(make, reader)
        await write(make, subject, 1)
        await follow_on(make, reader)
        assert reader.got == {}
    await follow_on(make, reader)
    assert reader.got == {subject: [0, 1]}


async def test_a_transaction_that_came_later_holds_nothing_back(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    await write(make, subject, 0)
    async with make() as first:
        await first.execute(TAKE_AN_ID)
        await events.follow(make, FOLLOWER, reader.handle)
        async with make() as second:
            await second.execute(TAKE_AN_ID)
            await first.rollback()
            await events.follow(make, FOLLOWER, reader.handle)
            assert reader.got == {subject: [0]}


async def test_a_dump_that_was_restored_on_another_server_is_read_on(make: db.Sessions) -> None:
    """There the transaction ids are others, and lower: the look that was waiting would wait for years."""
    subject, reader = new_id(), Reader()
    await write(make, subject, 0, 1)
    async with db.transaction(make) as session:
        await session.execute(text("UPDATE event_cursors SET seen_n = 2, seen_xid = '99999999999'"))
    async with make() as old, make() as young:
        await old.execute(TAKE_AN_ID)
        await events.follow(make, FOLLOWER, reader.handle)
        await young.execute(TAKE_AN_ID)  # it is never quiet
        await old.rollback()
        await events.follow(make, FOLLOWER, reader.handle)
    assert reader.got == {subject: [0, 1]}


async def test_numbers_that_were_rolled_back_are_passed_over(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    for number, kept in ((0, True), (99, False), (1, True), (98, False)):
        async with make() as session:
            record(session, subject, number)
            await session.flush()  # draws a number
            await (session.commit() if kept else session.rollback())
    await follow_on(make, reader)
    assert reader.got == {subject: [0, 1]}


async def test_many_events_come_in_batches(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    await write(make, subject, *range(35))
    await follow_on(make, reader, batch=10)
    assert reader.batches == [10, 10, 10, 5]
    assert reader.got == {subject: list(range(35))}


async def test_what_a_look_settled_is_read_to_its_end_however_busy_it_is(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    await write(make, subject, *range(30))
    async with make() as old, make() as young:
        await old.execute(TAKE_AN_ID)
        assert await events.follow(make, FOLLOWER, reader.handle) == 0
        await young.execute(TAKE_AN_ID)
        await old.rollback()
        for _ in range(3):
            assert await events.follow(make, FOLLOWER, reader.handle, batch=10) == 10
    assert reader.got == {subject: list(range(30))}


async def test_a_batch_comes_again_when_its_handler_fails(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    await write(make, subject, 0, 1)
    reader.fail = 2
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await events.follow(make, FOLLOWER, reader.handle)
    await follow_on(make, reader)
    assert reader.batches == [2, 2, 2]
    assert reader.got == {subject: [0, 1]}


async def test_what_a_handler_writes_stands_and_falls_with_its_batch(make: db.Sessions) -> None:
    subject = new_id()
    await write(make, subject, 0)

    async def write_and_fail(session: AsyncSession, batch: Sequence[Event]) -> None:
        record(session, subject, 1)
        await session.flush()  # it reaches the database
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await events.follow(make, FOLLOWER, write_and_fail)
    async with make() as session:
        assert await session.scalar(select(func.count()).select_from(Event)) == 1


async def test_of_two_processes_at_once_the_second_finds_nothing(make: db.Sessions) -> None:
    subject, reader = new_id(), Reader()
    await write(make, subject, 0)
    async with make() as old:  # so that the event is settled for whoever looks next, quiet or not
        await old.execute(TAKE_AN_ID)
        assert await events.follow(make, FOLLOWER, reader.handle) == 0
    busy, done = asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, batch: Sequence[Event]) -> None:
        busy.set()
        await done.wait()
        await reader.handle(session, batch)

    first = asyncio.create_task(events.follow(make, FOLLOWER, slowly))
    await busy.wait()
    assert await asyncio.wait_for(events.follow(make, FOLLOWER, reader.handle), 2) == 0
    done.set()
    assert await first == 1
    assert reader.got == {subject: [0]}


async def test_each_follower_has_a_place_of_its_own_and_keeps_it(make: db.Sessions) -> None:
    subject, reader, other = new_id(), Reader(), Reader()
    await write(make, subject, 0)
    await follow_on(make, reader)
    for name in (FOLLOWER, "another"):
        async with db.transaction(make) as session:
            await events.enlist(session, name)
    await write(make, subject, 1)
    await follow_on(make, reader)
    while not other.got:
        await events.follow(make, "another", other.handle)
    assert reader.got == other.got == {subject: [0, 1]}


async def test_nobody_follows_who_has_not_enlisted(make: db.Sessions) -> None:
    await write(make, new_id(), 0)
    assert await events.follow(make, "a stranger", Reader().handle) == 0


async def test_a_follower_that_is_up_to_date_writes_nothing(make: db.Sessions) -> None:
    reader = Reader()
    await write(make, new_id(), 0)
    await follow_on(make, reader)
    async with make() as session:
        before = await session.scalar(select(text("xmin::text")).select_from(EventCursor))
    await follow_on(make, reader)
    async with make() as session:
        assert await session.scalar(select(text("xmin::text")).select_from(EventCursor)) == before


async def test_a_transaction_has_its_id_before_it_draws_a_number(session: AsyncSession) -> None:
    """PostgreSQL fills columns in their order; were `n` filled first, a follower could pass an event by."""
    query = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname IN ('xid', 'n') "
        "ORDER BY attnum"
    )
    assert (await session.scalars(query)).all() == ["xid", "n"]


async def test_what_is_recorded_holds_ids_as_text(make: db.Sessions) -> None:
    subject, other = new_id(), new_id()
    async with db.transaction(make) as session:
        events.record(
            session, Happened.SOMETHING, subject=subject, region_code="110107", actor=other, other=other, count=2
        )
    async with make() as session:
        event = (await session.scalars(select(Event))).one()
    assert (event.kind, event.version, event.region_code) == ("something.happened", 1, "110107")
    assert (event.subject, event.actor) == (subject, other)
    assert event.payload == {"other": str(other), "count": 2}
