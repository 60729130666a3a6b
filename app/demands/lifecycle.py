"""The two lifecycles, pure: states, actions, who may do what, and what follows from what has happened.

Both tables are served at `GET /api/v1/lifecycle`, so that clients draw their buttons from them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is asked for: the first two by anyone, the others by staff or a liaison."""

    REQUEST = "request"
    WISH = "wish"
    PROJECT = "project"
    POST = "post"
    CALL = "call"


class State(StrEnum):
    """Where a demand stands."""

    FILED = "filed"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    CLAIMED = "claimed"
    SERVING = "serving"
    COMPLETED = "completed"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What can be done to a demand; those from `propose` on follow from something else that was done."""

    DISPATCH = "dispatch"
    RETURN = "return"
    REJECT = "reject"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    TRANSFER = "transfer"
    ESCALATE = "escalate"
    FINISH = "finish"
    CLOSE = "close"
    REOPEN = "reopen"
    SUPPLEMENT = "supplement"
    CANCEL = "cancel"
    EVALUATE = "evaluate"
    APPEAL = "appeal"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    PROPOSE = "propose"
    CLAIM = "claim"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    VACATE = "vacate"
    EXPIRE = "expire"


class ClaimState(StrEnum):
    """Where a claim stands; accepted and arrived are live."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    NO_SHOW = "no_show"


