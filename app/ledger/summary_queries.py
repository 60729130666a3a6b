"""Selects that recompute what is kept beside the ledger, and find where the two differ."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, Uuid, and_, cast, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event, EventCursor
from app.ledger.events import LedgerEvent
from app.ledger.models import Board, Entry, HolderKind, Rung, Standing, Unit


async def freeze(session: AsyncSession) -> None:
    """Let every later statement of the transaction see one moment, and write nothing."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def _place(follower: str) -> Any:
    return func.coalesce(select(EventCursor.n).where(EventCursor.follower == follower).scalar_subquery(), 0)


async def behind(session: AsyncSession, follower: str) -> int:
    """How many events of the ledger a follower has not had."""
    waiting = select(func.count()).select_from(Event).where(Event.n > _place(follower))
    return (await session.execute(waiting.where(Event.kind.in_(list(LedgerEvent))))).scalar_one()


def had_by(follower: str) -> ColumnElement[bool]:
    """Entries that a follower has counted: those that no event after its place names."""
    named = func.jsonb_array_elements_text(Event.payload["entry_ids"])
    waiting = select(cast(named, Uuid)).where(Event.n > _place(follower), Event.kind.in_(list(LedgerEvent)))
    return Entry.id.not_in(waiting)


def standings() -> Select[*tuple[Any, ...]]:
    """The standings as they are kept."""
    return select(*Standing.__table__.columns)


def rungs() -> Select[*tuple[Any, ...]]:
    """The rungs as they are kept."""
    return select(*Rung.__table__.columns)


def rungs_of_standings() -> Select[*tuple[Any, ...]]:
    """The rungs as the standings make them."""
    rung = (Standing.board, Standing.period, Standing.region_code, Standing.points)
    return select(*rung, func.count().label("holders")).group_by(*rung)


def points_on_boards() -> Select[*tuple[Any, ...]]:
    """All points of each member, by the standings of every quarter."""
    everywhere = (Standing.board == Board.MEMBER, Standing.region_code == "")
    return select(Standing.key, func.sum(Standing.points).label("points")).where(*everywhere).group_by(Standing.key)


def balances(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """All points of each member: the sum of some entries."""
    theirs = (Entry.holder_kind == HolderKind.MEMBER, Entry.unit == Unit.POINTS, which)
    held = select(cast(Entry.holder_id, Text).label("key"), func.sum(Entry.amount).label("points"))
    return held.where(*theirs).group_by(Entry.holder_id)


def crooked_reversals() -> Select[*tuple[Any, ...]]:
    """Entries that take another back, yet not exactly."""
    taken, back = Entry.__table__.alias("taken"), Entry.__table__.alias("back")
    same = ("unit", "holder_kind", "holder_id", "organization_id", "region_code", "served_at")
    exact = and_(back.c.amount == -taken.c.amount, *(back.c[name].is_not_distinct_from(taken.c[name]) for name in same))
    return select(back.c.id, taken.c.amount).join_from(back, taken, back.c.reverses_id == taken.c.id).where(~exact)


async def differing(
    session: AsyncSession, kept: Select[*tuple[Any, ...]], counted: Select[*tuple[Any, ...]], keys: Sequence[str]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Where two selects differ: the key, then each sum as kept and as counted. A row of nothing is no row."""
    left, right = kept.subquery("kept"), counted.subquery("counted")
    sums = [name for name in left.c.keys() if name not in keys]  # noqa: SIM118 - a collection of columns, not a dict
    pairs = [(func.coalesce(left.c[name], 0), func.coalesce(right.c[name], 0)) for name in sums]
    joined = left.join(right, and_(*(left.c[name] == right.c[name] for name in keys)), full=True)
    key = [func.coalesce(left.c[name], right.c[name]).label(name) for name in keys]
    shown = [
        column.label(f"{name}_{side}")
        for name, pair in zip(sums, pairs, strict=True)
        for side, column in zip(("kept", "counted"), pair, strict=True)
    ]
    wrong = or_(*(one != other for one, other in pairs))
    return (await session.execute(select(*key, *shown).select_from(joined).where(wrong).order_by(*key))).all()
