"""Every select of the ledger."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    Row,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.kit.clock import CHINA
from app.kit.events import Event, EventCursor
from app.kit.pagination import PageRequest, page
from app.ledger.models import Board, Entry, HolderKind, Provenance, Rung, Standing, Unit
from app.members.models import Member
from app.organizations.models import Organization
from app.regions import codes
from app.regions.models import Region

COMMUNITY_LENGTH = codes.STEPS[-1]
LEVELS = (0, *codes.STEPS, *range(COMMUNITY_LENGTH + 3, 40, 3))
"""Where a region's code can be cut: everywhere, province, city, district, subdistrict, community, grid, …"""


SAME_BOOKING = ("source_kind", "source_id", "unit", "holder_id", "amount", "provenance")
"""By what one booking says the same as another."""


@dataclass(frozen=True, slots=True)
class Served:
    """How often how many people served, and for how many minutes, by how these are known."""

    services: int
    people: int
    by_provenance: dict[Provenance, int]

    @property
    def minutes(self) -> int:
        """All minutes."""
        return sum(self.by_provenance.values())


async def lock(session: AsyncSession, source_kind: str, source_id: uuid.UUID) -> None:
    """Let one transaction at a time write entries of a source.

    An advisory lock, since FOR UPDATE asks for the right to update, which the app role lacks on the ledger.
    """
    name = f"ledger:{source_kind}:{source_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _stands() -> ColumnElement[bool]:
    """The entry books something and no other entry takes it back."""
    reversal = aliased(Entry)
    return Entry.reverses_id.is_(None) & ~exists().where(reversal.reverses_id == Entry.id)


async def standing_entries(
    session: AsyncSession, source_kind: str, source_ids: Sequence[uuid.UUID], unit: Unit
) -> Sequence[Entry]:
    """What was booked for some sources and not taken back, in the order of booking."""
    return (
        await session.scalars(
            select(Entry)
            .where(Entry.source_kind == source_kind, Entry.source_id.in_(source_ids), Entry.unit == unit)
            .where(_stands())
            .order_by(Entry.id)
        )
    ).all()


async def taken_back(session: AsyncSession, source_kind: str, source_id: uuid.UUID, unit: Unit) -> list[Entry]:
    """The newest booking of a source for each holder of whose bookings none stands."""
    newest = (
        select(Entry)
        .where(Entry.source_kind == source_kind, Entry.source_id == source_id, Entry.unit == unit)
        .where(Entry.reverses_id.is_(None))
        .order_by(Entry.holder_id, Entry.revision.desc())
        .ext(distinct_on(Entry.holder_id))
    )
    standing = {entry.holder_id for entry in await standing_entries(session, source_kind, [source_id], unit)}
    return [entry for entry in await session.scalars(newest) if entry.holder_id not in standing]


async def balance(session: AsyncSession, holder_ids: Sequence[uuid.UUID]) -> int:
    """All points of one person: the sum of their entries, at any time."""
    total = select(func.coalesce(func.sum(Entry.amount), 0))
    mine = Entry.holder_id.in_(holder_ids) & (Entry.unit == Unit.POINTS)
    return (await session.execute(total.where(mine))).scalar_one()