class ClaimAction(StrEnum):
    """What can be done to a claim; the last five follow from an appeal, from time or from the demand."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CONTACT = "contact"
    ARRIVE = "arrive"
    SERVE = "serve"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    NO_SHOW = "no_show"
    EXCUSE = "excuse"
    EXPIRE = "expire"
    RELEASE = "release"
    RESTORE = "restore"


class Relation(StrEnum):
    """What a caller is to one demand."""

    FILER = "filer"
    HANDLER = "handler"
    CLAIMANT = "claimant"
    SUPERIOR = "superior"
    """The desk of the subdistrict above the handler, or one that stands higher still."""


S, A, CS, CA = State, Action, ClaimState, ClaimAction
ENDS = frozenset({S.CLOSED, S.REJECTED, S.MERGED, S.CANCELLED})
NOT_OVERDUE = ENDS | {S.COMPLETED}
"""Where nothing is left to be done in time: it is over, or its filer is asked."""
OPEN_STATES = frozenset({S.DISPATCHED, S.CLAIMED, S.SERVING})
"""Where claiming is possible while there are places."""
LIVE = frozenset({CS.ACCEPTED, CS.ARRIVED})
DONE = frozenset({CS.COMPLETED, CS.CONFIRMED})

_WORKED_ON = (S.FILED, S.DISPATCHED, S.CLAIMED, S.SERVING)
_AT_THE_DESK = {
    A.DISPATCH: S.DISPATCHED,
    A.APPROVE: S.DISPATCHED,
    A.RETURN: S.RETURNED,
    A.REJECT: S.REJECTED,
    A.MERGE: S.MERGED,
    A.SPLIT: S.SERVING,
    A.TRANSFER: S.FILED,
    A.ESCALATE: S.FILED,
    A.CLOSE: S.CLOSED,
    A.CANCEL: S.CANCELLED,
    A.CLAIM: S.CLAIMED,
}
_UNDER_WAY = {
    A.ARRIVE: S.SERVING,
    A.VACATE: S.DISPATCHED,
    A.COMPLETE: S.COMPLETED,
    A.FINISH: S.COMPLETED,
    A.MERGE: S.MERGED,
    A.SPLIT: S.SERVING,
    A.CLOSE: S.CLOSED,
    A.CANCEL: S.CANCELLED,
}

MOVES: dict[tuple[State, Action], State] = {
    **{(state, action): state for state in _WORKED_ON for action in (A.PROPOSE, A.SEND_BACK)},
    **{(S.FILED, action): state for action, state in _AT_THE_DESK.items()},
    **{(S.DISPATCHED, action): state for action, state in _AT_THE_DESK.items()},
    (S.RETURNED, A.SUPPLEMENT): S.FILED,
    (S.RETURNED, A.CANCEL): S.CANCELLED,
    (S.RETURNED, A.EXPIRE): S.CLOSED,
    **{(S.CLAIMED, action): state for action, state in _UNDER_WAY.items()},
    (S.CLAIMED, A.CLAIM): S.CLAIMED,
    (S.CLAIMED, A.DISPATCH): S.CLAIMED,
    (S.CLAIMED, A.APPROVE): S.CLAIMED,
    **{(S.SERVING, action): state for action, state in _UNDER_WAY.items()},
    (S.SERVING, A.CLAIM): S.SERVING,
    (S.SERVING, A.DISPATCH): S.SERVING,
    (S.SERVING, A.APPROVE): S.SERVING,
    (S.COMPLETED, A.EVALUATE): S.CLOSED,
    (S.COMPLETED, A.CLOSE): S.CLOSED,
    (S.COMPLETED, A.REOPEN): S.DISPATCHED,
    (S.COMPLETED, A.EXPIRE): S.CLOSED,
    (S.CLOSED, A.EVALUATE): S.CLOSED,
    (S.CLOSED, A.REOPEN): S.DISPATCHED,
    (S.CLOSED, A.CLOSE): S.CLOSED,
    (S.MERGED, A.UNMERGE): S.FILED,
    (S.REJECTED, A.APPEAL): S.FILED,
    (S.MERGED, A.APPEAL): S.FILED,
    (S.CANCELLED, A.APPEAL): S.FILED,
}
"""Every move of a demand. Evaluating moves it only where the filer says that it is resolved, an appeal only once it
is upheld; a closed demand is closed again only to answer a filer who says, late, that it is not. What was merged
comes back as filed and goes on from there to where it was; what is split is served by its children."""

CLAIM_MOVES: dict[tuple[ClaimState, ClaimAction], ClaimState] = {
    (CS.OFFERED, CA.ACCEPT): CS.ACCEPTED,
    (CS.OFFERED, CA.DECLINE): CS.DECLINED,
    (CS.OFFERED, CA.EXPIRE): CS.EXPIRED,
    (CS.OFFERED, CA.RELEASE): CS.RELEASED,
    (CS.ACCEPTED, CA.CONTACT): CS.ACCEPTED,
    (CS.ACCEPTED, CA.ARRIVE): CS.ARRIVED,
    (CS.ACCEPTED, CA.SERVE): CS.ACCEPTED,
    (CS.ACCEPTED, CA.COMPLETE): CS.COMPLETED,
    (CS.ACCEPTED, CA.CONFIRM): CS.ACCEPTED,
    (CS.ACCEPTED, CA.WITHDRAW): CS.WITHDRAWN,
    (CS.ACCEPTED, CA.NO_SHOW): CS.NO_SHOW,
    (CS.ACCEPTED, CA.RELEASE): CS.RELEASED,
    (CS.ARRIVED, CA.CONTACT): CS.ARRIVED,
    (CS.ARRIVED, CA.SERVE): CS.ACCEPTED,
    (CS.ARRIVED, CA.COMPLETE): CS.COMPLETED,
    (CS.ARRIVED, CA.WITHDRAW): CS.WITHDRAWN,
    (CS.ARRIVED, CA.RELEASE): CS.RELEASED,
    (CS.COMPLETED, CA.CONFIRM): CS.CONFIRMED,
    (CS.RELEASED, CA.COMPLETE): CS.COMPLETED,
    (CS.RELEASED, CA.RESTORE): CS.OFFERED,
    (CS.NO_SHOW, CA.EXCUSE): CS.RELEASED,
}
"""Every move of a claim. `serve` and confirming an accepted claim are a post's; a released claim may be
completed only by one who had arrived, and comes back, step by step, where a merge is undone."""

WHO: dict[Action, frozenset[Relation]] = {
    **{
        action: frozenset({Relation.HANDLER})
        for action in (
            A.DISPATCH,
            A.RETURN,
            A.REJECT,
            A.MERGE,
            A.UNMERGE,
            A.SPLIT,
            A.TRANSFER,
            A.ESCALATE,
            A.FINISH,
            A.CLOSE,
            A.REOPEN,
        )
    },
    A.SUPPLEMENT: frozenset({Relation.FILER}),
    A.CANCEL: frozenset({Relation.FILER}),
    A.EVALUATE: frozenset({Relation.FILER, Relation.HANDLER}),
    A.APPEAL: frozenset({Relation.FILER}),
    A.APPROVE: frozenset({Relation.SUPERIOR}),
    A.SEND_BACK: frozenset({Relation.SUPERIOR}),
}
"""Who may ask for what. What is not listed cannot be asked for: it follows from something else."""

CLAIM_WHO: dict[ClaimAction, frozenset[Relation]] = {
    **{
        action: frozenset({Relation.CLAIMANT, Relation.HANDLER})
        for action in (CA.ACCEPT, CA.DECLINE, CA.CONTACT, CA.ARRIVE, CA.COMPLETE, CA.WITHDRAW)
    },
    CA.CONFIRM: frozenset({Relation.FILER, Relation.HANDLER}),
    CA.NO_SHOW: frozenset({Relation.HANDLER}),
}
"""Who may ask for what of a claim. The desk may say it for somebody who is offline."""


class Mode(StrEnum):
    """How a demand is dispatched."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WHISTLE = "whistle"


class Reason(StrEnum):
    """Why a person at the desk must act (`needs_desk`)."""

    NEW = "new"
    NOBODY_CLAIMED = "nobody_claimed"
    OFFERS_ENDED = "offers_ended"
    WINDOW_PASSED = "window_passed"
    PARTIAL = "partial"
    DISSATISFIED = "dissatisfied"
    TO_CLOSE = "to_close"
    CHILDREN_ENDED = "children_ended"
    WHISTLE_TO_APPROVE = "whistle_to_approve"


