"""The statements of hot commands, made once at import (ADR 0006).

Each answers a row in the common case only. What it leaves out is not refused: the usual way looks at it.
"""

import uuid
from typing import Any
from typing import cast as cast_

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Select,
    String,
    Text,
    Uuid,
    any_,
    cast,
    exists,
    false,
    func,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from app.access.caller import Caller
from app.access.models import Account, Grant, SignIn
from app.content.models import File
from app.demands import fitting, queries
from app.demands.dispatching import DESK_CODE_LENGTH
from app.demands.lifecycle import OPEN_STATES, Mode
from app.demands.matching_queries import FACTS, WINDOW, people
from app.demands.models import APPEALABLE, NUMBERS, Claim, Demand
from app.demands.moving import RESTS
from app.enrollments.lifecycle import ENROLLED
from app.enrollments.models import Enrollment
from app.kit.events import Event
from app.kit.hot import PLANNED_ANEW, columns_of, given, table_of, writing
from app.kit.idempotency import IdempotencyKey
from app.kit.sealing import Blinds, Sealed
from app.members.models import Member, Preference
from app.policies.defaults import Key
from app.policies.queries import days_above, nearest_value, values_above
from app.policies.rules import Rule
from app.regions.models import Region

SIGN_IN, DEMAND = given("sign_in", type_=Uuid), given("demand", type_=Uuid)
NOW, TODAY = given("now", type_=DateTime(timezone=True)), given("today", type_=Date)
AMONG = Demand.id == any_(given("ids", type_=ARRAY(Uuid)))
LOW, HIGH = given("low", type_=Text), given("high", type_=Text)
PHONE = given("phone", type_=Blinds("demands.on_behalf_phone"))
VERSION = cast(literal_column("demands.xmin", String), Text)
"""Changes with every change of a demand's row."""
PLAIN = [column for column in columns_of(Demand).values() if not isinstance(column.type, Sealed)]
"""A demand but for what only those concerned may read: opening it would cost more than all else."""
STORED = [column for column in table_of(Demand).columns if column.computed is None]
"""All of a demand."""
NOBODY = uuid.UUID(int=0)
Filer, Place = aliased(Account), aliased(Region)
FILING = (Key.CATEGORY_QUESTIONS, Key.DUE_WINDOWS, Key.PAUSE_CAP)
MEMBER = Caller(
    cast_(uuid.UUID, given("account", type_=Uuid)),
    NOBODY,
    member_id=cast_(uuid.UUID, given("member", type_=Uuid)),
    phone=cast_(str, PHONE),
)
"""A member without any grant as the rules in `queries` ask of them, with parameters in the place of who they are."""
MOVED = ("state", "claimed", "moved_at", "timer_at", "needs_desk")
"""What a claim changes of its demand."""


def keys_of(rules: tuple[Rule[Any], ...]) -> list[str]:
    """The keys of some rules."""
    return [rule.key for rule in rules]


def of_caller(*columns: Any) -> Select[*tuple[Any, ...]]:
    """What is asked of somebody signed in without any grant."""
    return (
        select(Account.id.label("account_id"), Account.member_id.label("member_id"), *columns)
        .select_from(SignIn)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.id == SIGN_IN, SignIn.revoked_at.is_(None), SignIn.expires_at > NOW)
        .where(~exists().where(Grant.account_id == Account.id, Grant.revoked_at.is_(None)))
    )


def places() -> Any:
    """Where a member is enrolled, each with the nearest setting of how far around it they may claim."""
    setting = nearest_value(Key.CLAIM_REACH.key, Enrollment.region_code, TODAY)
    place = func.jsonb_build_array(Enrollment.region_code, setting)
    those = (Enrollment.subject_id == Member.id, Enrollment.state.in_(ENROLLED))
    ordered = aggregate_order_by(place, Enrollment.region_code)
    return select(func.jsonb_agg(ordered, type_=JSONB)).where(*those).correlate(Member).scalar_subquery()


def of_member(*columns: Any) -> Select[*tuple[Any, ...]]:
    """What is asked of a signed-in member without any grant."""
    return of_caller(*columns).join(Member, Member.id == Account.member_id)


def _gate() -> Select[*tuple[Any, ...]]:
    """All that decides whether a member without any grant may claim an open demand for themselves."""
    tally = queries.tallied(Demand.id, Demand.round).lateral("tally")
    hers = (Claim.demand_id == Demand.id) & Claim.claimant_id.in_([Account.id, Account.member_id])
    return (
        of_member(
            Member.home_region_code.label("home"),
            Member.name.label("name"),
            VERSION.label("version"),
            *(column.label(f"demand_{column.name}") for column in PLAIN),
            *(column.label(f"tally_{column.name}") for column in tally.c),
            values_above(keys_of(RESTS), Demand.region_code, TODAY).label("rests"),
            values_above([Key.CLAIM_REACH.key], Member.home_region_code, TODAY).label("reach"),
            places().label("places"),
        )
        .join(Demand, Demand.id == DEMAND)
        .join(tally, literal_column("true"))
        .where(Demand.mode == Mode.OPEN, Demand.state.in_(OPEN_STATES), Demand.on_behalf_phone.is_(None))
        .where(Demand.parent_id.is_(None), Demand.closes.is_(None), Demand.joins == 0, Demand.starts_at.is_(None))
        .where(Demand.round == 1)  # who served before is another's question
        .where(~exists().where(hers))
    )


