"""The event log: one row a change, in the change's own transaction, read in the order of their numbers.

Reading `n > last` loses events: a transaction that drew its number early may commit late. Reading in the
order of transaction ids loses none, but turns two events of one subject around where the later one's
transaction began first. A follower therefore reads by number, up to where nothing can appear any more.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.kit import clock
from app.kit.db import APPEND_ONLY, Base, Code, Id, Sessions, made, new_id, transaction

Handler = Callable[[AsyncSession, Sequence["Event"]], Awaitable[None]]


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "XID8"

    @property
    def python_type(self) -> type[int]:
        return int


class Event(Base):
    """Something that happened; the payload holds ids, codes and numbers, never what a person wrote."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "n", unique=True), Index(None, "subject", "n"), {"info": APPEND_ONLY})

    id: Mapped[Id]
    xid: Mapped[int] = mapped_column(Xid8, server_default=func.pg_current_xact_id())
    """Its transaction; stands before `n` so that a transaction has its id before it draws a number."""
    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Grows with time; where a verb locks the subject first, the order in which things happened to it."""
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    subject: Mapped[uuid.UUID]
    region_code: Mapped[Code]
    actor: Mapped[uuid.UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]


class EventCursor(Base):
    """How far one follower has read, and how far it may read next."""

    __tablename__ = "event_cursors"

    follower: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    """The last event it was given."""
    seen_n: Mapped[int] = mapped_column(BigInteger)
    """The newest event at an earlier look; it may have everything up to there once `seen_xid` is history."""
    seen_xid: Mapped[int] = mapped_column(Xid8)
    """A transaction that began after that look: all that drew numbers up to `seen_n` are older."""


def record(
    session: AsyncSession,
    kind: StrEnum,
    *,
    subject: uuid.UUID,
    region_code: str,
    actor: uuid.UUID | None,
    **payload: Any,
) -> None:
    """Write one event in the caller's transaction; it never notifies, since that takes a global lock."""
    session.add(event(kind, subject=subject, region_code=region_code, actor=actor, **payload))


def event(kind: StrEnum, *, subject: uuid.UUID, region_code: str, actor: uuid.UUID | None, **payload: Any) -> Event:
    """One event of this moment, not written yet."""
    return made(Event, **row(kind, subject=subject, region_code=region_code, actor=actor, **payload))


def row(
    kind: StrEnum, *, subject: uuid.UUID, region_code: str, actor: uuid.UUID | None, **payload: Any
) -> dict[str, Any]:
    """The columns of one event of this moment, for whoever writes many in one statement."""
    return {
        "id": new_id(),
        "kind": str(kind),
        "subject": subject,
        "region_code": region_code,
        "actor": actor,
        "payload": {key: _as_json(value) for key, value in payload.items()},
        "at": clock.now(),
    }


def _as_json(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    return [_as_json(one) for one in value] if isinstance(value, list | tuple) else value


async def enlist(session: AsyncSession, follower: str) -> None:
    """Start a new follower at the beginning of the log; an old one keeps its place."""
    nothing = cast(literal("0", Text), Xid8)
    first = insert(EventCursor).values(follower=follower, n=0, seen_n=0, seen_xid=nothing)
    await session.execute(first.on_conflict_do_nothing())


async def follow(make: Sessions, follower: str, handle: Handler, *, batch: int = 500) -> int:
    """Give `follower` its next events and remember that it had them, in one transaction; how many there were.

    Of two processes following at once, the second finds nothing. When `handle` raises, the batch comes again.
    """
    async with transaction(make) as session:
        newest = await session.scalar(select(func.max(Event.n))) or 0  # before our transaction has its id
        cursor = await session.scalar(
            select(EventCursor).where(EventCursor.follower == follower).with_for_update(skip_locked=True)
        )
        if cursor is None or newest == cursor.n:
            return 0
        mine, oldest = await _transactions(session)
        settled = cursor.seen_n if oldest >= cursor.seen_xid else cursor.n
        if oldest == mine:
            settled = newest
        unread = select(Event).where(Event.n > cursor.n, Event.n <= settled)
        found = (await session.scalars(unread.order_by(Event.n).limit(batch))).all()
        if found:
            await handle(session, found)
            cursor.n = found[-1].n
        restored = cursor.seen_xid > mine  # the look was taken on another server
        if cursor.n >= cursor.seen_n or restored:
            cursor.seen_n, cursor.seen_xid = newest, mine
        return len(found)


async def _transactions(session: AsyncSession) -> tuple[int, int]:
    """The id of our transaction, and that of the oldest one still running, which may be ours."""
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    row = (await session.execute(select(func.pg_current_xact_id(), oldest))).one()
    return row[0], row[1]
