"""Selects of a demand's history: its events and the words beside them."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Demand, Note
from app.kit.events import Event
from app.kit.pagination import PageRequest, page


async def history(session: AsyncSession, found: Demand, wanted: PageRequest) -> tuple[list[Event], str | None]:
    """One page of what happened to a demand, oldest first."""
    rows, cursor = await page(session, select(Event).where(Event.subject == found.id), [Event.n], wanted)
    return [row[0] for row in rows], cursor


async def latest_event(session: AsyncSession, found: Demand) -> Event:
    """What happened to a demand last."""
    statement = select(Event).where(Event.subject == found.id).order_by(Event.n.desc()).limit(1)
    return (await session.scalars(statement)).one()


async def notes(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Note]:
    """Some notes by their ids."""
    found = await session.scalars(select(Note).where(Note.id.in_(ids)))
    return {note.id: note for note in found}
