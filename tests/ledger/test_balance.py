"""Whatever is booked, corrected, awarded and taken back: sums and standings equal those of a plain model."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.kit.db import new_id
from app.ledger import booking, queries
from app.ledger.booking import Holder, Source
from app.ledger.models import HolderKind, Provenance, Unit
from tests import factories
from tests.ledger.services import a_source, all_standings, award, book, count_all

PLACES = (
    ("110107003024", datetime(2026, 11, 20, tzinfo=UTC)),
    ("110107003024-03", datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)),
    ("110107003", datetime(2026, 12, 31, 16, tzinfo=UTC)),
)
"""Where and when each source was served: a community, a grid of it, and a subdistrict a second later."""
QUARTERS = ("2026Q4", "2026Q4", "2027Q1")
SOURCES = st.integers(0, len(PLACES) - 1)
MINUTES = st.sampled_from([0, 60, 90])
PROVENANCE = st.sampled_from(Provenance)
HOLDERS = st.lists(st.integers(0, 2), min_size=1, max_size=3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), SOURCES, HOLDERS, MINUTES, PROVENANCE),
        st.tuples(st.just("correct"), SOURCES, MINUTES, PROVENANCE),
        st.tuples(st.just("award"), SOURCES, st.sampled_from([0, 10, 15])),
        st.tuples(st.just("reverse"), SOURCES, st.sampled_from(Unit)),
        st.tuples(st.just("count")),
    ),
    max_size=14,
)
Sums = dict[tuple[str, str, str, str], tuple[int, int, int]]


@dataclass
class Plain:
    """What one source should come to: by holder, minutes and points that stand, and who was ever booked."""

    minutes: dict[int, tuple[int, Provenance]] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    booked: set[int] = field(default_factory=set)
    awarded: set[int] = field(default_factory=set)

    def book(self, holders: list[int], minutes: int, provenance: Provenance) -> None:
        for holder in set(holders) - self.booked:
            self.minutes[holder] = (minutes, provenance)
        self.booked |= set(holders)

    def correct(self, minutes: int, provenance: Provenance) -> None:
        self.minutes = dict.fromkeys(self.minutes, (minutes, provenance))

    def award(self, points: int) -> None:
        for holder in set(self.minutes) - self.awarded:
            self.points[holder] = points
        self.awarded |= set(self.minutes)

    def reverse(self, unit: Unit) -> None:
        (self.minutes if unit == Unit.MINUTES else self.points).clear()


class World:
    """Three sources and three holders (two members of different branches, one resident), real and plain."""

    def __init__(self, session: AsyncSession, holders: list[Holder]) -> None:
        self.session, self.holders, self.counted = session, holders, 0
        self.sources = [a_source() for _ in PLACES]
        self.plain = [Plain() for _ in PLACES]

    async def book(self, at: int, holders: list[int], minutes: int, provenance: Provenance) -> None:
        who, (region_code, served_at) = [self.holders[number] for number in holders], PLACES[at]
        await book(
            self.session,
            self.sources[at],
            *who,
            minutes=minutes,
            provenance=provenance,
            region_code=region_code,
            served_at=served_at,
        )
        self.plain[at].book(holders, minutes, provenance)

    async def correct(self, at: int, minutes: int, provenance: Provenance) -> None:
        source: Source = self.sources[at]
        await booking.correct_minutes(self.session, source, minutes=minutes, provenance=provenance, booked_by=None)
        self.plain[at].correct(minutes, provenance)

    async def award(self, at: int, points: int) -> None:
        await award(self.session, self.sources[at], points)
        self.plain[at].award(points)

    async def reverse(self, at: int, unit: Unit) -> None:
        await booking.reverse(self.session, self.sources[at], unit, booked_by=None)
        self.plain[at].reverse(unit)

    async def count(self) -> None:
        self.counted = await count_all(self.session, self.counted)

    async def check_sums(self) -> None:
        """Balances and hours are the plain model's, at this very moment."""
        for number, holder in enumerate(self.holders):
            points = sum(plain.points.get(number, 0) for plain in self.plain)
            assert await queries.balance(self.session, [holder.id]) == points
            within = clock.quarter_bounds("2026Q4")
            served = await queries.hours_of_person(self.session, [holder.id], within)
            booked = [plain.minutes[number] for plain in self.plain[:2] if number in plain.minutes]
            assert (served.services, served.minutes) == (len(booked), sum(minutes for minutes, _ in booked))
            for provenance, minutes in served.by_provenance.items():
                assert minutes == sum(amount for amount, how in booked if how == provenance)

    def standings(self) -> Sums:
        """What the summary should hold."""
        sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for (code, _), quarter, plain in zip(PLACES, QUARTERS, self.plain, strict=True):
            for number, holder in enumerate(self.holders):
                keys = [("community", code[:12])] if len(code) >= 12 else []
                if holder.kind == HolderKind.MEMBER:
                    keys += [("member", str(holder.id)), ("organization", str(holder.organization_id))]
                share = self._share(plain, number)
                for board, key in keys:
                    for end in [end for end in (0, 2, 4, 6, 9, 12, 15) if end <= len(code)]:
                        total = sums[board, quarter, code[:end], key]
                        total[:] = [a + b for a, b in zip(total, share, strict=True)]
        return {key: (total[0], total[1], total[2]) for key, total in sums.items() if any(total)}

    @staticmethod
    def _share(plain: Plain, number: int) -> tuple[int, int, int]:
        minutes, _ = plain.minutes.get(number, (0, None))
        return plain.points.get(number, 0), minutes, int(number in plain.minutes)


@given(steps=STEPS)
@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example is rolled back by itself
)
async def test_sums_and_standings_equal_a_plain_model(session: AsyncSession, steps: list[tuple[Any, ...]]) -> None:
    example = await session.begin_nested()
    try:
        await play(session, steps)
    finally:
        await example.rollback()


async def play(session: AsyncSession, steps: list[tuple[Any, ...]]) -> None:
    """Do the steps, comparing with the plain model after each, and the standings at the end."""
    await factories.a_region(session)
    members = [
        await factories.a_member(session, await factories.an_organization(session, name=name))
        for name in ("甲支部", "乙支部")
    ]
    holders = [Holder(HolderKind.MEMBER, one.id, one.organization_id) for one in members]
    world = World(session, [*holders, Holder(HolderKind.ACCOUNT, new_id(), None)])
    for name, *arguments in steps:
        await getattr(world, name)(*arguments)
        await world.check_sums()
    await world.count()
    assert await all_standings(session) == world.standings()
