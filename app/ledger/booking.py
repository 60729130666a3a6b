"""Book minutes, award points, correct and take back: every change is a new entry, never a changed one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, events
from app.kit.db import made, new_id
from app.kit.events import Event
from app.ledger import queries
from app.ledger.events import LedgerEvent
from app.ledger.models import Entry, HolderKind, Provenance, Unit

Row = dict[str, Any]
ATTRIBUTION = (
    "holder_kind",
    "holder_id",
    "organization_id",
    "region_code",
    "source_kind",
    "source_id",
    "served_at",
)
"""What every later entry of a service takes over from its first, however its holder has moved since."""

AT_ONCE = 500
"""How many sources one statement awards."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the entries are for; the ledger knows its name and nothing else of it."""

    kind: str
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Holder:
    """Who served, and for which organization at the time."""

    kind: HolderKind
    id: uuid.UUID
    organization_id: uuid.UUID | None


async def book_minutes(  # noqa: PLR0913 - one keyword a fact of the service; a class would only repeat them
    session: AsyncSession,
    source: Source,
    holders: Sequence[Holder],
    *,
    minutes: int,
    provenance: Provenance,
    region_code: str,
    served_at: datetime,
    booked_by: uuid.UUID | None,
) -> None:
    """Book the minutes of one service for each holder. Of two bookings of a source, the second is nothing.

    That holds after a correction or reversal too: a late retry never brings back what was taken back.
    """
    await queries.lock(session, source.kind, source.id)
    amount = _amount(Unit.MINUTES, minutes, provenance)
    rows = [_served(source, holder, region_code, served_at) | amount for holder in holders]
    await _write(session, LedgerEvent.MINUTES_BOOKED, rows, booked_by)


def first_minutes(  # noqa: PLR0913 - as `book_minutes`
    source: Source,
    holder: Holder,
    *,
    minutes: int,
    provenance: Provenance,
    region_code: str,
    served_at: datetime,
    booked_by: uuid.UUID,
) -> tuple[Entry, Event]:
    """What `book_minutes` writes of one holder of whose source nothing was booked yet; not written yet."""
    row = _served(source, holder, region_code, served_at) | _amount(Unit.MINUTES, minutes, provenance)
    entry = made(Entry, id=new_id(), **row, **_stamp(booked_by))
    return entry, _told(LedgerEvent.MINUTES_BOOKED, row, [entry.id], booked_by)


def _served(source: Source, holder: Holder, region_code: str, served_at: datetime) -> Row:
    return {
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "organization_id": holder.organization_id,
        "region_code": region_code,
        "source_kind": source.kind,
        "source_id": source.id,
        "served_at": served_at,
    }


async def correct_minutes(
    session: AsyncSession,
    source: Source,
    *,
    minutes: int,
    provenance: Provenance,
    booked_by: uuid.UUID | None,
) -> None:
    """Replace each holder's minutes of a source that were not taken back; nothing where they are right."""
    await queries.lock(session, source.kind, source.id)
    wrong = [
        entry
        for entry in await queries.standing_entries(session, source.kind, [source.id], Unit.MINUTES)
        if (entry.amount, entry.provenance) != (minutes, provenance)
    ]
    right = _amount(Unit.MINUTES, minutes, provenance)
    rows = [_attribution(entry) | right | {"revision": entry.revision + 1} for entry in wrong]
    await _write(session, LedgerEvent.REVERSED, [_reversal(entry) for entry in wrong], booked_by)
    await _write(session, LedgerEvent.MINUTES_BOOKED, rows, booked_by)


