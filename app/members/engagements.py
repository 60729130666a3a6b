"""Who is busy when: a person's stretches of time, of which no two overlap while they stand."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import db
from app.kit.db import made, new_id
from app.members import queries
from app.members.errors import Overlaps
from app.members.models import Engagement


async def book(
    session: AsyncSession,
    *,
    person_id: uuid.UUID,
    starts_at: datetime,
    ends_at: datetime,
    source_kind: str,
    source_id: uuid.UUID,
) -> None:
    """Book a person from `starts_at` until right before `ends_at`, which comes after it.

    Of two at once, the second raises `Overlaps`; its transaction can then only be rolled back.
    """
    await queries.wait_in_line(session, person_id)  # else two inserts wait for each other until one is ended
    session.add(booked(person_id, starts_at, ends_at, source_kind, source_id))
    try:
        await session.flush()  # the constraint decides, and what comes after needs to know
    except IntegrityError as error:
        if db.violated(error) == Overlaps.constraint:
            raise Overlaps from error
        raise


def booked(
    person_id: uuid.UUID, starts_at: datetime, ends_at: datetime, source_kind: str, source_id: uuid.UUID
) -> Engagement:
    """A stretch of somebody's time, not written yet."""
    named = {"source_kind": source_kind, "source_id": source_id}
    return made(Engagement, id=new_id(), person_id=person_id, during=Range(starts_at, ends_at), **named, live=True)


async def release(
    session: AsyncSession, source_kind: str, source_ids: Sequence[uuid.UUID], person_id: uuid.UUID | None = None
) -> None:
    """Free the time that some sources had booked, of one person or of all their people."""
    if not source_ids:
        return
    theirs = update(Engagement).where(
        Engagement.source_kind == source_kind, Engagement.source_id.in_(source_ids), Engagement.live
    )
    if person_id:
        theirs = theirs.where(Engagement.person_id == person_id)
    await session.execute(theirs.values(live=False))


async def busy(session: AsyncSession, person_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a person is booked at any moment from `starts_at` until right before `ends_at`."""
    return await queries.is_busy(session, person_id, starts_at, ends_at)
