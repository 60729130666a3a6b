"""A file from its sending to its last row: kept sealed for a day, checked, and written when a person says so."""

import asyncio
import json
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import clock, log
from app.kit.db import Sessions, new_id, transaction
from app.kit.errors import ActionNotAllowed, Forbidden, NotFound
from app.kit.timers import Timer
from app.kit.workbooks import writing
from app.rosters import queries, reach, taking
from app.rosters.models import ImportState, RosterImport, RosterKind, RosterPage, RowOutcome
from app.rosters.rows import Row
from app.rosters.schemas import CommitIn, ImportOut, RowOut, RowsOut, RowsWanted
from app.rosters.taking import SHEETS

logger = log.get()
KEPT = timedelta(days=1)
SECRET = frozenset({"password"})
"""Columns that no answer shows."""


async def require(session: AsyncSession, caller: Caller, kind: RosterKind) -> None:
    """Raise `Forbidden` unless the caller may send files of a kind at all; rows are looked at one by one."""
    if not (await reach.of_account(session, caller.account_id)).may(kind):
        raise Forbidden


async def receive(
    session: AsyncSession, caller: Caller, kind: RosterKind, count: int, pages: Sequence[str]
) -> RosterImport:
    """Keep a file that was read, to be checked; what was sent before and not taken over goes."""
    await require(session, caller, kind)
    for earlier in await queries.still_open(session, caller.account_id, kind):
        await session.delete(earlier)
    now = clock.now()
    made = RosterImport(
        id=new_id(),
        kind=kind,
        state=ImportState.CHECKING,
        all_or_none=False,
        row_count=count,
        done_count=0,
        new_count=0,
        changed_count=0,
        unchanged_count=0,
        refused_count=0,
        sent_by=caller.account_id,
        sent_at=now,
        expires_at=now + KEPT,
    )
    session.add(made)
    await session.flush()  # the pages refer to it
    session.add_all(RosterPage(id=new_id(), import_id=made.id, rows=page) for page in pages)
    return made


async def commit(session: AsyncSession, caller: Caller, import_id: uuid.UUID, body: CommitIn) -> ImportOut:
    """Have the good rows of a checked file written, or all or none of them; once."""
    found = await _own(session, caller, import_id)
    await require(session, caller, found.kind)
    if found.state != ImportState.CHECKED:
        raise ActionNotAllowed
    found.state, found.all_or_none, found.done_count = ImportState.WRITING, body.all_or_none, 0
    return ImportOut.of(found)


async def one(session: AsyncSession, caller: Caller, import_id: uuid.UUID) -> ImportOut:
    """How far one's own import is."""
    return ImportOut.of(await _own(session, caller, import_id))


async def mine(session: AsyncSession, caller: Caller) -> list[ImportOut]:
    """All of one's own imports, the newest first."""
    return [ImportOut.of(found) for found in await queries.own(session, caller.account_id)]


async def rows(session: AsyncSession, caller: Caller, import_id: uuid.UUID, wanted: RowsWanted) -> RowsOut:
    """Rows of one's own import with what they would do, or did, after a line of the file."""
    found = await _own(session, caller, import_id)
    shown: list[RowOut] = []
    async for page in queries.pages(session, found.id):
        for row in _judged(found.kind, page):
            if row.line > wanted.after and wanted.outcome in (None, row.outcome):
                shown.append(_shown(row))
        if len(shown) > wanted.limit:
            break
    more = len(shown) > wanted.limit
    shown = shown[: wanted.limit]
    return RowsOut(items=shown, next_after=shown[-1].line if more else None)


def _shown(row: Row) -> RowOut:
    cells = {name: text for name, text in row.cells.items() if name not in SECRET}
    return RowOut(line=row.line, cells=cells, outcome=row.outcome, reason=row.reason or None, changes=row.changes)