async def award_points(
    session: AsyncSession,
    source_kind: str,
    source_ids: Sequence[uuid.UUID],
    *,
    points: int,
    rule: str,
    booked_by: uuid.UUID | None,
) -> None:
    """Give points to all whose minutes of some sources stand. Of two awards of a source, the second is nothing.

    `rule` names the policy that gave them, as `key@region@valid-from`. A round of hundreds is a few statements.
    """
    awarded = _amount(Unit.POINTS, points, None) | {"rule": rule}
    for start in range(0, len(source_ids), AT_ONCE):
        some = source_ids[start : start + AT_ONCE]
        served = await queries.standing_entries(session, source_kind, some, Unit.MINUTES)
        rows = [_attribution(entry) | awarded for entry in served]
        await _write(session, LedgerEvent.POINTS_AWARDED, rows, booked_by)


async def reverse(
    session: AsyncSession,
    source: Source,
    unit: Unit,
    *,
    booked_by: uuid.UUID | None,
    holder_id: uuid.UUID | None = None,
) -> None:
    """Take back everything of a source and unit that was not taken back before, of one holder or of all."""
    await queries.lock(session, source.kind, source.id)
    standing = await queries.standing_entries(session, source.kind, [source.id], unit)
    wrong = [entry for entry in standing if holder_id in (None, entry.holder_id)]
    await _write(session, LedgerEvent.REVERSED, [_reversal(entry) for entry in wrong], booked_by)


async def restore(  # noqa: PLR0913 - what to book again, and how
    session: AsyncSession,
    source: Source,
    unit: Unit,
    *,
    booked_by: uuid.UUID | None,
    amount: int | None = None,
    provenance: Provenance | None = None,
    holder_id: uuid.UUID | None = None,
) -> None:
    """Book again what was taken back of a source, of one holder or of all: as it was, or another amount.

    What stands is left alone, so that of two restorations the second is nothing.
    """
    await queries.lock(session, source.kind, source.id)
    taken = await queries.taken_back(session, source.kind, source.id, unit)
    rows = [
        _attribution(entry)
        | _amount(unit, entry.amount if amount is None else amount, provenance or entry.provenance)
        | {"rule": entry.rule, "revision": entry.revision + 1}
        for entry in taken
        if holder_id in (None, entry.holder_id)
    ]
    kind = LedgerEvent.MINUTES_BOOKED if unit == Unit.MINUTES else LedgerEvent.POINTS_AWARDED
    await _write(session, kind, rows, booked_by)


def _amount(unit: Unit, amount: int, provenance: Provenance | None) -> Row:
    first = {"revision": 0, "reverses_id": None, "rule": None}
    return {"unit": unit, "amount": amount, "provenance": provenance, **first}


def _attribution(entry: Entry) -> Row:
    return {column: getattr(entry, column) for column in ATTRIBUTION}


def _reversal(entry: Entry) -> Row:
    """The entry that takes another back: the same in everything but its sign."""
    same = _amount(entry.unit, -entry.amount, entry.provenance)
    taken = {"revision": entry.revision, "reverses_id": entry.id, "rule": entry.rule}
    return _attribution(entry) | same | taken


async def _write(session: AsyncSession, kind: LedgerEvent, rows: list[Row], booked_by: uuid.UUID | None) -> None:
    """Write what is not there yet, and one event that names the new entries."""
    if not rows:
        return
    fresh = insert(Entry).on_conflict_do_nothing(
        index_elements=["source_kind", "source_id", "unit", "holder_id", "revision"],
        index_where=Entry.reverses_id.is_(None),
    )
    stamped = [{"id": new_id(), **row, **_stamp(booked_by)} for row in rows]
    written = (await session.scalars(fresh.returning(Entry.id), stamped)).all()
    if written:
        session.add(_told(kind, rows[0], written, booked_by))


def _stamp(booked_by: uuid.UUID | None) -> Row:
    return {"booked_at": clock.now(), "booked_by": booked_by}


def _told(kind: LedgerEvent, row: Row, entry_ids: Sequence[uuid.UUID], booked_by: uuid.UUID | None) -> Event:
    of = {"subject": row["source_id"], "region_code": row["region_code"], "actor": booked_by}
    return events.event(kind, **of, entry_ids=[str(entry_id) for entry_id in entry_ids])
