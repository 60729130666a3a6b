"""What a scan means: which verb, of whom, and to what; found out where the phone does not say it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.access.models import Account
from app.activities import people, signing_up
from app.activities import queries as activities
from app.activities.lifecycle import ShiftAction
from app.activities.models import Activity, Shift, SignUp
from app.activities.people import Person
from app.checkins import scan_queries
from app.checkins.models import Place, PlacePurpose
from app.checkins.scan_models import ScanAction, ScanReason
from app.checkins.scan_schemas import ScanIn
from app.demands import queries as demands
from app.demands import serving_queries
from app.kit import codes
from app.kit.codes import Code
from app.ledger.models import HolderKind
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey
from app.policies.scan_rules import ScanKey

A, P = ScanAction, PlacePurpose
SAYS = {P.ENROLL: (A.ENROLL,), P.ATTEND: (A.ATTEND, A.LEAVE), P.SERVE: (A.ARRIVE, A.FINISH)}
"""What the code of a place can say; filing a demand takes more than a scan."""
TOO_EARLY = timedelta(hours=12)
"""How far from now a shift may be that somebody scans for out of its time."""
OLDEST = timedelta(days=7)
"""How long ago a phone may say that it scanned, to find out what for."""


class Refused(Exception):
    """A scan that does not count, and why."""

    def __init__(self, reason: ScanReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Meaning:
    """The verb that a scan says, of whom, and to what; the region's desk looks at it where it waits."""

    action: ScanAction
    person: Person
    region_code: str
    subject_id: uuid.UUID | None = None


async def of_place(session: AsyncSession, caller: Caller, place: Place, item: ScanIn, now: datetime) -> Meaning:
    """What somebody says who scans the code of a place; raises `Refused` and what looking up raises."""
    says = SAYS.get(place.purpose, ())
    if not says or item.action not in (None, *says):
        raise Refused(ScanReason.OTHER_PURPOSE)
    person = await people.of_caller(session, caller)
    match place.purpose:
        case PlacePurpose.ATTEND:
            shift = await _shift(session, caller, place.region_code, item, now)
            action = item.action or await _attend_or_leave(session, shift, caller.person_ids, place.region_code, now)
            return Meaning(action, person, place.region_code, shift.id)
        case PlacePurpose.SERVE:
            action, claim_id = await _service(session, caller, place.region_code, item, now)
            return Meaning(action, person, place.region_code, claim_id)
    return Meaning(A.ENROLL, person, place.region_code, item.subject_id)


async def of_member(session: AsyncSession, caller: Caller, code: Code, item: ScanIn, now: datetime) -> Meaning:
    """What a leader says who scans somebody's own code. Of two at once, the second finds it used."""
    if item.action not in (None, A.ATTEND, A.LEAVE):
        raise Refused(ScanReason.OTHER_PURPOSE)
    await scan_queries.wait_for(session, code.text)
    if await scan_queries.is_used(session, code.text):
        raise Refused(ScanReason.USED)
    account = await access.account_ending(session, codes.ending(code.number))
    if account is None:
        raise Refused(ScanReason.UNKNOWN_PERSON)
    if account.id == caller.account_id:
        raise Refused(ScanReason.OWN_CODE)
    person = await _person(session, account)
    shift, activity = await _led(session, caller, item, now)
    await people.require_shift(session, caller, activity, ShiftAction.ROLL_CALL)
    ids = await signing_up.ids_of(session, person.id)
    action = item.action or await _attend_or_leave(session, shift, ids, activity.region_code, now)
    return Meaning(action, person, activity.region_code, shift.id)


async def _person(session: AsyncSession, account: Account) -> Person:
    if account.member_id is not None:
        return await people.of_member(session, account.member_id)
    return Person(HolderKind.ACCOUNT, account.id, account.home_region_code)


