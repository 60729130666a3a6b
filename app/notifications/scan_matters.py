"""The selects of messages about scans that wait for a person: whom they are about, and who may decide."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant
from app.activities.models import Activity, Leader, Shift
from app.checkins.scan_models import Scan, ScanDecision, ScanOutcome
from app.checkins.scan_queries import WAITS
from app.ledger.models import HolderKind
from app.notifications.matters import Matter
from app.notifications.models import SubjectKind
from app.notifications.queries import among

Ids = Collection[uuid.UUID]
WHAT = func.coalesce(Scan.subject_id, Scan.place_id, Scan.id)
"""What was scanned for: alike calls are one, however many scan."""


async def scans(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, Matter]:
    """What some scans were made for, by the scans; it waits as long as any scan for it does."""
    joined = select(Scan, WHAT, ScanDecision.accepted, Account.id)
    joined = joined.outerjoin(ScanDecision, ScanDecision.scan_id == Scan.id)
    joined = joined.outerjoin(Account, Account.member_id == Scan.person_id)
    rows = (await session.execute(joined.where(among(Scan.id, ids)))).all()
    if not rows:
        return {}
    open_ones = await _open(session, [row[0] for row in rows], {row[1] for row in rows})
    hosts = await _hosts(session, {row[1] for row in rows})
    states = {None: ScanOutcome.PENDING, True: ScanOutcome.ACCEPTED, False: ScanOutcome.REFUSED}
    return {
        scan.id: Matter(
            SubjectKind.SCAN,
            what,
            scan.region_code or "",
            scan.person_id if scan.person_kind == HolderKind.ACCOUNT else account_id,
            None,
            waits=what in open_ones,
            state=states[accepted],
            hosts=tuple(hosts.get(what, ())),
        )
        for scan, what, accepted, account_id in rows
    }


async def _open(session: AsyncSession, found: Sequence[Scan], what: Ids) -> set[uuid.UUID]:
    """For what any scan waits still."""
    undecided = select(WHAT).select_from(Scan).outerjoin(ScanDecision, ScanDecision.scan_id == Scan.id)
    there = Scan.region_code.in_({one.region_code for one in found})
    return set(await session.scalars(undecided.where(*WAITS, there, among(WHAT, what)).distinct()))


async def _hosts(session: AsyncSession, shift_ids: Ids) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Who leads the activities of some shifts, or speaks for the organization that holds them."""
    of_shift = select(Shift.id, Account.id).join(Leader, Leader.activity_id == Shift.activity_id)
    leaders = of_shift.join(Account, Account.member_id == Leader.member_id).where(among(Shift.id, shift_ids))
    held = select(Shift.id, Grant.account_id).join(Activity, Activity.id == Shift.activity_id)
    held = held.join(Grant, Grant.organization_id == Activity.organization_id)
    speakers = held.where(among(Shift.id, shift_ids), Grant.revoked_at.is_(None))
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for shift_id, account_id in await session.execute(union_all(leaders, speakers)):
        found[shift_id].append(account_id)
    return found
