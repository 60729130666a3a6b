"""接单, fast: a member takes a place of an open demand for themselves, in two statements (ADR 0006).

The rules are those of `claiming` and `moving`, asked in the same order; what they refuse, and whatever is not
this common case, is left to `claiming.claim`, which takes the row's lock and explains.
"""

import json
import uuid
from dataclasses import fields

from app.access.caller import Caller
from app.demands import claiming, hot_queries, moving, presenting, reaching, relations
from app.demands.events import DemandEvent
from app.demands.lifecycle import Action, Tally, follows
from app.demands.models import Claim, ClaimantKind, Demand
from app.demands.schemas import ClaimIn
from app.kit import clock, db, idempotency
from app.kit.hot import Asked, Line, NotPlain, Values, row_values
from app.kit.idempotency import Answer
from app.policies import service as policies

ATTEMPTS = 3
"""Somebody in another process may have changed the demand in between."""


async def claim(asked: Asked, line: Line) -> Answer:
    """Claim as `claiming.claim` does; raises `NotPlain` or a refusal where that one must look."""
    body = ClaimIn.model_validate(json.loads(asked.body)) if asked.body else ClaimIn()
    if body.organization_id or body.member_id or body.places != 1:
        raise NotPlain
    demand_id = uuid.UUID(asked.path["demand_id"])
    for _ in range(ATTEMPTS):
        answer = await _attempt(asked, line, demand_id, body)
        if answer is not None:
            return answer
    raise NotPlain


async def _attempt(asked: Asked, line: Line, demand_id: uuid.UUID, body: ClaimIn) -> Answer | None:
    """Claim unless the demand changes in between: then there is no answer."""
    now = {"now": clock.now(), "today": clock.today()}
    gate = await line.row(hot_queries.CLAIM_GATE, sign_in=asked.sign_in_id, demand=demand_id, **now)
    if gate is None:
        raise NotPlain
    caller = Caller(gate["account_id"], asked.sign_in_id, member_id=gate["member_id"])
    demand = db.made(Demand, **{column.name: gate[f"demand_{column.name}"] for column in hot_queries.PLAIN})
    made = _made(caller, demand, gate, body)
    _move(demand, gate, made)
    told = moving.told(demand, DemandEvent.CLAIMED, caller, made)
    answer = Answer(201, _shown(caller, demand, made, gate["name"]).encode())
    changed = {f"demands_{name}": getattr(demand, name) for name in hot_queries.MOVED}
    values = changed | row_values(made, told) | {"demand": demand_id, "version": gate["version"]}
    if asked.keyed is None:
        taken = await line.row(hot_queries.CLAIM, **values)
    else:
        kept = idempotency.answered(asked.keyring, asked.keyed(caller.account_id), answer)
        taken = await line.row(hot_queries.CLAIM_KEYED, **values, **row_values(kept))
    return answer if taken else None


def _made(caller: Caller, demand: Demand, gate: Values, body: ClaimIn) -> Claim:
    claimant = claiming.Claimant(ClaimantKind.MEMBER, gate["member_id"], gate["home"], gate["account_id"], None)
    within = reaching.hot(gate["home"], gate["reach"], gate["places"])
    claiming.check_may_claim(demand, claimant, within)
    if not claiming.is_open(demand, clock.now()):
        raise NotPlain
    claiming.check_has_places(demand, body.places)
    return claiming.new_claim(caller, demand, claimant, body)


def _move(demand: Demand, gate: Values, made: Claim) -> None:
    """What `moving.settle` does once the claim is there, where nothing follows but the claim itself."""
    now, before = clock.now(), demand.needs_desk
    counted = {field.name: gate[f"tally_{field.name}"] for field in fields(Tally) if f"tally_{field.name}" in gate}
    tally = Tally(**counted | {"accepted": counted["accepted"] + 1})
    demand.claimed = gate["tally_places"] + made.places
    demand.moved_at = now
    while action := follows(moving.plan_of(demand), tally, now):
        if action != Action.CLAIM:
            raise NotPlain
        moving.move(demand, action)
    rests = [policies.read_above(rule, gate["rests"]) for rule in moving.RESTS]
    moving.set_attention(demand, tally, rests, now)
    if demand.needs_desk not in (None, before):
        raise NotPlain


def _shown(caller: Caller, demand: Demand, made: Claim, name: str) -> str:
    names = presenting.Names(members={made.claimant_id: name})
    view = presenting.View(caller, demand, [made], relations.of(caller, demand), [], in_full=False)
    return presenting.claim_of(made, demand, names, view).model_dump_json()
