"""Nobody is booked twice."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions, new_id, transaction
from app.members import engagements
from app.members.errors import Overlaps

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def book(
    session: AsyncSession,
    person_id: uuid.UUID,
    start: datetime = NINE,
    hours: int = 2,
    source_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Two hours from nine, for a claim."""
    source_id = source_id or new_id()
    await engagements.book(
        session,
        person_id=person_id,
        starts_at=start,
        ends_at=start + hours * HOUR,
        source_kind="claim",
        source_id=source_id,
    )
    return source_id


@pytest.mark.parametrize("start", [NINE - HOUR, NINE, NINE + HOUR, NINE + timedelta(minutes=119)])
async def test_a_person_is_not_booked_twice(session: AsyncSession, start: datetime) -> None:
    person = new_id()
    await book(session, person)
    assert await engagements.busy(session, person, start, start + 2 * HOUR)
    with pytest.raises(Overlaps):
        await book(session, person, start)


@pytest.mark.parametrize("start", [NINE - 2 * HOUR, NINE + 2 * HOUR])
async def test_what_comes_right_before_or_after_does_not_overlap(session: AsyncSession, start: datetime) -> None:
    person = new_id()
    await book(session, person)
    assert not await engagements.busy(session, person, start, start + 2 * HOUR)
    await book(session, person, start)


async def test_two_people_are_booked_at_the_same_time(session: AsyncSession) -> None:
    first, second = new_id(), new_id()
    await book(session, first)
    assert not await engagements.busy(session, second, NINE, NINE + HOUR)
    await book(session, second)


async def test_what_was_released_can_be_booked_again(session: AsyncSession) -> None:
    person = new_id()
    source = await book(session, person)
    await engagements.release(session, "claim", [source])
    assert not await engagements.busy(session, person, NINE, NINE + HOUR)
    await book(session, person)


async def test_a_release_frees_only_its_own_source_and_person(session: AsyncSession) -> None:
    first, second = new_id(), new_id()
    source = await book(session, first)
    await book(session, second, source_id=source)
    await book(session, first, NINE + 5 * HOUR)
    await engagements.release(session, "claim", [source], first)
    assert not await engagements.busy(session, first, NINE, NINE + HOUR)
    assert await engagements.busy(session, second, NINE, NINE + HOUR)
    assert await engagements.busy(session, first, NINE + 5 * HOUR, NINE + 6 * HOUR)
    await engagements.release(session, "service", [source])
    assert await engagements.busy(session, second, NINE, NINE + HOUR)


async def test_of_two_overlapping_bookings_at_once_exactly_one_wins(committed_sessions: Sessions) -> None:
    async def attempt(person: uuid.UUID, start: datetime, ready: asyncio.Barrier) -> bool:
        try:
            async with transaction(committed_sessions) as session:
                await session.connection()
                await ready.wait()
                await book(session, person, start)
                await asyncio.sleep(0.01)  # both are under way before either commits
        except Overlaps:
            return False
        return True

    for _ in range(20):
        person, ready = new_id(), asyncio.Barrier(2)
        won = await asyncio.gather(attempt(person, NINE, ready), attempt(person, NINE + HOUR, ready))
        assert sorted(won) == [False, True]
