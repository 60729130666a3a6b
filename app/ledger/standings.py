"""The follower that keeps the standings: each entry is counted in the transaction that moves the cursor."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event
from app.ledger import queries
from app.ledger.events import LedgerEvent
from app.ledger.models import Rung, Standing

FOLLOWER = "standings"
WHERE = ["board", "period", "region_code", "key"]
SUMS = ["points", "minutes", "count"]
RUNG = ["board", "period", "region_code", "points"]
AT_ONCE = 500
"""Entries a statement: a batch of crowded services in one would outlast the statement timeout, again and again."""


async def count(session: AsyncSession, found: Sequence[Event]) -> None:
    """Add the entries that the events name to the standings, reversals with their minus."""
    entry_ids = [
        uuid.UUID(entry_id)
        for event in found
        if event.kind in set(LedgerEvent)
        for entry_id in event.payload["entry_ids"]
    ]
    for start in range(0, len(entry_ids), AT_ONCE):
        await _add(session, entry_ids[start : start + AT_ONCE])


async def _add(session: AsyncSession, entry_ids: Sequence[uuid.UUID]) -> None:
    await _sum_up(session, Rung, RUNG, ["holders"], queries.climbs(entry_ids))  # first: it reads where they stood
    await _sum_up(session, Standing, WHERE, SUMS, queries.contributions(queries.among(entry_ids)))


async def _sum_up(
    session: AsyncSession, table: type[Standing | Rung], where: list[str], sums: list[str], added: Select[Any]
) -> None:
    fresh = insert(table).from_select([*where, *sums], added)
    total = {name: getattr(table, name) + fresh.excluded[name] for name in sums}
    await session.execute(fresh.on_conflict_do_update(index_elements=where, set_=total))
