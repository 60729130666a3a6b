"""Scans that wait for a person, and those that are marked: who may look at them, and decides."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import people, presenting_queries
from app.activities import queries as activities
from app.activities.lifecycle import SHIFT_WHO, ShiftAction
from app.activities.people import Person
from app.checkins import doubting, saying, scan_queries
from app.checkins.events import ScanEvent
from app.checkins.meaning import Meaning
from app.checkins.saying import Voice, tell
from app.checkins.scan_models import Scan, ScanAction, ScanOutcome, ScanReason
from app.checkins.scan_queries import Looked
from app.checkins.scan_schemas import HeldScanOut, ScanDecisionIn, ScanFilter
from app.kit import clock
from app.kit.errors import ActionNotAllowed, Forbidden, Text
from app.kit.geo import Point
from app.kit.pagination import Page
from app.ledger.models import HolderKind, Provenance
from app.members import looking

OF_SHIFTS = (ScanAction.ATTEND, ScanAction.LEAVE)
NOT_OWN = Text("不能审核本人的扫码", "Nobody decides of their own scan")
TO_COME = Text("时间尚未到", "That is still to come")


async def scans(session: AsyncSession, caller: Caller, wanted: ScanFilter) -> Page[HeldScanOut]:
    """One page of what waits for the caller, or of what is marked in their regions and activities."""
    found, cursor = await scan_queries.scans(session, caller, wanted)
    named = Counter(scan.region_code or "" for scan, *_ in found if scan.person_kind == HolderKind.MEMBER)
    for region_code, count in named.items():
        looking.note(session, caller, region_code, count)
    return Page(items=await shown(session, caller, found), next_cursor=cursor)


async def decide(session: AsyncSession, caller: Caller, scan_id: uuid.UUID, body: ScanDecisionIn) -> HeldScanOut:
    """Let a scan count, or refuse it. Of two at once, the second is refused; raises what its verb refuses.

    A moment that our own clock measured stays measured; one that the caller names is their word.
    """
    scan, *_ = await scan_queries.scan(session, caller, scan_id)
    if not await _may(session, caller, scan):
        raise Forbidden
    if scan.person_id in caller.person_ids:
        raise Forbidden(NOT_OWN)
    now = clock.now()
    if body.at is not None and body.at > now:
        raise ActionNotAllowed(TO_COME)
    if scan.outcome != ScanOutcome.PENDING or not await scan_queries.decide(
        session, scan, cause=body.cause, by=caller.account_id, now=now
    ):
        raise ActionNotAllowed
    if body.accepted:
        await saying.say(session, _voice(caller, scan, body.at), _meaning(scan))
    tell(session, ScanEvent.DECIDED, scan, caller)
    (looked,) = await shown(session, caller, [await scan_queries.scan(session, caller, scan_id)])
    return looked


def _voice(caller: Caller, scan: Scan, at: datetime | None) -> Voice:
    heard_late = scan.shown_at if scan.reason == ScanReason.HEARD_LATE else None
    known = Provenance.CONFIRMED if at else Provenance.MEASURED
    return Voice(caller, at or heard_late or scan.received_at, known, by_hand=True)


def _meaning(scan: Scan) -> Meaning:
    if scan.action is None or scan.person_kind is None or scan.person_id is None or scan.region_code is None:
        raise LookupError("a scan waits that means nothing")
    person = Person(scan.person_kind, scan.person_id, None)
    return Meaning(scan.action, person, scan.region_code, scan.subject_id)


async def _may(session: AsyncSession, caller: Caller, scan: Scan) -> bool:
    """The desk of its region; who holds or leads the activity."""
    if scan.region_code is not None and caller.covers(scan.region_code, DISPATCHERS):
        return True
    if scan.action not in OF_SHIFTS or scan.subject_id is None:
        return False
    _, activity = await activities.shift_of(session, scan.subject_id)
    return bool(await people.relations(session, caller, activity) & SHIFT_WHO[ShiftAction.ROLL_CALL])


async def waiting(session: AsyncSession, caller: Caller) -> int:
    """How many scans wait that the caller may look at."""
    return await scan_queries.waiting(session, caller)


async def shown(session: AsyncSession, caller: Caller, found: Sequence[Looked]) -> list[HeldScanOut]:
    """Some scans as the caller decides of them."""
    named = [scan for scan, *_ in found if scan.person_id is not None]
    names = await presenting_queries.names(session, named)
    return [await _out(session, caller, looked, names) for looked in found]


async def _out(session: AsyncSession, caller: Caller, looked: Looked, names: dict[uuid.UUID, str]) -> HeldScanOut:
    scan, decision, location, place = looked
    away = doubting.distance(place, Point(location.lng, location.lat)) if location else None
    waits = scan.outcome == ScanOutcome.PENDING and decision is None and scan.person_id not in caller.person_ids
    may = waits and await _may(session, caller, scan)
    computed = {"name", "place_name", "distance", "decided", "cause", "decided_at", "actions"}
    return HeldScanOut(
        **{name: getattr(scan, name) for name in HeldScanOut.model_fields if name not in computed},
        name=names.get(scan.person_id, presenting_queries.RESIDENT) if scan.person_id else "",
        place_name=place.name if place else None,
        distance=None if away is None else round(away),
        decided=decision.accepted if decision else None,
        cause=decision.cause if decision else None,
        decided_at=decision.decided_at if decision else None,
        actions=["decide"] if may else [],
    )
