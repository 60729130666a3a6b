"""点单, fast: a resident or member files a request or a wish, in two statements (ADR 0006).

The rules are those of `filing`, `deadlines` and `moving`. What has a file, a plan or somebody else behind it, and
who is desk or liaison, goes the usual way.
"""

import json

from app.access.caller import Caller
from app.demands import deadlines, filing, hot_queries, moving, presenting, relations
from app.demands.deadlines import Terms
from app.demands.events import DemandEvent
from app.demands.kin import Kin
from app.demands.lifecycle import Tally
from app.demands.models import Demand
from app.demands.presenting import Names, View
from app.demands.schemas import DemandIn
from app.kit import clock, idempotency
from app.kit.hot import Asked, Line, NotPlain, Values, row_values
from app.kit.idempotency import Answer
from app.policies import calendars
from app.policies import service as policies
from app.policies.defaults import Key


async def file(asked: Asked, line: Line) -> Answer:
    """File as `filing.file` does; raises `NotPlain` or a refusal where that one must look."""
    body = DemandIn.model_validate(json.loads(asked.body))
    if body.dispatch or body.on_behalf_of or body.file_ids or body.kind not in filing.ANYONES:
        raise NotPlain
    filing.check_category(body.category)
    now = {"now": clock.now(), "today": clock.today()}
    row = await line.row(hot_queries.FILER, sign_in=asked.sign_in_id, region=body.region_code, **now)
    if row is None:
        raise NotPlain
    caller = Caller(row["account_id"], asked.sign_in_id, row["member_id"], row["phone"], row["home"])
    questions = policies.read_above(Key.CATEGORY_QUESTIONS, row["rules"])
    filing.check_answers(policies.for_category(questions, body.category), body.answers)
    demand = _entered(caller, body, row)
    told = moving.told(demand, DemandEvent.FILED, caller)
    answer = Answer(201, _shown(caller, demand, row).encode())
    values = row_values(demand, told)
    if asked.keyed is None:
        await line.row(hot_queries.FILE, **values)
    else:
        kept = idempotency.answered(asked.keyring, asked.keyed(caller.account_id), answer)
        await line.row(hot_queries.FILE_KEYED, **values, **row_values(kept))
    return answer


def _entered(caller: Caller, body: DemandIn, row: Values) -> Demand:
    """What `filing.enter` makes of it, where there is no claim yet from which anything could follow."""
    demand = filing.asked_for(caller, body, row["region_code"])
    demand.staff_filed = False
    demand.number = filing.number_of(row["count"])
    windows, cap = (policies.read_above(rule, row["rules"]) for rule in (Key.DUE_WINDOWS, Key.PAUSE_CAP))
    deadlines.start_on(demand, demand.filed_at, Terms(windows, cap, calendars.known(row["days"])))
    rests = [policies.read_above(rule, row["rules"]) for rule in moving.RESTS]
    moving.set_attention(demand, Tally(), rests, demand.filed_at)
    return demand


def _shown(caller: Caller, demand: Demand, row: Values) -> str:
    names = Names(
        regions={demand.handler_region_code: row["handler_name"] or "", demand.region_code: row["region_name"]},
        nicknames={demand.filed_by: row["nickname"]},
    )
    view = View(caller, demand, [], relations.of(caller, demand), [], in_full=True)
    return presenting.shown(view, names, Kin(caller)).model_dump_json()
