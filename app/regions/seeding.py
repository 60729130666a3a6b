"""Load regions, thousands a statement; the same file again changes nothing, bad lines stop no good ones."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import events
from app.kit.db import new_id
from app.kit.errors import Text
from app.kit.sheets import Refused, Report
from app.regions import codes, queries
from app.regions.events import RegionEvent
from app.regions.models import Level
from app.regions.reading import Row, Table

BATCH = 5_000
"""Rows a statement: a quarter of a second, far from any time-out."""
by_line = attrgetter("line")
Progress = Callable[[int, int], None]
"""Called with how many rows are done, and how many there are."""


async def seed(session: AsyncSession, table: Table, progress: Progress = lambda _done, _total: None) -> Report:
    """Write a table's regions, new and changed ones only; of two at once, the later one's names stand."""
    good, bad = await _sort_out(session, table)
    loaded = updated = done = 0
    for batch in _batches(good):
        stored = await queries.stored(session, [row.code for row in batch])
        changed = [row for row in batch if row.code not in stored or row[1:] != tuple(stored[row.code])]
        await _write(session, changed)
        fresh = sum(row.code not in stored for row in batch)
        loaded, updated, done = loaded + fresh, updated + len(changed) - fresh, done + len(batch)
        progress(done, len(good))
    if loaded or updated:
        told = {"loaded": loaded, "updated": updated}
        above = codes.common(row.code for row in good)
        events.record(session, RegionEvent.SEEDED, subject=new_id(), region_code=above, actor=None, **told)
    return Report(loaded, len(good) - loaded - updated, updated, sorted(table.refused + bad, key=by_line))


async def _sort_out(session: AsyncSession, table: Table) -> tuple[list[Row], list[Refused]]:
    """The rows whose parents are there, parents first, and the others with the reason."""
    parents = {row.parent_code for row in table.rows.values() if row.parent_code}
    levels = await _levels(session, sorted(parents))
    good: list[Row] = []
    bad: list[Refused] = []
    for row in sorted(table.rows.values(), key=lambda row: len(row.code)):  # a parent's code is shorter
        reason = _misplaced(row, levels)
        if reason:
            bad.append(Refused(row.line, reason))
        else:
            levels[row.code] = row.level
            good.append(row)
    return good, bad


async def _levels(session: AsyncSession, wanted: Sequence[str]) -> dict[str, Level]:
    found: dict[str, Level] = {}
    for start in range(0, len(wanted), BATCH):
        rows = await queries.stored(session, wanted[start : start + BATCH])
        found |= {code: row.level for code, row in rows.items()}
    return found


def _misplaced(row: Row, levels: dict[str, Level]) -> Text | None:
    """Why a row cannot stand where it says, if it cannot."""
    if row.parent_code is None:
        return None
    if row.parent_code not in levels:
        return Text(f"上级 {row.parent_code} 不存在", f"there is no parent {row.parent_code}")
    if codes.RANKS[levels[row.parent_code]] >= codes.RANKS[row.level]:
        return Text(f"上级 {row.parent_code} 的级别不够高", f"the parent {row.parent_code} does not stand above")
    return None


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


async def _write(session: AsyncSession, rows: Sequence[Row]) -> None:
    if rows:
        columns = ("code", "level", "name", "parent_code")
        await queries.upsert(session, {name: [getattr(row, name) for row in rows] for name in columns})
