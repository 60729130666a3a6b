"""What every kind of file has in common: judged as a whole, then written in one transaction."""

import json
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import events
from app.kit.db import new_id
from app.kit.workbooks.columns import Column
from app.rosters import enrollments, members, organizations, queries, staff
from app.rosters.events import RosterEvent
from app.rosters.models import RosterKind, RowOutcome
from app.rosters.reach import Reach
from app.rosters.rows import Row

Judge = Callable[[AsyncSession, Reach, Sequence[Row]], Awaitable[None]]
Write = Callable[[AsyncSession, Sequence[Row], uuid.UUID | None], Awaitable[None]]
BATCH = 500
"""Rows a statement: a fraction of a second, far from any time-out."""


class Progress(Protocol):
    """Told how many rows are done."""

    async def __call__(self, done: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of file."""

    title: str
    columns: Sequence[Column]
    judge: Judge
    write: Write
    remarks: Sequence[str] = ()


REMARKS = (
    "表头不要改动，列的顺序可以不同；不要填公式。",
    "再次导入同一张表不会重复：已有的更新，没有变化的不动，空格不改动原有内容。",
)
SHEETS: dict[RosterKind, Sheet] = {
    RosterKind.MEMBERS: Sheet("党员名册", members.COLUMNS, members.judge, members.write, REMARKS),
    RosterKind.ORGANIZATIONS: Sheet(
        "组织名册", organizations.COLUMNS, organizations.judge, organizations.write, REMARKS
    ),
    RosterKind.STAFF: Sheet("工作人员", staff.COLUMNS, staff.judge, staff.write, REMARKS),
    RosterKind.ENROLLMENTS: Sheet(
        "双报到", enrollments.COLUMNS, enrollments.judge, enrollments.write, enrollments.REMARKS
    ),
}


def rows_of(kind: RosterKind, page: str) -> list[Row]:
    """The rows of a page as it was read or kept."""
    names = [column.name for column in SHEETS[kind].columns]
    return [Row(line, dict(zip(names, cells, strict=True))) for line, cells in json.loads(page)]


def counts(rows: Sequence[Row]) -> dict[RowOutcome, int]:
    """How many rows do what."""
    found = Counter(row.outcome for row in rows)
    return {outcome: found[outcome] for outcome in RowOutcome}


async def judge(session: AsyncSession, reach: Reach, kind: RosterKind, rows: Sequence[Row]) -> None:
    """Say of every row what it would do; changes nothing."""
    await SHEETS[kind].judge(session, reach, rows)


async def write(
    session: AsyncSession, kind: RosterKind, rows: Sequence[Row], actor: uuid.UUID | None, progress: Progress
) -> None:
    """Write every row that is new or changed, in the caller's transaction."""
    done = 0
    in_order = sorted(rows, key=lambda row: row.depth)
    for start in range(0, len(rows), BATCH):
        batch = in_order[start : start + BATCH]
        await SHEETS[kind].write(session, batch, actor)
        await session.flush()  # the events, so that no last statement holds them all
        done += len(batch)
        await progress(done)
    told = {outcome.value: count for outcome, count in counts(rows).items()}
    if told["new"] or told["changed"]:
        events.record(
            session, RosterEvent.IMPORTED, subject=new_id(), region_code="", actor=actor, roster=kind.value, **told
        )


async def take(  # noqa: PLR0913 - who, what and how
    session: AsyncSession,
    reach: Reach,
    kind: RosterKind,
    rows: Sequence[Row],
    actor: uuid.UUID | None,
    progress: Progress,
    *,
    all_or_none: bool,
) -> bool:
    """Judge the rows as things stand now and write the good ones; False where some are bad and all were wanted.

    Files of all kinds come one after another, so that no two make the same member.
    """
    await queries.wait_in_line(session)
    await judge(session, reach, kind, rows)
    if all_or_none and any(row.outcome == RowOutcome.REFUSED for row in rows):
        return False
    await write(session, kind, rows, actor, progress)
    return True
