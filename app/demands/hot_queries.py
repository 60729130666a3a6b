"""The statements of hot commands, made once at import (ADR 0006).

Each answers a row in the common case only. What it leaves out is not refused: the usual way looks at it.
"""

from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Select,
    String,
    Text,
    Update,
    Uuid,
    cast,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from app.access.models import Account, Grant, SignIn
from app.demands import queries
from app.demands.lifecycle import OPEN_STATES, Mode
from app.demands.models import Claim, Demand
from app.demands.moving import RESTS
from app.kit.events import Event
from app.kit.hot import columns_of, given, table_of
from app.kit.idempotency import IdempotencyKey
from app.kit.sealing import Sealed
from app.members.models import Member
from app.policies.defaults import Key
from app.policies.queries import nearest_value

SIGN_IN, DEMAND = given("sign_in", type_=Uuid), given("demand", type_=Uuid)
NOW, TODAY = given("now", type_=DateTime(timezone=True)), given("today", type_=Date)
VERSION = cast(literal_column("demands.xmin", String), Text)
"""Changes with every change of a demand's row."""
PLAIN = [column for column in columns_of(Demand).values() if not isinstance(column.type, Sealed)]
"""A demand but for what only those concerned may read: opening it would cost more than all else."""
MOVED = ("state", "claimed", "moved_at", "timer_at", "needs_desk")
"""What a claim changes of its demand."""


def _gate() -> Select[*tuple[Any, ...]]:
    """All that decides whether a member without any grant may claim an open demand for themselves."""
    tally = queries.tallied(Demand.id, Demand.round).lateral("tally")
    hers = (Claim.demand_id == Demand.id) & Claim.claimant_id.in_([Account.id, Account.member_id])
    rules = {f"rest_{number}": nearest_value(rule.key, Demand.region_code, TODAY) for number, rule in enumerate(RESTS)}
    rules["reach"] = nearest_value(Key.CLAIM_REACH.key, Member.home_region_code, TODAY)
    return (
        select(
            Account.id.label("account_id"),
            Member.id.label("member_id"),
            Member.home_region_code.label("home"),
            Member.name.label("name"),
            VERSION.label("version"),
            *(column.label(f"demand_{column.name}") for column in PLAIN),
            *(column.label(f"tally_{column.name}") for column in tally.c),
            *(value.label(name) for name, value in rules.items()),
        )
        .select_from(SignIn)
        .join(Account, Account.id == SignIn.account_id)
        .join(Member, Member.id == Account.member_id)
        .join(Demand, Demand.id == DEMAND)
        .join(tally, literal_column("true"))
        .where(SignIn.id == SIGN_IN, SignIn.revoked_at.is_(None), SignIn.expires_at > NOW)
        .where(~exists().where(Grant.account_id == Account.id, Grant.revoked_at.is_(None)))
        .where(Demand.mode == Mode.OPEN, Demand.state.in_(OPEN_STATES), Demand.on_behalf_phone.is_(None))
        .where(Demand.parent_id.is_(None), Demand.closes.is_(None), Demand.joins == 0, Demand.starts_at.is_(None))
        .where(~exists().where(hers))
    )


def _moved() -> Update:
    changed = {name: given(f"demands_{name}", type_=table_of(Demand).c[name].type) for name in MOVED}
    unchanged = (Demand.id == DEMAND, given("version", type_=Text) == VERSION)
    return update(Demand).where(*unchanged).values(changed).returning(Demand.id)


def _take(*, keyed: bool) -> Select[*tuple[Any, ...]]:
    """Move the demand if nothing changed since the gate was read, and write all that goes with it; no row if not."""
    moved = _moved().cte("moved")
    written = []
    for model in (Claim, Event, *([IdempotencyKey] if keyed else [])):
        table, columns = table_of(model), columns_of(model)
        values = [given(f"{table.name}_{name}", type_=column.type) for name, column in columns.items()]
        rows = select(*values).select_from(moved)
        written.append(insert(table).from_select(list(columns), rows, include_defaults=False).cte(f"new_{table.name}"))
    return select(func.count().label("moved")).select_from(moved).having(func.count() > 0).add_cte(*written)


CLAIM_GATE, CLAIM, CLAIM_KEYED = _gate(), _take(keyed=False), _take(keyed=True)