async def refused_rows(session: AsyncSession, caller: Caller, import_id: uuid.UUID) -> tuple[RosterKind, bytes]:
    """The workbook of the rows that are refused, each with its reason."""
    found = await _own(session, caller, import_id)
    refused: list[Row] = []
    async for page in queries.pages(session, found.id):
        refused += [row for row in _judged(found.kind, page) if row.outcome == RowOutcome.REFUSED]
    return found.kind, await asyncio.to_thread(error_book, found.kind, refused)


def error_book(kind: RosterKind, refused: Sequence[Row]) -> bytes:
    """Rows as they came, each with its reason in a last column."""
    sheet = SHEETS[kind]
    lines = [(list(row.cells.values()), f"第 {row.line} 行：{row.reason}") for row in refused]
    return writing.refused_rows(sheet.title, sheet.columns, lines)


def template(kind: RosterKind) -> bytes:
    """An empty workbook to fill in."""
    sheet = SHEETS[kind]
    return writing.template(sheet.title, sheet.columns, sheet.remarks)


async def _own(session: AsyncSession, caller: Caller, import_id: uuid.UUID) -> RosterImport:
    found = await queries.sent_by(session, caller.account_id, import_id)
    if found is None:
        raise NotFound
    return found


def _judged(kind: RosterKind, page: RosterPage) -> list[Row]:
    found = taking.rows_of(kind, page.rows)
    if page.outcomes:
        for row, (outcome, reason, changes) in zip(found, json.loads(page.outcomes), strict=True):
            row.outcome, row.reason, row.changes = RowOutcome(outcome), reason, changes
    return found


async def work(sessions: Sessions) -> int:
    """Check and write what waits, one after another; how many that were."""
    async with transaction(sessions) as session:
        waiting = await queries.waiting(session)
    return sum([await _work_on(sessions, one) for one in waiting])


async def _work_on(sessions: Sessions, import_id: uuid.UUID) -> bool:
    try:
        async with transaction(sessions) as session:
            found = await queries.taken_up(session, import_id)
            if found is None:
                return False
            await _take(session, found, partial(_tell, sessions, import_id))
    except (DBAPIError, OSError):  # the database is away or busy: all of it comes again
        raise
    except Exception:
        logger.exception("roster.failed", roster=str(import_id))
        async with transaction(sessions) as session:
            await session.execute(
                update(RosterImport).where(RosterImport.id == import_id).values(state=ImportState.FAILED)
            )
    return True


async def _take(session: AsyncSession, found: RosterImport, progress: taking.Progress) -> None:
    """Check or write a file, with the rights that its sender has now."""
    pages = [page async for page in queries.pages(session, found.id)]
    rows_by_page = [taking.rows_of(found.kind, page.rows) for page in pages]
    rows = [row for page in rows_by_page for row in page]
    held = await reach.of_account(session, found.sent_by)
    if found.state == ImportState.CHECKING:
        await taking.judge(session, held, found.kind, rows)
        found.state = ImportState.CHECKED
    else:
        how = {"all_or_none": found.all_or_none}
        taken = await taking.take(session, held, found.kind, rows, found.sent_by, progress, **how)
        found.state = ImportState.DONE if taken else ImportState.CHECKED
    for page, judged in zip(pages, rows_by_page, strict=True):
        page.outcomes = json.dumps([[row.outcome, row.reason, row.changes] for row in judged], ensure_ascii=False)
    for outcome, count in taking.counts(rows).items():
        setattr(found, f"{outcome}_count", count)
    found.done_count = len(rows) if found.state == ImportState.DONE else 0


async def _tell(sessions: Sessions, import_id: uuid.UUID, done: int) -> None:
    """Say how far the worker is, in a transaction of its own."""
    async with transaction(sessions) as session:
        await session.execute(update(RosterImport).where(RosterImport.id == import_id).values(done_count=done))


async def _forget(session: AsyncSession, found: RosterImport, _: datetime) -> None:
    await session.delete(found)


EXPIRED = Timer("roster imports", queries.expired, RosterImport.id, _forget)
