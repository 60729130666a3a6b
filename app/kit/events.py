"""The event log: one row a change, in the change's own transaction, read by transaction horizon.

Reading `id > last` loses events: a transaction that took its number early may commit late. A reader therefore
takes only events of transactions that are older than every one still running, in the order `(xid, n)`.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Identity,
    Index,
    Text,
    cast,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.kit import clock
from app.kit.db import Base, Code, Id, Sessions, transaction

Handler = Callable[[AsyncSession, Sequence["Event"]], Awaitable[None]]


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self) -> str:
        return "XID8"

    @property
    def python_type(self) -> type[int]:
        return int


class Event(Base):
    """Something that happened; the payload holds ids, codes and numbers, never what a person wrote."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "xid", "n"), Index(None, "subject", "n"))

    id: Mapped[Id]
    xid: Mapped[int] = mapped_column(Xid8, server_default=func.pg_current_xact_id())
    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    subject: Mapped[uuid.UUID]
    region_code: Mapped[Code]
    actor: Mapped[uuid.UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]


class EventCursor(Base):
    """How far one follower has read."""

    __tablename__ = "event_cursors"

    follower: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8)
    n: Mapped[int] = mapped_column(BigInteger)


def record(  # noqa: PLR0913 - one keyword a column; a wrapper class would only repeat them
    session: AsyncSession,
    kind: StrEnum,
    *,
    subject: uuid.UUID,
    region_code: str,
    actor: uuid.UUID | None,
    **payload: Any,
) -> None:
    """Write one event in the caller's transaction; it never notifies, since that takes a global lock."""
    ids = {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in payload.items()}
    session.add(
        Event(
            kind=str(kind), subject=subject, region_code=region_code, actor=actor, payload=ids, at=clock.now()
        )
    )


async def enlist(session: AsyncSession, follower: str) -> None:
    """Start a new follower at the beginning of the log; an old one keeps its place."""
    first = insert(EventCursor).values(follower=follower, xid=cast(literal("0", Text), Xid8), n=0)
    await session.execute(first.on_conflict_do_nothing())


def _settled() -> ColumnElement[bool]:
    return Event.xid < func.pg_snapshot_xmin(func.pg_current_snapshot())


async def follow(make: Sessions, follower: str, handle: Handler, *, batch: int = 500) -> int:
    """Give `follower` its next events and remember that it had them, in one transaction; how many there were.

    Of two processes following at once, the second finds nothing. When `handle` raises, the batch comes again.
    """
    async with transaction(make) as session:
        cursor = await session.scalar(
            select(EventCursor).where(EventCursor.follower == follower).with_for_update(skip_locked=True)
        )
        if cursor is None:
            return 0
        position = tuple_(cast(literal(str(cursor.xid), Text), Xid8), literal(cursor.n, BigInteger))
        found = (
            await session.scalars(
                select(Event)
                .where(tuple_(Event.xid, Event.n) > position, _settled())
                .order_by(Event.xid, Event.n)
                .limit(batch)
            )
        ).all()
        if found:
            await handle(session, found)
            cursor.xid, cursor.n = found[-1].xid, found[-1].n
        return len(found)