async def points_entries(
    session: AsyncSession, holder_ids: Sequence[uuid.UUID], request: PageRequest
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of a person's points entries, newest first, and the next cursor."""
    mine = select(Entry).where(Entry.holder_id.in_(holder_ids), Entry.unit == Unit.POINTS)
    return await page(session, mine, [Entry.id], request, descending=True)


async def hours_of_person(
    session: AsyncSession, holder_ids: Sequence[uuid.UUID], within: tuple[datetime, datetime]
) -> Served:
    """What one person served in a stretch of time."""
    return await _served(session, HOURS_OF_PERSON, within, holder_ids=list(holder_ids))


async def hours_of_organization(
    session: AsyncSession, organization_id: uuid.UUID, within: tuple[datetime, datetime]
) -> Served:
    """What people served in a stretch of time for the organization that they were in."""
    return await _served(session, HOURS_OF_ORGANIZATION, within, organization_id=organization_id)


def _minutes(provenance: Provenance) -> ColumnElement[int]:
    return func.coalesce(func.sum(Entry.amount).filter(Entry.provenance == provenance), 0)


def _hours(whose: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    counts = select(func.count(), func.count(Entry.holder_id.distinct()), *map(_minutes, Provenance))
    in_time = Entry.served_at >= bindparam("since"), Entry.served_at < bindparam("until")
    return counts.where(whose, Entry.unit == Unit.MINUTES, _stands(), *in_time)


HOURS_OF_PERSON = _hours(Entry.holder_id.in_(bindparam("holder_ids", expanding=True)))
HOURS_OF_ORGANIZATION = _hours(Entry.organization_id == bindparam("organization_id"))
"""Made once: building them takes as long as asking them."""


async def _served(
    session: AsyncSession, hours: Select[*tuple[Any, ...]], within: tuple[datetime, datetime], **whose: object
) -> Served:
    services, people, *minutes = (await session.execute(hours, {"since": within[0], "until": within[1], **whose})).one()
    return Served(services, people, dict(zip(Provenance, minutes, strict=True)))


async def minutes_entries(
    session: AsyncSession, holder_ids: Sequence[uuid.UUID], within: tuple[datetime, datetime], most: int
) -> Sequence[Entry]:
    """What stands of one person's minutes in a stretch of time, booking by booking."""
    theirs = select(Entry).where(
        Entry.holder_id.in_(holder_ids), Entry.unit == Unit.MINUTES, Entry.amount > 0, _stands()
    )
    in_time = theirs.where(Entry.served_at >= within[0], Entry.served_at < within[1])
    return (await session.scalars(in_time.order_by(Entry.served_at, Entry.id).limit(most))).all()


async def taken_back_at(session: AsyncSession, entry_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Since when each of some bookings does not stand, nor another of as much from the same source in its place.

    What stands is left out: hours that an appeal held and that came back as they were stand again.
    """
    asked, equal, back = aliased(Entry), aliased(Entry), aliased(Entry)
    same = [getattr(asked, name) == getattr(equal, name) for name in SAME_BOOKING]
    rows = await session.execute(
        select(asked.id, func.max(back.booked_at))
        .join(equal, and_(*same, equal.reverses_id.is_(None)))
        .join(back, back.reverses_id == equal.id, isouter=True)
        .where(asked.id == any_(literal(list(entry_ids), ARRAY(Uuid))))
        .group_by(asked.id)
        .having(func.count() == func.count(back.id))
    )
    return {row[0]: row[1] for row in rows}


async def member(session: AsyncSession, member_id: uuid.UUID) -> Member | None:
    """A roster member."""
    return await session.scalar(select(Member).where(Member.id == member_id))


async def organization(session: AsyncSession, organization_id: uuid.UUID) -> Organization | None:
    """An organization."""
    return await session.scalar(select(Organization).where(Organization.id == organization_id))


async def is_within(session: AsyncSession, organization_id: uuid.UUID, above: Sequence[uuid.UUID]) -> bool:
    """Whether an organization is one of `above`, or below one of them."""
    higher = aliased(Organization)
    inside = Organization.path.startswith(higher.path)
    found = exists().where(Organization.id == organization_id, higher.id.in_(above), inside)
    return bool(await session.scalar(select(found)))


def among(entry_ids: Sequence[uuid.UUID]) -> ColumnElement[bool]:
    """Some entries by their ids, as one array."""
    return Entry.id == any_(literal(list(entry_ids), ARRAY(Uuid)))


def contributions(which: ColumnElement[bool] | None = None) -> Select[Any]:
    """What entries (all, unless some are named) add to the standings: rows as in `Standing`, one a key.

    A function of the entries alone, so that the summary can be checked against the ledger at any time.
    """
    lengths = func.unnest(literal(list(LEVELS), ARRAY(Integer)))
    cut = lengths.table_valued(column("at", Integer), name="cut").render_derived()
    ranked = (
        values(column("board", Text), column("key", Text), name="ranked")
        .data(
            [
                (literal(Board.ORGANIZATION.value), cast(Entry.organization_id, Text)),
                (literal(Board.COMMUNITY.value), _community()),
                (literal(Board.MEMBER.value), _member_key()),
            ]
        )
        .lateral()
    )
    sign = case((Entry.unit != Unit.MINUTES, 0), (Entry.reverses_id.is_(None), 1), else_=-1)
    shares = (
        select(
            ranked.c.board,
            _quarter().label("period"),
            func.left(Entry.region_code, cut.c.at).label("region_code"),
            ranked.c.key,
            _amount_in(Unit.POINTS).label("points"),
            _amount_in(Unit.MINUTES).label("minutes"),
            sign.label("count"),
        )
        .select_from(Entry)
        .join(ranked, ranked.c.key.is_not(None))
        .join(cut, cut.c.at <= func.length(Entry.region_code))
    )
    if which is not None:
        shares = shares.where(which)
    share = shares.subquery("share")
    where = (share.c.board, share.c.period, share.c.region_code, share.c.key)
    sums = (func.sum(share.c[name]).label(name) for name in ("points", "minutes", "count"))
    return select(*where, *sums).group_by(*where)


def _quarter() -> ColumnElement[str]:
    """The quarter of the service in China, as `clock.quarter` names it."""
    offset = literal(CHINA.utcoffset(None), Interval)
    return func.to_char(func.timezone(offset, Entry.served_at), 'YYYY"Q"Q')


def _amount_in(unit: Unit) -> ColumnElement[int]:
    return case((Entry.unit == unit, Entry.amount), else_=0)


def _community() -> ColumnElement[str | None]:
    """The community that was served; none where the service was a subdistrict's or a higher region's."""
    reaches = func.length(Entry.region_code) >= COMMUNITY_LENGTH
    return case((reaches, func.left(Entry.region_code, COMMUNITY_LENGTH)))


def _member_key() -> ColumnElement[str | None]:
    return case((Entry.holder_kind == HolderKind.MEMBER, cast(Entry.holder_id, Text)))


async def top(
    session: AsyncSession, board: Board, period: str, region_code: str, limit: int
) -> Sequence[Row[Standing, str | None]]:
    """The best of a board with their names, best first."""
    best = (
        select(Standing, _name(board))
        .where(_on(board, period, region_code), _has_anything())
        .order_by(Standing.points.desc(), Standing.minutes.desc(), Standing.key.desc())
        .limit(limit)
    )
    return (await session.execute(best)).all()


async def one_of(
    session: AsyncSession, board: Board, period: str, region_code: str, key: str
) -> Row[Standing, str | None] | None:
    """One row of a board with its name."""
    where = _on(board, period, region_code) & (Standing.key == key) & _has_anything()
    return (await session.execute(select(Standing, _name(board)).where(where))).one_or_none()


async def better(session: AsyncSession, standing: Standing) -> int:
    """How many have more points on the same board: a sum over its rungs, however many stand on each."""
    board = (Rung.board, Rung.period, Rung.region_code)
    here = tuple_(*board) == (standing.board, standing.period, standing.region_code)
    ahead = select(func.coalesce(func.sum(Rung.holders), 0)).where(here, Rung.points > standing.points)
    return int((await session.execute(ahead)).scalar_one())


def climbs(entry_ids: Sequence[uuid.UUID]) -> Select[Any]:
    """How entries that are not yet counted change the rungs: rows as in `Rung`, one less where somebody stood."""
    fresh = contributions(among(entry_ids)).cte("fresh")
    where = [fresh.c.board, fresh.c.period, fresh.c.region_code]
    same = tuple_(Standing.board, Standing.period, Standing.region_code, Standing.key) == tuple_(*where, fresh.c.key)
    left = select(*where, Standing.points, literal(-1).label("holders")).join_from(fresh, Standing, same)
    points = func.coalesce(Standing.points, 0) + fresh.c.points
    reached = select(*where, points.label("points"), literal(1)).join_from(fresh, Standing, same, isouter=True)
    moved = union_all(left, reached).subquery("moved")
    rung = (moved.c.board, moved.c.period, moved.c.region_code, moved.c.points)
    holders = func.sum(moved.c.holders)
    return select(*rung, holders.label("holders")).group_by(*rung).having(holders != 0)


def _on(board: Board, period: str, region_code: str) -> ColumnElement[bool]:
    return (Standing.board == board) & (Standing.period == period) & (Standing.region_code == region_code)


def _has_anything() -> ColumnElement[bool]:
    """Not everything was taken back."""
    return or_(Standing.points != 0, Standing.minutes != 0, Standing.count != 0)


def _name(board: Board) -> ColumnElement[str | None]:
    """The name behind a key, if it still is there; a member's is sealed, so SQL can neither compare nor order it."""
    named: dict[Board, Select[str]] = {
        Board.ORGANIZATION: select(Organization.name).where(Organization.id == cast(Standing.key, Uuid)),
        Board.COMMUNITY: select(Region.name).where(Region.code == Standing.key),
        Board.MEMBER: select(Member.name).where(Member.id == cast(Standing.key, Uuid)),
    }
    return named[board].scalar_subquery()


async def followed_until(session: AsyncSession, follower: str) -> datetime | None:
    """The moment of the last event that a follower has had."""
    return await session.scalar(
        select(Event.at).join(EventCursor, EventCursor.n == Event.n).where(EventCursor.follower == follower)
    )
