"""The lifecycles of an observation round and of what an object is to do, pure: states, actions, and who may do what."""

from enum import StrEnum

from app.kit.errors import ActionNotAllowed


class ObservationState(StrEnum):
    """Where a round stands: laid out, being scored, ranked, or called off."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ObservationAction(StrEnum):
    """What can be done to a round or to one of its objects."""

    CHANGE = "change"
    OPEN = "open"
    CANCEL = "cancel"
    JOIN = "join"
    EXCUSE = "excuse"
    ADOPT = "adopt"
    SCORE = "score"
    RECUSE = "recuse"
    RAISE = "raise"
    REMARK = "remark"
    HIGHLIGHT = "highlight"
    REPORT = "report"
    PROMISE = "promise"
    CLOSE = "close"


class UndertakingState(StrEnum):
    """Where a finding, a planned step or a commitment stands; what was shown waits to be looked at."""

    OPEN = "open"
    SHOWN = "shown"
    SETTLED = "settled"


class UndertakingAction(StrEnum):
    """What can be done to an undertaking; who looks says whether it is settled."""

    SHOW = "show"
    LOOK = "look"


class Relation(StrEnum):
    """What a caller is to a round, or to one of its objects."""

    DESK = "desk"
    """Dispatchers of the region that holds it."""
    PANEL = "panel"
    """A member of the panel; of an object, one who has nothing to do with it."""
    OBJECT = "object"
    """Dispatchers of a community that is observed, or who speaks for a unit that is."""


S, A, R = ObservationState, ObservationAction, Relation
MOVES: dict[tuple[ObservationState, ObservationAction], ObservationState] = {
    (S.DRAFT, A.CHANGE): S.DRAFT,
    (S.DRAFT, A.OPEN): S.OPEN,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.OPEN, A.CANCEL): S.CANCELLED,
    (S.OPEN, A.CLOSE): S.CLOSED,
    **{
        (state, action): state
        for state, actions in {
            S.OPEN: (A.JOIN, A.EXCUSE, A.ADOPT, A.SCORE, A.RECUSE, A.RAISE, A.REMARK, A.HIGHLIGHT, A.REPORT, A.PROMISE),
            S.CLOSED: (A.RAISE, A.REMARK, A.HIGHLIGHT, A.PROMISE),
        }.items()
        for action in actions
    },
}
"""What was found and promised at the meeting is written down after it as well; a score is not."""
ENDS = frozenset({S.CLOSED, S.CANCELLED})
DESK, PANEL, OBJECT = frozenset({R.DESK}), frozenset({R.DESK, R.PANEL}), frozenset({R.DESK, R.OBJECT})
WHO: dict[ObservationAction, frozenset[Relation]] = {
    **dict.fromkeys((A.CHANGE, A.OPEN, A.CANCEL, A.JOIN, A.EXCUSE, A.ADOPT, A.CLOSE), DESK),
    A.SCORE: frozenset({R.PANEL}),
    A.RECUSE: frozenset({R.PANEL}),
    **dict.fromkeys((A.RAISE, A.REMARK, A.HIGHLIGHT), PANEL),
    **dict.fromkeys((A.REPORT, A.PROMISE), OBJECT),
}
"""Nobody scores for another, the desk included; what an object says at the table, the desk may write down for it."""
OF_THE_ROUND = (A.CHANGE, A.OPEN, A.CANCEL, A.JOIN, A.ADOPT, A.CLOSE)
OF_AN_OBJECT = (A.EXCUSE, A.SCORE, A.RECUSE, A.RAISE, A.REMARK, A.HIGHLIGHT, A.REPORT, A.PROMISE)

U, UA = UndertakingState, UndertakingAction
UNDERTAKING_MOVES: dict[tuple[UndertakingState, UndertakingAction], frozenset[UndertakingState]] = {
    (U.OPEN, UA.SHOW): frozenset({U.SHOWN}),
    (U.OPEN, UA.LOOK): frozenset({U.OPEN, U.SETTLED}),
    (U.SHOWN, UA.SHOW): frozenset({U.SHOWN}),
    (U.SHOWN, UA.LOOK): frozenset({U.OPEN, U.SETTLED}),
}
"""Its object and its desk show; its desk looks, and the panel of the round that sees the object again."""


def moved(state: ObservationState, action: ObservationAction) -> ObservationState:
    """Where an action leads a round; raises `ActionNotAllowed`."""
    if (state, action) not in MOVES:
        raise ActionNotAllowed
    return MOVES[state, action]


def require_undertaking(state: UndertakingState, action: UndertakingAction) -> None:
    """Raise `ActionNotAllowed` unless an undertaking that stands so takes an action."""
    if (state, action) not in UNDERTAKING_MOVES:
        raise ActionNotAllowed


def actions(
    state: ObservationState, relations: frozenset[Relation], among: tuple[ObservationAction, ...]
) -> list[ObservationAction]:
    """What somebody may do now to a round, or to an object of it."""
    return [one for one in among if (state, one) in MOVES and WHO[one] & relations]
