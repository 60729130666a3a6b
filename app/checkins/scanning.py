"""扫码: a batch of scans from a phone, each heard once, by itself, and answered the same ever after."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.errors import NotInvited, OutOfTime
from app.checkins import doubting, meaning, queries, saying, scan_queries
from app.checkins.doubting import Doubts
from app.checkins.events import ScanEvent
from app.checkins.meaning import Meaning, Refused
from app.checkins.models import CodeState, Place
from app.checkins.saying import Said, Voice, tell
from app.checkins.scan_models import Scan, ScanOutcome, ScanReason
from app.checkins.scan_schemas import ScanIn, ScanOut, ScansIn
from app.enrollments.errors import AlreadyEnrolled
from app.kit import clock, codes, db
from app.kit.codes import Code, Purpose, Unaccepted
from app.kit.crypto import Keyring
from app.kit.db import new_id
from app.kit.errors import AppError, NotFound
from app.members.errors import Overlaps

REASONS: dict[type[AppError], ScanReason] = {
    NotFound: ScanReason.NOT_YOURS,
    NotInvited: ScanReason.NOT_INVITED,
    Overlaps: ScanReason.OVERLAPS,
}
"""What a verb's refusal is called; any other is `not_allowed`."""


@dataclass(slots=True)
class _Heard:
    """A scan on its way to be stored, and the code that it used up."""

    scan: Scan
    is_late: bool = False
    used_code: str | None = None
    place: Place | None = None
    doubts: Doubts = field(default_factory=Doubts)


async def scan(session: AsyncSession, caller: Caller, keyring: Keyring, body: ScansIn) -> list[ScanOut]:
    """Hear what a phone has scanned; each scan stands by itself, and one that was heard before is answered as then."""
    now = clock.now()
    await scan_queries.wait_for(session, body.device)
    heard = await scan_queries.stored(session, body.device, [item.nonce for item in body.scans])
    for item in body.scans:
        if item.nonce not in heard:
            heard[item.nonce] = await _hear(session, caller, keyring, new_scan(caller, body.device, item, now), item)
    decided = await scan_queries.decisions(session, list(heard.values()))
    return [shown(caller, heard[item.nonce], decided.get(heard[item.nonce].id)) for item in body.scans]


def new_scan(caller: Caller, device: str, item: ScanIn, now: datetime) -> Scan:
    """A scan of which is known only who made it; all of a batch are received at once."""
    return db.made(
        Scan,
        id=new_id(),
        device=device,
        nonce=item.nonce,
        scanned_by=caller.account_id,
        offline=item.offline,
        claimed_at=item.scanned_at,
        received_at=now,
        flags=[],
    )


async def _hear(session: AsyncSession, caller: Caller, keyring: Keyring, made: Scan, item: ScanIn) -> Scan:
    heard = _Heard(made)
    try:
        async with session.begin_nested():
            said = await _understand(session, caller, keyring, heard, item)
    except Refused as refusal:
        said = Said(ScanOutcome.REFUSED, reason=refusal.reason)
    except AppError as refusal:
        said = _refused(refusal)
    except IntegrityError as error:
        kind = AppError.by_constraint.get(db.violated(error) or "")
        if kind is None:
            raise
        said = _refused(kind())
    conclude(made, said)
    made.flags = [*heard.doubts.flags]
    if said.outcome != ScanOutcome.REFUSED:
        made.used_code = heard.used_code
    session.add_all([made, *([heard.doubts.location] if heard.doubts.location else [])])
    if said.outcome == ScanOutcome.PENDING:
        tell(session, ScanEvent.HELD, made, caller)
    await session.flush()  # the next one of the batch may be the same
    return made


def conclude(made: Scan, said: Said) -> None:
    """What a scan keeps of what saying it came to."""
    made.outcome, made.reason, made.counts_at = said.outcome, said.reason, said.counts_at


def _refused(refusal: AppError) -> Said:
    if isinstance(refusal, AlreadyEnrolled):
        return Said(ScanOutcome.ALREADY)
    if isinstance(refusal, OutOfTime):
        return Said(ScanOutcome.PENDING, reason=ScanReason.OUT_OF_TIME)
    return Said(ScanOutcome.REFUSED, reason=REASONS.get(type(refusal), ScanReason.NOT_ALLOWED))


async def _understand(session: AsyncSession, caller: Caller, keyring: Keyring, heard: _Heard, item: ScanIn) -> Said:
    """Read the code, find out what is meant, and do it unless somebody must look at it first."""
    made = heard.scan
    code = _read(keyring, heard, item)
    found = await _meaning(session, caller, heard, code, item)
    mean(made, found)
    heard.doubts = await doubting.doubts(session, made, item, heard.place, found.region_code)
    reason = ScanReason.HEARD_LATE if heard.is_late else heard.doubts.reason
    if reason is not None:
        return Said(ScanOutcome.PENDING, reason=reason)
    return await saying.say(session, Voice(caller, made.received_at), found)


def mean(made: Scan, found: Meaning) -> None:
    """What a scan keeps of what it means."""
    made.action, made.subject_id, made.region_code = found.action, found.subject_id, found.region_code
    made.person_kind, made.person_id = found.person.kind, found.person.id


def _read(keyring: Keyring, heard: _Heard, item: ScanIn) -> Code:
    """What the code says. One that ended meanwhile may wait for a person where the phone says it had no network."""
    try:
        code = codes.read(keyring, item.code.rsplit("/", 1)[-1], heard.scan.received_at)
    except Unaccepted as refusal:
        reason = ScanReason(refusal.reason)
        if refusal.code is None:
            raise Refused(reason) from None
        code, heard.is_late = refusal.code, True
        note(heard.scan, code)
        if not (item.offline and reason == ScanReason.EXPIRED):
            raise Refused(reason) from None
    note(heard.scan, code)
    return code


def note(made: Scan, code: Code) -> None:
    """What a scan keeps of its code."""
    made.purpose, made.number, made.shown_at = code.purpose, code.number, code.since


async def _meaning(session: AsyncSession, caller: Caller, heard: _Heard, code: Code, item: ScanIn) -> Meaning:
    made = heard.scan
    if code.purpose is Purpose.MEMBER:
        heard.used_code = code.text
        return await meaning.of_member(session, caller, code, item, made.received_at)
    if code.purpose not in (Purpose.PLACE, Purpose.SCREEN):
        raise Refused(ScanReason.OTHER_PURPOSE)
    placed = await queries.numbered(session, code.number)
    if placed is None:
        raise Refused(ScanReason.REVOKED)
    heard.place, hung = placed
    made.place_id, made.region_code = heard.place.id, heard.place.region_code
    state = hung.state(heard.place, made.received_at)
    if state is not CodeState.LIVE:
        raise Refused(ScanReason(state))
    return await meaning.of_place(session, caller, heard.place, item, made.received_at)


def shown(caller: Caller, scan: Scan, decided: bool | None) -> ScanOut:
    """What became of it, for who scanned it; of somebody else's scan only that its nonce is taken."""
    if scan.scanned_by != caller.account_id:
        return ScanOut(
            nonce=scan.nonce,
            outcome=ScanOutcome.REFUSED,
            reason=ScanReason.NONCE_TAKEN,
            action=None,
            subject_id=None,
            received_at=clock.now(),
            counts_at=None,
            decided=None,
        )
    plain = {name: getattr(scan, name) for name in ScanOut.model_fields if name != "decided"}
    return ScanOut(**plain, decided=decided)
