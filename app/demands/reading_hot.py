"""Reading, fast: a member reads one demand, or what is open to them, in a statement or three (ADR 0006).

Who is desk, liaison or resident, who has to do with a demand already, and what hangs on another one goes the usual way.
"""

import uuid
from types import SimpleNamespace
from typing import cast

from app.access.caller import Caller
from app.demands import fitting, hot_queries, matching_queries, presenting, reaching, recommending, relations
from app.demands.kin import Kin
from app.demands.matching import Terms
from app.demands.models import Demand
from app.demands.presenting import Names, View
from app.demands.schemas import DemandFilter, DemandOut
from app.kit import clock
from app.kit.db import made
from app.kit.hot import Asked, Line, NotPlain, Values
from app.kit.idempotency import Answer
from app.kit.ranking import Position
from app.policies import service as policies
from app.policies.defaults import Key

BEYOND = ":"
"""Comes right after the digits."""


async def read(asked: Asked, line: Line) -> Answer:
    """Answer as `presenting.demand_out` does; raises `NotPlain` where that one must look."""
    if asked.query:
        raise NotPlain
    demand_id, now = uuid.UUID(asked.path["demand_id"]), clock.now()
    row = await line.row(hot_queries.READ, sign_in=asked.sign_in_id, demand=demand_id, now=now, today=clock.today())
    if row is None:
        raise NotPlain
    caller = Caller(row["account_id"], asked.sign_in_id, member_id=row["member_id"])
    within = reaching.hot(row["home"], row["reach"], row["places"])
    shown = _shown(caller, row, within, files=row["files"], in_full=True)
    return Answer(200, shown.model_dump_json().encode())


async def list_open(asked: Asked, line: Line) -> Answer:
    """Answer the first page as `recommending.open_demands` does; raises `NotPlain` where that one must look."""
    if not asked.query.keys() <= {"scope", "limit"} or asked.query.get("scope") != "open":
        raise NotPlain
    wanted = DemandFilter.model_validate(asked.query)
    now, today = clock.now(), clock.today()
    row = await line.row(hot_queries.HELPER, sign_in=asked.sign_in_id, now=now, today=today, quarter=clock.quarter(now))
    if row is None:
        raise NotPlain
    who = {"account": row["account_id"], "member": row["member_id"], "phone": row["phone"]}
    within = reaching.hot(row["home_region_code"], row["rules"], row["places"])
    if len(set(within)) > 1:
        raise NotPlain  # one stretch of the index is one region
    window = await line.rows(hot_queries.OPEN_WINDOW, low=within[0], high=within[0] + BEYOND, now=now, **who)
    suggested = policies.read_above(Key.CATEGORY_SKILLS, row["rules"])
    fits = {one["id"]: fitting.asked_of(_facts(one), suggested) for one in window}
    helper, terms = fitting.member(_facts(row)), _terms(row)
    shown, cursor = recommending.best_of(fits, helper, terms, Position(), wanted.limit)
    found = {one["id"]: one for one in await line.rows(hot_queries.OPEN_PAGE, ids=shown, **who)}
    if len(found) < len(shown) or any(one["concerned"] for one in found.values()):
        raise NotPlain
    caller = Caller(row["account_id"], asked.sign_in_id, member_id=row["member_id"], phone=row["phone"])
    answers = [_shown(caller, found[one], within, files=[], in_full=False) for one in shown]
    page = recommending.page_of(answers, cursor, fits, helper, terms)
    return Answer(200, page.model_dump_json().encode())


def _shown(caller: Caller, row: Values, within: list[str], *, files: list[uuid.UUID], in_full: bool) -> DemandOut:
    """A demand that nothing hangs on, as somebody sees it who holds no claim on it."""
    demand = made(Demand, **row)
    names = Names(
        regions={demand.handler_region_code: row["handler_name"], demand.region_code: row["region_name"]},
        nicknames={demand.filed_by: row["nickname"]},
    )
    view = View(caller, demand, [], relations.of(caller, demand), within, in_full)
    if view.sees_contact:
        names.files[demand.id] = files
    return presenting.shown(view, names, Kin(caller))


def _facts(row: Values) -> matching_queries.Facts:
    return cast(matching_queries.Facts, SimpleNamespace(**row))


def _terms(row: Values) -> Terms:
    weights, target_hours, _ = (policies.read_above(rule, row["rules"]) for rule in fitting.RULES)
    return Terms(fitting.counts(weights), target_hours * 60, clock.now())
