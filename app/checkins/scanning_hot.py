"""扫码, fast: somebody attends or leaves by one scan of a code that hangs or is shown there (ADR 0006).

The rules are those of `meaning`, `presence` and `saying`. What was heard before is answered as then. What waits, is
refused or marked, and whatever is not this common case, is left to `scanning.scan`, which explains.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from app.access.caller import Caller
from app.activities import lining_up, presence, signing_up, timetable
from app.activities.events import ActivityEvent
from app.activities.lifecycle import SignUpState
from app.activities.models import Activity, Shift, SignUp
from app.activities.people import Person
from app.activities.presence import Sighting
from app.activities.queries import RUNNING
from app.activities.telling import told_of
from app.checkins import hot_queries, meaning, saying, scanning
from app.checkins.meaning import Meaning, Refused
from app.checkins.models import CodeState, Place, PlaceCode, PlacePurpose
from app.checkins.scan_models import Scan, ScanAction, ScanOutcome
from app.checkins.scan_schemas import ScanIn, ScannedOut, ScansIn
from app.demands import reaching
from app.demands.models import Audience
from app.kit import clock, codes, idempotency
from app.kit.codes import Code, Purpose
from app.kit.db import Base, made
from app.kit.hot import Asked, Line, NotPlain, Values, columns_of, row_values
from app.kit.idempotency import Answer
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.models import HolderKind, Provenance
from app.members import engagements
from app.policies import service as policies
from app.policies.activity_rules import ActivityKey
from app.policies.scan_rules import ScanKey

ATTEMPTS = 3
"""Somebody may have changed the shift or the sign-up in between."""
Thing = TypeVar("Thing", bound=Base)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who was seen when, at which shift, with which sign-up, and all that the gate knows of that."""

    caller: Caller
    person: Person
    sighting: Sighting
    shift: Shift
    activity: Activity
    one: SignUp | None
    row: Values


async def scan(asked: Asked, line: Line) -> Answer:
    """Scan as `scanning.scan` does; raises `NotPlain` or a refusal where that one must look."""
    body = ScansIn.model_validate(json.loads(asked.body))
    if len(body.scans) != 1:
        raise NotPlain
    for _ in range(ATTEMPTS):
        answer = await _attempt(asked, line, body.device, body.scans[0])
        if answer is not None:
            return answer
    raise NotPlain


async def _attempt(asked: Asked, line: Line, device: str, item: ScanIn) -> Answer | None:
    """Hear one scan unless what it is for changes in between: then there is no answer."""
    now = clock.now()
    code = _read(asked, item, now)
    gate = hot_queries.GATE if item.subject_id is None else hot_queries.GATE_OF_SHIFT
    named = {"device": device, "nonce": item.nonce, "number": code.number if code else "", "shift": item.subject_id}
    rows = await line.rows(gate, sign_in=asked.sign_in_id, now=now, today=clock.today(), **named)
    if not rows:
        raise NotPlain
    caller = Caller(rows[0]["account_id"], asked.sign_in_id, member_id=rows[0]["member_id"])
    if rows[0]["heard_id"] is not None:
        return _again(asked, caller, _of(Scan, "heard", hot_queries.ANSWERED, rows[0]))
    if code is None or item.offline:
        raise NotPlain
    heard = scanning.new_scan(caller, device, item, now)
    scanning.note(heard, code)
    seen = _understood(caller, item, rows, now)
    things, changed = _done(seen, heard, item)
    answer = _answer(caller, heard)
    things.append(heard)
    if asked.keyed is not None:
        things.append(idempotency.answered(asked.keyring, asked.keyed(caller.account_id), answer))
    since = now - policies.read_above(ScanKey.DEVICE_WINDOW, seen.row["here"])
    held = {"device": device, "since": since, "shift": seen.shift.id, "shift_version": seen.row["shift_version"]}
    statement = hot_queries.written(tuple(map(type, things)))
    return answer if await line.row(statement, **row_values(*things), **changed, **held) else None


def _read(asked: Asked, item: ScanIn, now: datetime) -> Code | None:
    """The code of a place, if it is one that counts now."""
    try:
        code = codes.read(asked.keyring, item.code.rsplit("/", 1)[-1], now)
    except codes.Unaccepted:
        return None
    return code if code.purpose in (Purpose.PLACE, Purpose.SCREEN) else None


def _again(asked: Asked, caller: Caller, heard: Scan) -> Answer:
    """What was answered to a scan that was heard before, unless a person may have decided of it since."""
    if heard.outcome == ScanOutcome.PENDING or heard.scanned_by != caller.account_id or asked.keyed is not None:
        raise NotPlain
    return _answer(caller, heard)


def _answer(caller: Caller, heard: Scan) -> Answer:
    return Answer(200, ScannedOut(items=[scanning.shown(caller, heard, None)]).model_dump_json().encode())


def _of(model: type[Thing], called: str, names: Any, row: Values) -> Thing:
    """A thing as the gate has read it."""
    return made(model, **{name: row[f"{called}_{name}"] for name in names})