def _regions() -> list[ColumnElement[Any]]:
    """The names of a demand's region and of whose desk has it."""
    return [
        select(Region.name).where(Region.code == Demand.region_code).scalar_subquery().label("region_name"),
        select(Region.name).where(Region.code == Demand.handler_region_code).scalar_subquery().label("handler_name"),
    ]


def _nickname() -> Any:
    """What its filer is called."""
    return select(Filer.nickname).where(Filer.id == Demand.filed_by).scalar_subquery()


def _one() -> Select[*tuple[Any, ...]]:
    """A demand that a member filed or may read as published, where they hold no claim on it and nothing hangs on it."""
    caller = Caller(cast_(uuid.UUID, Account.id), NOBODY, member_id=cast_(uuid.UUID, Member.id))
    files = select(File.id).where(File.subject_id == Demand.id).order_by(File.id).scalar_subquery()
    within = values_above([Key.CLAIM_REACH.key], Member.home_region_code, TODAY)
    read = of_member(
        Member.home_region_code.label("home"),
        within.label("reach"),
        places().label("places"),
        *STORED,
        *_regions(),
        _nickname().label("nickname"),
        func.array(files).label("files"),
    )
    return (
        read.join(Demand, Demand.id == DEMAND)
        .where(Demand.on_behalf_phone.is_(None), Demand.joins == 0, Demand.closes.is_(None))
        .where(Demand.parent_id.is_(None), Demand.merged_into_id.is_(None))
        .where(Demand.state.not_in(APPEALABLE))  # whether it was is asked beside it
        .where(queries.filed_by_or_for(caller) | queries.published_to(caller), ~queries.claimed_by(caller))
    )


def _helper() -> Select[*tuple[Any, ...]]:
    """What decides what fits a member, and the terms of their home."""
    facts = people(given("quarter", type_=Text))
    rules = values_above(keys_of((Key.CLAIM_REACH, *fitting.RULES)), Member.home_region_code, TODAY)
    return of_member(
        Account.phone.label("phone"),
        *(column.label(name) for name, column in facts.selected_columns.items() if name != "id"),
        rules.label("rules"),
        places().label("places"),
    ).outerjoin(Preference, Preference.member_id == Member.id)


def _window() -> Select[*tuple[Any, ...]]:
    """The newest that a member may claim, by id and version; where they may go decides which index finds them."""
    newest = select(Demand.id, VERSION.label("version")).where(_open()).order_by(Demand.id.desc()).limit(WINDOW)
    columns = newest.subquery("newest").c

    def listed(column: Any, type_: Any) -> Any:
        return func.array_agg(aggregate_order_by(column, columns.id.desc()), type_=ARRAY(type_))

    window = select(listed(columns.id, Uuid).label("ids"), listed(columns.version, Text).label("versions"))
    return window.execution_options(**{PLANNED_ANEW: True})


def _open() -> ColumnElement[bool]:
    """A member may claim it."""
    return queries.open_to(MEMBER, (Demand.region_code >= LOW) & (Demand.region_code < HIGH), NOW)


def _page(*stored: Any) -> Select[*tuple[Any, ...]]:
    """Those of some demands that a member may claim: what decides how they are shown to anybody else.

    And whether the member is anything to them, or something hangs on them.
    """
    follows = (Demand.joins > 0) & queries.followed_by(MEMBER)
    concerned = func.coalesce(queries.claimed_by(MEMBER) | follows, false()) | Demand.closes.is_not(None)
    filer = type_coerce(_nickname(), LargeBinary).label("filer")  # sealed, as it is only compared
    said = (VERSION.label("version"), *_regions(), filer, queries.is_overdue(NOW).label("overdue"))
    return select(*stored, *said, concerned.label("concerned")).where(AMONG, _open())


def _filer() -> Select[*tuple[Any, ...]]:
    """Who files where, the names there, the next number, and the rules and days that make a due time."""
    here = func.coalesce(given("region", type_=Text), Account.home_region_code)
    desk = select(Region.name).where(Region.code == func.left(Place.code, DESK_CODE_LENGTH)).scalar_subquery()
    return of_caller(
        Account.phone.label("phone"),
        Account.nickname.label("nickname"),
        Account.home_region_code.label("home"),
        Place.code.label("region_code"),
        Place.name.label("region_name"),
        desk.label("handler_name"),
        NUMBERS.next_value().label("count"),
        values_above(keys_of((*FILING, *RESTS)), Place.code, TODAY).label("rules"),
        days_above(Place.code, TODAY).label("days"),
    ).join(Place, Place.code == here)


def _moved() -> CTE:
    """The demand, moved unless something changed since the gate was read."""
    changed = {name: given(f"demands_{name}", type_=table_of(Demand).c[name].type) for name in MOVED}
    unchanged = (Demand.id == DEMAND, given("version", type_=Text) == VERSION)
    return update(Demand).where(*unchanged).values(changed).returning(Demand.id).cte("moved")


READ, HELPER = _one(), _helper()
OPEN_WINDOW, OPEN_PAGE, OPEN_CARDS = _window(), _page(Demand.id), _page(*STORED, _nickname().label("nickname"))
OPEN_FACTS = select(*FACTS, VERSION.label("version")).where(AMONG)
FILER, FILE, FILE_KEYED = _filer(), writing([Demand, Event]), writing([Demand, Event, IdempotencyKey])
CLAIM_GATE, CLAIM = _gate(), writing([Claim, Event], _moved())
CLAIM_KEYED = writing([Claim, Event, IdempotencyKey], _moved())