class Closing(StrEnum):
    """How the children of a split demand end it."""

    ALL = "all"
    ANY = "any"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Tally:
    """The claims of a demand's present round, counted."""

    offered: int = 0
    accepted: int = 0
    arrived: int = 0
    done_places: int = 0
    done: int = 0
    partial: int = 0
    served: int = 0
    """Claims that did something: done, partial, or a post's with at least one service."""
    next_expiry: datetime | None = None
    children_open: int = 0
    children_done: int = 0
    children_undone: int = 0  # ended, but neither done nor taken back

    @property
    def live(self) -> int:
        """Claims that somebody is under way for."""
        return self.accepted + self.arrived


@dataclass(frozen=True, slots=True)
class Clocks:
    """The policies that say how long a demand may rest, each as the moment when it has rested enough."""

    answer_by: datetime
    rate_by: datetime
    claim_by: datetime
    serve_by: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a demand decides how it goes on."""

    kind: Kind
    state: State
    mode: Mode | None
    slots: int
    ends_at: datetime | None
    staff_filed: bool
    dissatisfied: bool = False
    awaits_approval: bool = False
    is_child: bool = False
    closes: Closing | None = None

    @property
    def ends_by_itself(self) -> bool:
        """Whether one good service is enough: a request's or a wish's filer wants it done, not staffed."""
        return self.kind in (Kind.REQUEST, Kind.WISH)

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.ends_at is not None and self.ends_at <= now


def follows(plan: Plan, tally: Tally, now: datetime) -> Action | None:
    """The move that a demand must make because of what its claims have become, or None."""
    if plan.state == S.COMPLETED and plan.is_child:
        return A.CLOSE  # its parent's filer is asked, once for all parts
    if plan.state not in OPEN_STATES:
        return None
    if plan.state == S.SERVING and plan.closes is not None:
        return A.COMPLETE if _children_suffice(plan.closes, tally) else None
    if _is_complete(plan, tally, now):
        return A.COMPLETE
    if plan.state == S.DISPATCHED:
        return A.CLAIM if tally.live else None
    if not tally.live and not tally.done and not tally.partial:
        return A.VACATE
    if plan.state == S.CLAIMED and tally.arrived:
        return A.ARRIVE
    return None


def _children_suffice(closes: Closing, tally: Tally) -> bool:
    every_one = closes == Closing.ALL and not tally.children_open + tally.children_undone
    return tally.children_done > 0 and (every_one or closes == Closing.ANY)


def _is_complete(plan: Plan, tally: Tally, now: datetime) -> bool:
    if plan.state == S.DISPATCHED:
        return False
    if plan.ends_by_itself:
        waiting = tally.live or (plan.mode == Mode.WHISTLE and tally.offered)
        return not waiting and tally.done > 0
    if plan.is_over(now):
        return tally.served > 0 and not tally.arrived
    return tally.done_places >= plan.slots


def attention(plan: Plan, tally: Tally, clocks: Clocks, now: datetime) -> tuple[datetime | None, Reason | None]:
    """When the clock must look at a demand again, and why a person must act; before an end never both None."""
    if plan.dissatisfied:
        return None, Reason.DISSATISFIED
    timer, reason = _rests(plan, tally, clocks, now)
    return timer, Reason.WHISTLE_TO_APPROVE if plan.awaits_approval else reason


def _rests(plan: Plan, tally: Tally, clocks: Clocks, now: datetime) -> tuple[datetime | None, Reason | None]:
    match plan.state:
        case S.FILED:
            return None, Reason.NEW
        case S.RETURNED:
            return clocks.answer_by, None
        case S.COMPLETED:
            return (None, Reason.TO_CLOSE) if plan.staff_filed else (clocks.rate_by, None)
        case S.DISPATCHED | S.CLAIMED | S.SERVING:
            return _under_way(plan, tally, clocks, now)
    return None, None


def _under_way(plan: Plan, tally: Tally, clocks: Clocks, now: datetime) -> tuple[datetime | None, Reason | None]:
    due, reason = _rests_until(plan, tally, clocks)
    if plan.is_over(now):
        due, reason = None, Reason.WINDOW_PASSED
    later = [at for at in (due, tally.next_expiry, plan.ends_at) if at is not None and at > now]
    waiting = due is not None and due > now
    return min(later, default=None), None if waiting else reason


def _rests_until(plan: Plan, tally: Tally, clocks: Clocks) -> tuple[datetime | None, Reason]:
    """Until when the desk may leave it alone (None: not any longer), and why not after that."""
    if plan.state == S.SERVING and plan.closes is not None:
        return (clocks.serve_by, Reason.WINDOW_PASSED) if tally.children_open else (None, Reason.CHILDREN_ENDED)
    if tally.live:
        return plan.ends_at or clocks.serve_by, Reason.WINDOW_PASSED
    if tally.partial and not tally.done:
        return None, Reason.PARTIAL
    if plan.mode == Mode.OPEN:
        return clocks.claim_by, Reason.NOBODY_CLAIMED
    return tally.next_expiry, Reason.OFFERS_ENDED if plan.mode else Reason.NEW
