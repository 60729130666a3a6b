"""Every select of scans; `visible_to` says which ones a caller may look at."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.models import Activity, Shift
from app.activities.queries import organized_by
from app.checkins.models import Place
from app.checkins.scan_models import (
    RefusalCause,
    Scan,
    ScanAction,
    ScanDecision,
    ScanLocation,
    ScanOutcome,
    ScanReason,
)
from app.checkins.scan_schemas import ScanFilter
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.regions.queries import under

Looked = tuple[Scan, ScanDecision | None, ScanLocation | None, Place | None]
"""A scan with what was decided of it, where it was made, and its place."""


WAITS = (text("scans.outcome = 'pending'"), ScanDecision.scan_id.is_(None))
"""Of scans with what was decided of them: those that wait for a person."""


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """The scans of one's regions, and of the shifts of activities that one holds or leads."""
    theirs = exists().where(Shift.id == Scan.subject_id, Activity.id == Shift.activity_id)
    return or_(under(Scan.region_code, caller.reach()), theirs.where(organized_by(caller)))


async def wait_for(session: AsyncSession, what: str) -> None:
    """Hold a device or a code until this transaction ends: of two at once, the second comes after the first."""
    await session.execute(select(func.pg_advisory_xact_lock(turn_of(what))))


def turn_of(what: Any) -> ColumnElement[int]:
    """What stands for a device or a code among the advisory locks."""
    return func.hashtextextended(func.concat("scan ", what), 0)


async def stored(session: AsyncSession, device: str, nonces: Collection[str]) -> dict[str, Scan]:
    """The scans of a device that were heard before, by their nonces."""
    found = await session.scalars(select(Scan).where(Scan.device == device, Scan.nonce.in_(nonces)))
    return {one.nonce: one for one in found}


async def decisions(session: AsyncSession, scans: Sequence[Scan]) -> dict[uuid.UUID, bool]:
    """What was decided of those of some scans that waited."""
    waited = [one.id for one in scans if one.outcome == ScanOutcome.PENDING]
    if not waited:
        return {}
    rows = await session.execute(
        select(ScanDecision.scan_id, ScanDecision.accepted).where(ScanDecision.scan_id.in_(waited))
    )
    return {row[0]: row[1] for row in rows}


async def is_used(session: AsyncSession, code: str) -> bool:
    """Whether a member's own code was used up."""
    return bool(await session.scalar(select(exists().where(Scan.used_code == code))))


async def people_of(session: AsyncSession, device: str, since: datetime) -> set[uuid.UUID]:
    """Who used a device to scan for themselves since a moment."""
    used = select(Scan.scanned_by).where(Scan.device == device, Scan.received_at >= since, Scan.used_code.is_(None))
    return set(await session.scalars(used.distinct()))


async def last_seen(session: AsyncSession, account_id: uuid.UUID, since: datetime) -> tuple[Scan, ScanLocation] | None:
    """Where somebody scanned last, if since a moment."""
    joined = select(Scan, ScanLocation).join(ScanLocation, ScanLocation.scan_id == Scan.id)
    theirs = joined.where(Scan.scanned_by == account_id, Scan.received_at >= since)
    row = (await session.execute(theirs.order_by(Scan.received_at.desc()).limit(1))).one_or_none()
    return (row[0], row[1]) if row else None


async def not_begun(session: AsyncSession, claim_id: uuid.UUID, person_id: uuid.UUID) -> Sequence[Scan]:
    """Scans by which somebody finished a claim before anybody heard that they had arrived, undecided."""
    waits = (Scan.subject_id == claim_id, Scan.person_id == person_id, Scan.action == ScanAction.FINISH)
    decided = exists().where(ScanDecision.scan_id == Scan.id)
    open_ones = select(Scan).where(*waits, Scan.reason == ScanReason.NOT_BEGUN, ~decided)
    return (await session.scalars(open_ones.order_by(Scan.id))).all()


async def decide(
    session: AsyncSession, scan: Scan, *, cause: RefusalCause | None, by: uuid.UUID | None, now: datetime
) -> bool:
    """Let a scan count unless there is a cause against it; False where somebody else was faster."""
    row = {"scan_id": scan.id, "accepted": cause is None, "cause": cause, "decided_by": by, "decided_at": now}
    statement = insert(ScanDecision).values(row).on_conflict_do_nothing().returning(ScanDecision.scan_id)
    return await session.scalar(statement) is not None


async def scans(session: AsyncSession, caller: Caller, wanted: ScanFilter) -> tuple[list[Looked], str | None]:
    """One page of the scans that wait for the caller, or of those that are flagged; the newest first."""
    statement = _looked().where(visible_to(caller))
    statement = statement.where(text("scans.flags <> '{}'")) if wanted.flagged else statement.where(*WAITS)
    if wanted.region is not None:
        statement = statement.where(under(Scan.region_code, [wanted.region]))
    if wanted.subject_id is not None:
        statement = statement.where(Scan.subject_id == wanted.subject_id)
    rows, cursor = await page(session, statement, [Scan.id], wanted, descending=True)
    return [(row[0], row[1], row[2], row[3]) for row in rows], cursor


async def scan(session: AsyncSession, caller: Caller, scan_id: uuid.UUID) -> Looked:
    """One scan that the caller may look at; raises `NotFound` for absent and unseen alike."""
    statement = _looked().where(Scan.id == scan_id, visible_to(caller))
    row = (await session.execute(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2], row[3]


async def waiting(session: AsyncSession, caller: Caller) -> int:
    """How many scans wait that the caller may look at."""
    undecided = select(func.count()).select_from(Scan).outerjoin(ScanDecision, ScanDecision.scan_id == Scan.id)
    return await session.scalar(undecided.where(visible_to(caller), *WAITS)) or 0


async def some(session: AsyncSession, caller: Caller, scan_ids: Collection[uuid.UUID]) -> list[Looked]:
    """Those of some scans that the caller may look at, or that are about them."""
    seen = or_(visible_to(caller), Scan.person_id.in_(caller.person_ids))
    rows = await session.execute(_looked().where(Scan.id.in_(scan_ids), seen))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _looked() -> Select[Scan, ScanDecision, ScanLocation, Place]:
    """Scans with what was decided of them and where they were made, where that is known."""
    return (
        select(Scan, ScanDecision, ScanLocation, Place)
        .outerjoin(ScanDecision, ScanDecision.scan_id == Scan.id)
        .outerjoin(ScanLocation, ScanLocation.scan_id == Scan.id)
        .outerjoin(Place, Place.id == Scan.place_id)
    )


async def counts(session: AsyncSession, numbers: Collection[str]) -> dict[str, int]:
    """How often the codes of some numbers were scanned, counted from the scans."""
    counted = select(Scan.number, func.count()).where(Scan.number.in_(numbers)).group_by(Scan.number)
    return {row[0]: row[1] for row in await session.execute(counted) if row[0]}


async def forget_locations(session: AsyncSession, before: datetime) -> None:
    """Drop where scans were made before a moment."""
    await session.execute(delete(ScanLocation).where(ScanLocation.at < before))