async def _shift(session: AsyncSession, caller: Caller, region_code: str, item: ScanIn, now: datetime) -> Shift:
    """The shift around a place that somebody means: the one they say, or the only one it can be."""
    if item.subject_id is not None:
        shift, activity = await activities.shift_and_activity(session, caller, item.subject_id)
        check_around(activity.region_code, region_code)
        return shift
    margin = await policies.value(session, ActivityKey.PRESENCE_MARGIN, region_code)
    looks = [(now, margin, False), (now, TOO_EARLY, True)]
    if item.offline and abs(now - item.scanned_at) <= OLDEST:
        looks.insert(1, (item.scanned_at, margin, False))
    for at, within, only_mine in looks:
        found = await activities.on_at(session, activities.visible_to(caller), region_code, at, within)
        held = await activities.held_in(session, [shift.id for shift, _ in found], caller.person_ids)
        mine = [pair for pair in found if pair[0].id in held]
        if one := only(mine or ([] if only_mine else found), at):
            return one[0]
    raise Refused(ScanReason.NOTHING_HERE)


async def _led(session: AsyncSession, caller: Caller, item: ScanIn, now: datetime) -> tuple[Shift, Activity]:
    """The shift that a leader scans for: the one they say, or the only one that is on of what they hold or lead."""
    if item.subject_id is not None:
        return await activities.shift_and_activity(session, caller, item.subject_id)
    margin = await policies.value(session, ActivityKey.PRESENCE_MARGIN, "")
    found = only(await activities.on_at(session, activities.organized_by(caller), "", now, margin), now)
    if found is None:
        raise Refused(ScanReason.NOTHING_HERE)
    return found


def only(found: Sequence[tuple[Shift, Activity]], at: datetime) -> tuple[Shift, Activity] | None:
    """The only one, or the only one that is under way; raises `Refused` where it may be several."""
    under_way = [pair for pair in found if pair[0].starts_at <= at <= pair[0].ends_at]
    for some in (found, under_way):
        if len(some) == 1:
            return some[0]
    if found:
        raise Refused(ScanReason.CHOOSE)
    return None


async def _attend_or_leave(
    session: AsyncSession, shift: Shift, ids: Sequence[uuid.UUID], region_code: str, now: datetime
) -> ScanAction:
    """Who was seen to arrive a while ago leaves."""
    one = await activities.standing(session, shift.id, ids)
    gap = await policies.value(session, ScanKey.GAP, region_code)
    return attend_or_leave(one, gap, now)


def attend_or_leave(one: SignUp | None, gap: timedelta, now: datetime) -> ScanAction:
    """Who was seen to arrive at least so long ago leaves."""
    left = one is not None and one.arrived_at is not None and now - one.arrived_at >= gap
    return A.LEAVE if left else A.ATTEND


async def _service(
    session: AsyncSession, caller: Caller, region_code: str, item: ScanIn, now: datetime
) -> tuple[ScanAction, uuid.UUID]:
    """Whether somebody arrives or is done, and on which claim; it is held."""
    claim_id = item.subject_id
    if claim_id is None:
        found = await serving_queries.served_around(session, caller, region_code)
        if len(found) != 1:
            raise Refused(ScanReason.CHOOSE if found else ScanReason.NOTHING_HERE)
        claim_id = found[0].id
    claim, demand = await demands.claim_and_demand(session, caller, claim_id, lock=True)
    check_around(demand.region_code, region_code)
    if item.action is not None:
        return item.action, claim_id
    gap = await policies.value(session, ScanKey.GAP, region_code)
    is_done = claim.arrived_at is not None and now - claim.arrived_at >= gap
    return A.FINISH if is_done else A.ARRIVE, claim_id


def check_around(region_code: str, place_code: str) -> None:
    """A code that hangs elsewhere says nothing of what is done here."""
    if not (region_code.startswith(place_code) or place_code.startswith(region_code)):
        raise Refused(ScanReason.NOTHING_HERE)
