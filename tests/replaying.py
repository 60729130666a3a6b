"""The event log told again from the start: whether each thing could happen then, and where all of it leads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.demands.lifecycle import CLAIM_MOVES, MOVES, Action, ClaimAction, ClaimState, State
from tests.demands.reckoning import Case, Hold

DEEDS = {
    "demand.dispatched": Action.DISPATCH,
    "demand.returned": Action.RETURN,
    "demand.supplemented": Action.SUPPLEMENT,
    "demand.rejected": Action.REJECT,
    "demand.transferred": Action.TRANSFER,
    "demand.escalated": Action.ESCALATE,
    "demand.cancelled": Action.CANCEL,
    "demand.merged": Action.MERGE,
    "demand.unmerged": Action.UNMERGE,
    "demand.completed": Action.COMPLETE,
    "demand.closed": Action.CLOSE,
    "demand.evaluated": Action.EVALUATE,
    "demand.reopened": Action.REOPEN,
}
MOVED = {
    "demand.claimed": ClaimAction.ACCEPT,
    "claim.declined": ClaimAction.DECLINE,
    "claim.withdrawn": ClaimAction.WITHDRAW,
    "claim.contacted": ClaimAction.CONTACT,
    "claim.arrived": ClaimAction.ARRIVE,
    "claim.served": ClaimAction.COMPLETE,
    "claim.confirmed": ClaimAction.CONFIRM,
    "claim.no_show": ClaimAction.NO_SHOW,
    "claim.released": ClaimAction.RELEASE,
}


@dataclass
class Story:
    """What has become of one demand, event by event."""

    case: Case = field(default_factory=Case)
    claims: dict[str, Hold] = field(default_factory=dict)
    released_from: dict[str, str] = field(default_factory=dict)
    set_aside: tuple[bool, bool] = (False, False)
    """Whether it was out, and whether somebody had come, when it was merged."""
    faults: list[str] = field(default_factory=list)

    def hear(self, kind: str, payload: dict[str, Any]) -> None:
        """One thing more has happened."""
        if kind in DEEDS:
            self._demand(kind, DEEDS[kind], payload)
        elif "claim_id" in payload:
            self._claim(kind, payload["claim_id"], payload)
        if any(hold.state == "arrived" for hold in self.case.mine):
            self.case.somebody_came = True
        if not self.case.busy and self.case.end is None:
            self.case.somebody_came = False

    def _demand(self, kind: str, action: Action, payload: dict[str, Any]) -> None:
        case = self.case
        after_evaluation = kind == "demand.closed" and payload["result"] == "resolved"
        if (State(case.state), Action.EVALUATE if after_evaluation else action) not in MOVES:
            self.faults.append(f"{kind} while {case.state}")
        match action:
            case Action.DISPATCH:
                case.out = True
            case Action.RETURN:
                case.out, case.asked_back = False, True
            case Action.SUPPLEMENT:
                case.asked_back = False
            case Action.TRANSFER | Action.ESCALATE:
                case.out = False
            case Action.MERGE:
                case.end, self.set_aside = "merged", (case.out, case.somebody_came)
            case Action.UNMERGE:
                case.end, (case.out, case.somebody_came) = None, self.set_aside
            case Action.COMPLETE:
                case.over = True
            case Action.REJECT | Action.CANCEL | Action.CLOSE:
                case.end, case.over, case.asked_back = kind.removeprefix("demand."), False, False
                case.unhappy = False
            case Action.EVALUATE:
                case.unhappy = not payload["resolved"]
            case Action.REOPEN:
                case.end, case.over, case.out, case.somebody_came = None, False, True, False
                case.unhappy = False
                case.round += 1

    def _claim(self, kind: str, claim_id: str, payload: dict[str, Any]) -> None:
        hold = self.claims.get(claim_id)
        if hold is None:
            made = {"demand.offered": "offered", "demand.claimed": "accepted"}[kind]
            self.claims[claim_id] = Hold(0, payload["round"], made)
            self.case.holds.append(self.claims[claim_id])
            return
        if kind == "claim.restored":
            hold.state = self.released_from[claim_id]
            return
        if (move := (ClaimState(hold.state), MOVED[kind])) not in CLAIM_MOVES:
            self.faults.append(f"{kind} while {hold.state}")
            return
        if kind == "claim.released":
            self.released_from[claim_id] = hold.state
        hold.state, hold.partial = CLAIM_MOVES[move], payload.get("outcome", "") == "partial" or hold.partial


def tell(events: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, Story]:
    """Subject, kind and payload of every event in the order of the log, as one story for each demand."""
    stories: dict[str, Story] = {}
    for subject, kind, payload in events:
        stories.setdefault(subject, Story()).hear(kind, payload)
    return stories
