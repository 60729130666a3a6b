"""The statements of a hot scan, made once (ADR 0006).

The gate answers a row in the common case only. What it leaves out is not refused: the usual way looks at it.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from app.access.models import Account
from app.activities.lifecycle import GONE, ShiftState
from app.activities.models import Activity, Shift, SignUp
from app.checkins import scan_queries
from app.checkins.meaning import TOO_EARLY
from app.checkins.models import Place, PlaceCode
from app.checkins.scan_models import Scan
from app.demands.hot_queries import NOW, TODAY, keys_of, of_caller, places
from app.kit.db import Base
from app.kit.events import Event
from app.kit.hot import columns_of, given, table_of, writing
from app.members import queries as members
from app.members.models import Member
from app.policies.activity_rules import ActivityKey
from app.policies.defaults import Key
from app.policies.queries import values_above
from app.policies.scan_rules import ScanKey
from app.regions.codes import STEPS

DEVICE, NONCE, NUMBER = (given(name, type_=Text) for name in ("device", "nonce", "number"))
SHIFT = given("shift", type_=Uuid)
VERSIONS = {
    Shift: cast(literal_column("shifts.xmin", String), Text),
    SignUp: cast(literal_column("sign_ups.xmin", String), Text),
}
"""Change with every change of a row."""
HERE = (ActivityKey.PRESENCE_MARGIN, ScanKey.GAP, ScanKey.LOCATION, ScanKey.DEVICE_WINDOW)
THERE = (ActivityKey.PRESENCE_MARGIN, ActivityKey.ACTIVITY_HOURS)
"""The rules that count where the code hangs, and where the activity is."""
ANSWERED = ("id", "nonce", "scanned_by", "outcome", "reason", "action", "subject_id", "received_at", "counts_at")
"""What is answered of a scan that was heard before."""
PLACE = ("id", "region_code", "purpose", "version")
CODE = ("version", "expires_at", "revoked_at")
ACTIVITY = ("id", "region_code", "kind", "audience", "state")
MOVED = ("state", "due_at", "walk_in", "arrived_at", "arrival", "left_at", "departure", "minutes", "auto_left")
"""What a scan changes of a sign-up."""
ABOVE, LONGEST = (*STEPS, 15, 18, 21), 24
"""How long the codes are of what a place may lie in, if its own is not longer than that."""
Other = aliased(Scan)
HOME = func.coalesce(Member.home_region_code, Account.home_region_code)
STANDING = SignUp.state.not_in(bindparam("gone", sorted(GONE), expanding=True, literal_execute=True))
"""Written out, since the index of those who stand is found by it."""


def labelled(of: str, source: Any, names: Any) -> list[ColumnElement[Any]]:
    """Some columns under the names `values_of` looks for."""
    return [getattr(source, name).label(f"{of}_{name}") for name in names]


def _around() -> ColumnElement[bool]:
    """Whether an activity is in the region of a place, below it, or in one that holds it, as `regions.around`."""
    below = and_(Activity.region_code >= Place.region_code, Activity.region_code < Place.region_code + ":")
    return or_(below, Activity.region_code.in_([func.left(Place.region_code, n) for n in ABOVE]))


def _on(*, said: bool) -> Any:
    """The published shifts that a scan may be for: the one that it names, or those on around the place half a day."""
    joined = select(
        *labelled("shift", Shift, columns_of(Shift)),
        VERSIONS[Shift].label("shift_version"),
        *labelled("activity", Activity, ACTIVITY),
    ).join(Activity, Activity.id == Shift.activity_id)
    joined = joined.where(Activity.published_at.is_not(None), Place.id.is_not(None)).correlate(Place)
    if said:
        return joined.where(Shift.id == SHIFT).lateral("on_now")
    near = (Shift.starts_at <= NOW + TOO_EARLY, Shift.ends_at >= NOW - TOO_EARLY)
    return joined.where(_around(), Shift.state != ShiftState.CANCELLED, *near).lateral("on_now")


def _others(person: Any) -> tuple[ColumnElement[bool], ...]:
    """The scans that others have made for themselves with a device."""
    return Other.device == DEVICE, Other.scanned_by != person, Other.used_code.is_(None)


def _gate(*, said: bool) -> Select[*tuple[Any, ...]]:
    """All that decides what somebody without any grant says with a scan, a row for each shift that it may be for."""
    on = _on(said=said)
    hers = (SignUp.shift_id == on.c.shift_id) & SignUp.person_id.in_([Account.id, Account.member_id]) & STANDING
    return (
        of_caller(
            HOME.label("home"),
            Member.organization_id.label("organization_id"),
            *labelled("heard", Scan, ANSWERED),
            *labelled("code", PlaceCode, CODE),
            *labelled("place", Place, PLACE),
            *on.c,
            *labelled("sign_up", SignUp, columns_of(SignUp)),
            VERSIONS[SignUp].label("sign_up_version"),
            select(func.max(Other.received_at)).where(*_others(Account.id)).scalar_subquery().label("others"),
            values_above(keys_of(HERE), Place.region_code, TODAY).label("here"),
            values_above(keys_of(THERE), on.c.activity_region_code, TODAY).label("there"),
            values_above([Key.CLAIM_REACH.key], HOME, TODAY).label("reach"),
            places().label("places"),
        )
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Scan, (Scan.device == DEVICE) & (Scan.nonce == NONCE))
        .outerjoin(PlaceCode, PlaceCode.number == NUMBER)
        .outerjoin(Place, (Place.id == PlaceCode.place_id) & (func.length(Place.region_code) <= LONGEST))
        .outerjoin(on, true())
        .outerjoin(SignUp, hers)
    )


def _here() -> CTE:
    """The shift, held, unless it was changed or others used the device since the gate was read.

    Whoever scans with the same device at once is not waited for: what they write could not be seen any more.
    """
    turn = select(func.pg_try_advisory_xact_lock(scan_queries.turn_of(DEVICE)).label("ours")).cte("turn")
    since = given("since", type_=DateTime(timezone=True))
    others = exists().where(*_others(given("scans_scanned_by", type_=Uuid)), Other.received_at >= since)
    unchanged = (Shift.id == SHIFT, given("shift_version", type_=Text) == VERSIONS[Shift])
    held = select(Shift.id).join(turn, turn.c.ours).where(*unchanged, ~others)
    return held.with_for_update(read=True, key_share=True, of=Shift).cte("here")


def _moved(here: CTE) -> CTE:
    changed = {name: given(f"sign_ups_{name}", type_=table_of(SignUp).c[name].type) for name in MOVED}
    unchanged = (SignUp.id == given("sign_up", type_=Uuid), given("sign_up_version", type_=Text) == VERSIONS[SignUp])
    moving = update(SignUp).where(SignUp.shift_id == here.c.id, *unchanged).values(changed)
    return moving.returning(SignUp.id).cte("moved")


def _in_line(here: CTE) -> CTE:
    """A person's bookings, held: two that are made at once come one after the other."""
    person = given("sign_ups_person_id", type_=Uuid)
    return select(func.pg_advisory_xact_lock(members.turn_of(person)).label("turn")).select_from(here).cte("in_line")


@cache
def written(models: tuple[type[Base], ...]) -> Select[int]:
    """Write a scan and all that goes with it; no row, and nothing written, where something changed since the gate."""
    here = _here()
    if SignUp in models:
        return writing(models, _in_line(here))
    return writing(models, _moved(here) if Event in models else here)


GATE, GATE_OF_SHIFT = _gate(said=False), _gate(said=True)
