"""What a caller may do to a demand or a claim now, for clients to draw buttons from."""

from collections.abc import Sequence

from app.access.caller import Caller
from app.demands import claiming, dispatching, relations
from app.demands.lifecycle import (
    CLAIM_MOVES,
    CLAIM_WHO,
    DONE,
    LIVE,
    MOVES,
    WHO,
    Action,
    ClaimAction,
    ClaimState,
    Kind,
    Relation,
    State,
)
from app.demands.models import Audience, Claim, Demand, Result
from app.demands.relations import Relations
from app.kit import clock


def demand_actions(
    caller: Caller,
    demand: Demand,
    related: Relations,
    mine: Sequence[Claim],
    reaches: Sequence[str],
    barred: frozenset[Action],
) -> list[str]:
    """The actions on a demand that its table, the caller's relations and the moment allow, but for those `barred`."""
    found = [
        action
        for action, who in WHO.items()
        if related & who and (demand.state, action) in MOVES and _fits(demand, related, action)
    ]
    if _may_claim(caller, demand, mine, reaches):
        found.append(Action.CLAIM)
    return [str(action) for action in found if action not in barred]


def _fits(demand: Demand, related: Relations, action: Action) -> bool:
    """Whether what the table cannot know allows it too."""
    match action:
        case Action.CLOSE if demand.state == State.CLOSED:
            return demand.dissatisfied
        case Action.CLOSE | Action.DISPATCH | Action.FINISH if demand.closes is not None:
            return not dispatching.is_waiting_for_parts(demand)
        case Action.SPLIT:
            return demand.parent_id is None
        case Action.MERGE:
            return demand.parent_id is None and demand.closes is None
        case Action.CLOSE | Action.REOPEN:
            return demand.state != State.COMPLETED or demand.dissatisfied or demand.staff_filed
        case Action.EVALUATE:
            rated = demand.dissatisfied or demand.result == Result.RESOLVED
            return not (demand.staff_filed or rated or demand.parent_id)
        case Action.APPROVE | Action.SEND_BACK:
            return demand.awaits_approval
        case Action.CANCEL:
            return demand.state != State.SERVING or demand.closes is not None
    return Relation.HANDLER in related or Relation.FILER in related


def _may_claim(caller: Caller, demand: Demand, mine: Sequence[Claim], reaches: Sequence[str]) -> bool:
    asked = Audience.MEMBERS if caller.member_id or caller.is_liaison else Audience.RESIDENTS
    return (
        claiming.is_open(demand, clock.now())
        and demand.claimed < demand.slots
        and demand.audience in (asked, Audience.ALL)
        and demand.region_code.startswith(tuple(reaches))
        and not relations.is_filer(caller, demand)
        and not any(claim.state in DONE | LIVE for claim in mine)
    )


def claim_actions(demand: Demand, claim: Claim, related: Relations) -> list[str]:
    """The actions on a claim that its table, the caller's relations and the moment allow."""
    return [
        str(action)
        for action, who in CLAIM_WHO.items()
        if related & who and (claim.state, action) in CLAIM_MOVES and _fits_claim(demand, claim, related, action)
    ]


def _fits_claim(demand: Demand, claim: Claim, related: Relations, action: ClaimAction) -> bool:
    match action:
        case ClaimAction.CONFIRM:
            served = claim.state == ClaimState.COMPLETED or (demand.kind == Kind.POST and claim.minutes is not None)
            return served and Relation.CLAIMANT not in related
        case ClaimAction.NO_SHOW:
            return demand.starts_at is None or demand.starts_at <= clock.now()
        case ClaimAction.COMPLETE:
            return claim.state != ClaimState.RELEASED or claim.arrived_at is not None
    return True
