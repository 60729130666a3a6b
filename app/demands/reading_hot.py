"""Reading, fast: a member reads one demand, or what is open to them, in a statement or three (ADR 0006).

Who is desk, liaison or resident, who has to do with a demand already, and what hangs on another one goes the usual way.
"""

import json
import uuid
from types import SimpleNamespace
from typing import cast

from sqlalchemy import Executable

from app.access.caller import Caller
from app.demands import fitting, hot_queries, matching, matching_queries, presenting, reaching, recommending, relations
from app.demands.hot_queries import NOBODY
from app.demands.kin import Kin
from app.demands.lifecycle import Action
from app.demands.models import Demand
from app.demands.presenting import Names, View
from app.demands.schemas import DemandFilter, DemandOut
from app.kit import clock
from app.kit.db import made
from app.kit.hot import Asked, Line, NotPlain, Values
from app.kit.idempotency import Answer
from app.kit.kept import Kept
from app.kit.ranking import Position
from app.policies import service as policies

BEYOND = ":"
"""Comes right after the digits."""
ANYBODY = Caller(NOBODY, NOBODY, member_id=NOBODY)
"""A member without any grant who has nothing to do with any demand."""
FITS, CARDS = Kept[matching.Asked](8_192), Kept[bytes](2_048)
"""What each process keeps of demands in the list of what is open: half a kilobyte and two."""


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
    reach = {"low": within[0], "high": within[0] + BEYOND, "now": now, **who}
    fits = await _fits(line, reach)
    terms = fitting.terms([policies.read_above(rule, row["rules"]) for rule in fitting.RULES])
    shown, cursor = recommending.best_of(fits, fitting.member(_facts(row)), terms, Position(), wanted.limit)
    cards = await _cards(line, reach, list(shown))
    items = (b'%b,"match":%b}' % (cards[one], match.model_dump_json().encode()) for one, match in shown.items())
    return Answer(200, b'{"items":[%b],"next_cursor":%b}' % (b",".join(items), json.dumps(cursor).encode()))


async def _fits(line: Line, reach: Values) -> dict[uuid.UUID, matching.Asked]:
    """What decides whom the newest within somebody's reach fit, the newest first."""
    found = await line.row(hot_queries.OPEN_WINDOW, **reach) or {}
    window = zip(found["ids"] or (), found["versions"] or (), strict=True)
    fits = {one: FITS.get(one, version) for one, version in window}
    if changed := [one for one, fit in fits.items() if fit is None]:
        for row in await line.rows(hot_queries.OPEN_FACTS, ids=changed):
            fits[row["id"]] = FITS.put(row["id"], row["version"], fitting.asked_of(_facts(row)))
    return cast(dict[uuid.UUID, matching.Asked], fits)


async def _cards(line: Line, reach: Values, ids: list[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The cards of some demands, but for their ends; raises `NotPlain` where one is not open to somebody any more."""
    page = await _page(line, hot_queries.OPEN_PAGE, reach, ids)
    cards = {row["id"]: CARDS.get(row["id"], _version(row)) for row in page}
    if changed := [one for one, card in cards.items() if card is None]:
        for row in await _page(line, hot_queries.OPEN_CARDS, reach, changed):
            cards[row["id"]] = CARDS.put(row["id"], _version(row), _card(row))
    return cast(dict[uuid.UUID, bytes], cards)


async def _page(line: Line, statement: Executable, reach: Values, ids: list[uuid.UUID]) -> list[Values]:
    rows = await line.rows(statement, ids=ids, **reach)
    if len(rows) < len(ids) or any(row["concerned"] for row in rows):
        raise NotPlain
    return rows


def _version(row: Values) -> tuple[object, ...]:
    """Whatever a card is made from: what a demand stores, the names, and what time has made of it."""
    return row["version"], row["region_name"], row["handler_name"], row["filer"], row["overdue"]


def _card(row: Values) -> bytes:
    """A demand that is open to any member, as it is shown to all who are nothing to it, up to how well it fits."""
    demand = made(Demand, **row)
    view = View(ANYBODY, demand, [], frozenset(), [demand.region_code], in_full=False)
    shown = presenting.shown(view, _names(row), Kin(ANYBODY))
    if shown.actions != [Action.CLAIM] or shown.overdue != row["overdue"]:
        raise NotPlain  # time has gone on since the database was asked
    return shown.model_dump_json(exclude={"match"}).encode()[:-1]


def _shown(caller: Caller, row: Values, within: list[str], *, files: list[uuid.UUID], in_full: bool) -> DemandOut:
    """A demand that nothing hangs on, as somebody sees it who holds no claim on it."""
    demand, names = made(Demand, **row), _names(row)
    view = View(caller, demand, [], relations.of(caller, demand), within, in_full)
    if view.sees_contact:
        names.files[demand.id] = files
    return presenting.shown(view, names, Kin(caller))


def _names(row: Values) -> Names:
    regions = {row["handler_region_code"]: row["handler_name"], row["region_code"]: row["region_name"]}
    return Names(regions=regions, nicknames={row["filed_by"]: row["nickname"]})


def _facts(row: Values) -> matching_queries.Facts:
    return cast(matching_queries.Facts, SimpleNamespace(**row))