def _understood(caller: Caller, item: ScanIn, rows: list[Values], now: datetime) -> _Seen:
    """The shift that is meant, where nothing about the scan is odd."""
    first = rows[0]
    place = _of(Place, "place", hot_queries.PLACE, first)
    hung = _of(PlaceCode, "code", hot_queries.CODE, first)
    if place.purpose != PlacePurpose.ATTEND or hung.state(place, now) is not CodeState.LIVE:
        raise NotPlain
    if item.action not in (None, ScanAction.ATTEND, ScanAction.LEAVE):
        raise NotPlain
    window, locates = (policies.read_above(rule, first["here"]) for rule in (ScanKey.DEVICE_WINDOW, ScanKey.LOCATION))
    if (item.location is not None and locates) or (first["others"] is not None and first["others"] >= now - window):
        raise NotPlain
    if caller.member_id is None and any(row["activity_audience"] == Audience.MEMBERS for row in rows):
        raise NotPlain  # whether a resident sees it is asked there
    row, shift, activity = _meant(item, place, rows, now)
    margin = policies.read_above(ActivityKey.PRESENCE_MARGIN, row["there"])
    if shift.state not in RUNNING or not timetable.in_time(shift, now, margin):
        raise NotPlain
    kind = HolderKind.MEMBER if caller.member_id else HolderKind.ACCOUNT
    person = Person(kind, caller.member_id or caller.account_id, first["home"])
    one = _of(SignUp, "sign_up", columns_of(SignUp), row) if row["sign_up_id"] else None
    return _Seen(caller, person, Sighting(now, Provenance.MEASURED, caller), shift, activity, one, row)


def _meant(item: ScanIn, place: Place, rows: list[Values], now: datetime) -> tuple[Values, Shift, Activity]:
    """The only shift that it can be, as `meaning.of_place` finds it."""
    found = {row["shift_id"]: row for row in rows if row["shift_id"] is not None}
    if len(found) < len(rows):  # none, or two sign-ups of one person
        raise NotPlain
    pairs = [
        (_of(Shift, "shift", columns_of(Shift), row), _of(Activity, "activity", hot_queries.ACTIVITY, row))
        for row in rows
    ]
    if item.subject_id is None:
        margin = policies.read_above(ActivityKey.PRESENCE_MARGIN, rows[0]["here"])
        if margin > meaning.TOO_EARLY:
            raise NotPlain
        pairs = [pair for pair in pairs if timetable.in_time(pair[0], now, margin)]
        pairs = [pair for pair in pairs if found[pair[0].id]["sign_up_id"] is not None] or pairs
    try:
        only = meaning.only(pairs, now)
        if only is None:
            raise NotPlain
        meaning.check_around(only[1].region_code, place.region_code)
    except Refused as refusal:
        raise NotPlain from refusal
    return found[only[0].id], *only


def _done(seen: _Seen, heard: Scan, item: ScanIn) -> tuple[list[Base], Values]:
    """What attending or leaving writes beside the scan, and changes of the sign-up; the scan notes what it comes to."""
    row, one = seen.row, seen.one
    gap = policies.read_above(ScanKey.GAP, row["here"])
    action = item.action or meaning.attend_or_leave(one, gap, seen.sighting.at)
    heard.place_id = row["place_id"]
    scanning.mean(heard, Meaning(action, seen.person, row["place_region_code"], seen.shift.id))
    before = saying.seen(one)
    if one is None:
        one, things = _walks_in(seen, action)
        changed = {}
    else:
        things = _attends(seen, one) if action == ScanAction.ATTEND else _leaves(seen, one)
        changed = {f"sign_ups_{name}": getattr(one, name) for name in hot_queries.MOVED} if things else {}
        changed |= {"sign_up": one.id, "sign_up_version": row["sign_up_version"]}
    scanning.conclude(heard, saying.said_of(one, before, action))
    return things, changed


def _walks_in(seen: _Seen, action: ScanAction) -> tuple[SignUp, list[Base]]:
    """As `presence.walk_in`, of who is invited."""
    if action != ScanAction.ATTEND:
        raise NotPlain
    row, shift = seen.row, seen.shift
    within = reaching.hot(row["home"], row["reach"], row["places"])
    signing_up.require_invited(seen.activity, seen.person, within)
    one = signing_up.new_sign_up(seen.caller, shift, seen.person, SignUpState.BOOKED)
    one.walk_in = True
    presence.came(one, seen.sighting)
    booked = engagements.booked(one.person_id, shift.starts_at, shift.ends_at, lining_up.SOURCE, one.id)
    return one, [one, booked, told_of(seen.activity, one, ActivityEvent.ATTENDED, seen.caller)]


def _attends(seen: _Seen, one: SignUp) -> list[Base]:
    """As `presence.attend`, of who is booked or there already."""
    before = one.state, one.arrived_at
    if one.state in presence.UNBOOKED or (one.arrived_at is None and one.left_at is not None):
        raise NotPlain
    presence.came(one, seen.sighting)
    if (one.state, one.arrived_at) == before:
        return []
    if one.left_at is not None:
        raise NotPlain  # minutes that were booked are put right
    return [told_of(seen.activity, one, ActivityEvent.ATTENDED, seen.caller)]


def _leaves(seen: _Seen, one: SignUp) -> list[Base]:
    """As `presence.leave`, of who is there and was not heard to leave before."""
    if one.state != SignUpState.PRESENT or one.left_at is not None:
        raise NotPlain
    margin, counts = (policies.read_above(rule, seen.row["there"]) for rule in hot_queries.THERE)
    presence.went(one, seen.sighting)
    found = presence.finished(seen.shift, one, margin)
    if found is None or presence.day_of(seen.shift) != clock.today():  # the rules that were read are today's
        raise NotPlain
    told = told_of(seen.activity, one, ActivityEvent.LEFT, seen.caller)
    if not policies.for_category(counts, seen.activity.kind):
        return [told]
    organization_id = seen.row["organization_id"] if one.person_kind == HolderKind.MEMBER else None
    entry, booked = booking.first_minutes(
        Source(lining_up.SOURCE, one.id),
        Holder(one.person_kind, one.person_id, organization_id),
        minutes=found.minutes,
        provenance=found.provenance,
        region_code=seen.activity.region_code,
        served_at=found.until,
        booked_by=seen.caller.account_id,
    )
    return [told, entry, booked]
