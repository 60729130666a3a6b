"""The lifecycles of a taking, a booking and a suggestion, pure: states, actions, and who may do what."""

from enum import StrEnum

from app.kit.errors import ActionNotAllowed, Forbidden


class TakingState(StrEnum):
    """Where an organization and a project stand."""

    OFFERED = "offered"
    TAKEN = "taken"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"


class TakingAction(StrEnum):
    """What can be done to a taking."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    FINISH = "finish"
    GIVE_UP = "give_up"


class BookingState(StrEnum):
    """Where a booking stands; a venue's is over with its time, goods are handed over and come back."""

    BOOKED = "booked"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class BookingAction(StrEnum):
    """What can be done to a booking."""

    HAND_OVER = "hand_over"
    RETURN = "return"
    CANCEL = "cancel"


class SuggestionState(StrEnum):
    """Where a suggestion stands."""

    RAISED = "raised"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class SuggestionAction(StrEnum):
    """What the desk can say to a suggestion."""

    ANSWER = "answer"
    ACCEPT = "accept"
    REFUSE = "refuse"


class ListRelation(StrEnum):
    """What a caller is to a taking, a booking or a suggestion."""

    DESK = "desk"
    """Dispatchers of the region of the list."""
    PARTY = "party"
    """A liaison of the organization that takes or books."""
    OWNER = "owner"
    """A liaison of the organization whose the booked thing is."""


T, TA, B, BA, S, SA = TakingState, TakingAction, BookingState, BookingAction, SuggestionState, SuggestionAction
DESK, PARTY, OWNER = ListRelation
MOVES: dict[tuple[StrEnum, StrEnum], tuple[StrEnum, frozenset[ListRelation]]] = {
    (T.OFFERED, TA.ACCEPT): (T.TAKEN, frozenset({PARTY})),
    (T.OFFERED, TA.DECLINE): (T.DECLINED, frozenset({PARTY})),
    (T.OFFERED, TA.WITHDRAW): (T.WITHDRAWN, frozenset({DESK})),
    (T.TAKEN, TA.FINISH): (T.DONE, frozenset({DESK})),
    (T.TAKEN, TA.GIVE_UP): (T.GIVEN_UP, frozenset({PARTY, DESK})),
    (B.BOOKED, BA.HAND_OVER): (B.HANDED_OVER, frozenset({DESK, OWNER})),
    (B.BOOKED, BA.CANCEL): (B.CANCELLED, frozenset({DESK, PARTY, OWNER})),
    (B.HANDED_OVER, BA.RETURN): (B.RETURNED, frozenset({DESK, OWNER})),
    (S.RAISED, SA.ANSWER): (S.ANSWERED, frozenset({DESK})),
    (S.RAISED, SA.ACCEPT): (S.ACCEPTED, frozenset({DESK})),
    (S.RAISED, SA.REFUSE): (S.REFUSED, frozenset({DESK})),
}
"""From where by what to where, and who may. No state is of two things, so one table holds all three.

That a project is done is the desk's word, not that of who did it: yearly quotas count it.
"""
HOLDS_A_SLOT = frozenset({T.OFFERED, T.TAKEN, T.DONE})
"""Takings that count against a project's slots."""
IS_LIVE = frozenset({T.OFFERED, T.TAKEN})
"""Of these an organization has one of a project."""
OCCUPIES = frozenset({B.BOOKED, B.HANDED_OVER})
"""Bookings of goods that others cannot have meanwhile."""


def require(action: StrEnum, relations: frozenset[ListRelation]) -> None:
    """Raise `Forbidden` unless one of `relations` may ask for an action in some state."""
    if not any(who & relations for (_, asked), (_, who) in MOVES.items() if asked is action):
        raise Forbidden


def moved(state: StrEnum, action: StrEnum) -> StrEnum:
    """Where an action leads; raises `ActionNotAllowed`."""
    if (state, action) not in MOVES:
        raise ActionNotAllowed
    return MOVES[state, action][0]


def actions(state: StrEnum, relations: frozenset[ListRelation]) -> list[str]:
    """What may be asked for now."""
    return [str(action) for (start, action), (_, who) in MOVES.items() if start == state and who & relations]
