"""Booking, awarding, correcting and taking back."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions, new_id, transaction
from app.kit.events import Event
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.events import LedgerEvent
from app.ledger.models import HolderKind, Provenance, Unit
from app.members.models import Member
from tests import factories
from tests.ledger.services import (
    RULE,
    SERVED_AT,
    a_branch_member,
    a_source,
    amounts,
    as_member,
    award,
    book,
    entries,
    serve,
)


async def at_once(sessions: Sessions, times: int, work: Callable[[AsyncSession], Awaitable[object]]) -> None:
    """Do the same in so many transactions at once; each must succeed."""

    async def one() -> None:
        async with transaction(sessions) as session:
            await work(session)

    await asyncio.gather(*(one() for _ in range(times)))


async def committed_member(sessions: Sessions) -> Member:
    async with transaction(sessions) as session:
        return await a_branch_member(session)


async def kinds_of_events(session: AsyncSession, source: Source) -> list[str]:
    found = select(Event.kind).where(Event.subject == source.id).order_by(Event.n)
    return list((await session.scalars(found)).all())


async def test_an_entry_says_who_served_for_whom_where_and_when(session: AsyncSession) -> None:
    member = await a_branch_member(session)
    source = await book(session, a_source(), as_member(member))
    (entry,) = await entries(session, source)
    assert (entry.amount, entry.unit, entry.provenance) == (90, Unit.MINUTES, Provenance.ENTERED)
    assert (entry.holder_kind, entry.holder_id) == (HolderKind.MEMBER, member.id)
    assert (entry.organization_id, entry.region_code) == (member.organization_id, factories.COMMUNITY)
    assert (entry.source_kind, entry.source_id, entry.served_at) == (source.kind, source.id, SERVED_AT)


async def test_booking_a_source_twice_books_it_once(session: AsyncSession) -> None:
    holder = as_member(await a_branch_member(session))
    source = await book(session, a_source(), holder, holder)
    await book(session, source, holder, minutes=60)
    assert await amounts(session, source) == [90]
    assert await kinds_of_events(session, source) == [LedgerEvent.MINUTES_BOOKED]


async def test_ten_bookings_at_once_book_once(committed_sessions: Sessions) -> None:
    holder, source = as_member(await committed_member(committed_sessions)), a_source()
    await at_once(committed_sessions, 10, lambda session: book(session, source, holder))
    async with committed_sessions() as session:
        assert await amounts(session, source) == [90]


async def test_ten_awards_at_once_give_points_once(committed_sessions: Sessions) -> None:
    holder = as_member(await committed_member(committed_sessions))
    async with transaction(committed_sessions) as session:
        source = await book(session, a_source(), holder)
    await at_once(committed_sessions, 10, lambda session: award(session, source))
    async with committed_sessions() as session:
        assert await amounts(session, source) == [90, 10]
        assert (await kinds_of_events(session, source))[1:] == [LedgerEvent.POINTS_AWARDED]


async def test_two_sources_of_one_holder_are_booked_apart(session: AsyncSession) -> None:
    holder = as_member(await a_branch_member(session))
    first, second = await serve(session, holder), await serve(session, holder)
    assert await amounts(session, first) == await amounts(session, second) == [90, 10]


async def test_points_go_to_everyone_whose_minutes_stand(session: AsyncSession) -> None:
    member = as_member(await a_branch_member(session))
    resident = Holder(HolderKind.ACCOUNT, new_id(), None)
    source = await serve(session, member, resident)
    points = [entry for entry in await entries(session, source) if entry.unit == Unit.POINTS]
    assert {entry.holder_id for entry in points} == {member.id, resident.id}
    assert {(entry.amount, entry.rule, entry.provenance) for entry in points} == {(10, RULE, None)}


async def test_no_points_where_the_minutes_were_taken_back(session: AsyncSession) -> None:
    source = await book(session, a_source(), as_member(await a_branch_member(session)))
    await booking.reverse(session, source, Unit.MINUTES, booked_by=None)
    await award(session, source)
    assert await amounts(session, source) == [90, -90]


async def test_a_correction_takes_back_and_books_again(session: AsyncSession) -> None:
    source = await serve(session, as_member(await a_branch_member(session)))
    await correct(session, source, 60)
    await correct(session, source, 45)
    found = [entry for entry in await entries(session, source) if entry.unit == Unit.MINUTES]
    assert [entry.amount for entry in found] == [90, -90, 60, -60, 45]
    assert [entry.revision for entry in found] == [0, 0, 1, 1, 2]
    assert [entry.reverses_id for entry in found] == [None, found[0].id, None, found[2].id, None]
    assert found[-1].provenance == Provenance.CONFIRMED


async def correct(session: AsyncSession, source: Source, minutes: int) -> None:
    await booking.correct_minutes(session, source, minutes=minutes, provenance=Provenance.CONFIRMED, booked_by=None)


async def test_a_correction_of_the_provenance_alone_counts(session: AsyncSession) -> None:
    source = await book(session, a_source(), as_member(await a_branch_member(session)))
    await correct(session, source, 90)
    assert await amounts(session, source) == [90, -90, 90]


async def test_a_correction_that_changes_nothing_writes_nothing(session: AsyncSession) -> None:
    holder = as_member(await a_branch_member(session))
    source = await book(session, a_source(), holder, provenance=Provenance.CONFIRMED)
    await correct(session, source, 90)
    assert await amounts(session, source) == [90]


async def test_what_was_taken_back_is_not_corrected(session: AsyncSession) -> None:
    source = await book(session, a_source(), as_member(await a_branch_member(session)))
    await booking.reverse(session, source, Unit.MINUTES, booked_by=None)
    await correct(session, source, 60)
    assert await amounts(session, source) == [90, -90]


async def test_reversing_twice_takes_back_once_and_only_that_unit(session: AsyncSession) -> None:
    source = await serve(session, as_member(await a_branch_member(session)))
    for _ in range(2):
        await booking.reverse(session, source, Unit.POINTS, booked_by=None)
    assert await amounts(session, source) == [90, 10, -10]


async def test_a_late_retry_does_not_bring_back_what_was_taken_back(session: AsyncSession) -> None:
    holder = as_member(await a_branch_member(session))
    source = await serve(session, holder)
    for unit in Unit:
        await booking.reverse(session, source, unit, booked_by=None)
    await book(session, source, holder)
    await award(session, source)
    assert sum(await amounts(session, source)) == 0


async def test_corrections_and_reversals_at_once_leave_nothing_twice(committed_sessions: Sessions) -> None:
    holder = as_member(await committed_member(committed_sessions))
    for _ in range(10):
        async with transaction(committed_sessions) as session:
            source = await book(session, a_source(), holder)

        async def both(session: AsyncSession, source: Source = source) -> None:
            await booking.reverse(session, source, Unit.MINUTES, booked_by=None)

        async def correction(session: AsyncSession, source: Source = source) -> None:
            await correct(session, source, 60)

        await asyncio.gather(at_once(committed_sessions, 3, both), at_once(committed_sessions, 3, correction))
        async with committed_sessions() as session:
            assert sum(await amounts(session, source)) == 0


async def test_attribution_stays_when_the_member_moves(session: AsyncSession) -> None:
    member = await a_branch_member(session)
    then = member.organization_id
    source = await book(session, a_source(), as_member(member))
    member.organization_id = (await factories.an_organization(session, name="新支部")).id
    await session.commit()
    await correct(session, source, 60)
    await award(session, source)
    found = await entries(session, source)
    assert [entry.amount for entry in found] == [90, -90, 60, 10]
    assert {entry.organization_id for entry in found} == {then}
    assert {(entry.region_code, entry.served_at) for entry in found} == {(factories.COMMUNITY, SERVED_AT)}


async def test_each_entry_is_named_by_exactly_one_event(session: AsyncSession) -> None:
    member = as_member(await a_branch_member(session))
    source = await serve(session, member, Holder(HolderKind.ACCOUNT, new_id(), None))
    await correct(session, source, 60)
    await booking.reverse(session, source, Unit.POINTS, booked_by=None)
    written = [str(entry.id) for entry in await entries(session, source)]
    events = (await session.scalars(select(Event).where(Event.subject == source.id).order_by(Event.n))).all()
    assert [event.kind for event in events] == [
        LedgerEvent.MINUTES_BOOKED,
        LedgerEvent.POINTS_AWARDED,
        LedgerEvent.REVERSED,
        LedgerEvent.MINUTES_BOOKED,
        LedgerEvent.REVERSED,
    ]
    assert sorted(name for event in events for name in event.payload["entry_ids"]) == sorted(written)
    assert {event.region_code for event in events} == {factories.COMMUNITY}
