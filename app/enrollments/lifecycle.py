"""The lifecycle of an enrollment, pure: states, actions, and who may do what."""

from enum import StrEnum


class EnrollmentState(StrEnum):
    """Where an enrollment stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    LEAVING = "leaving"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class EnrollmentAction(StrEnum):
    """What can be done to an enrollment; `succeed` follows from the next one being confirmed."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LEAVE = "leave"
    LET_GO = "let_go"
    KEEP = "keep"
    TRANSFER = "transfer"
    SUCCEED = "succeed"


class EnrollmentRelation(StrEnum):
    """What a caller is to one enrollment."""

    SUBJECT = "subject"
    """The member, or who speaks for the organization."""
    DESK = "desk"
    """Dispatchers of the region that is reported to."""


S, A, R = EnrollmentState, EnrollmentAction, EnrollmentRelation
LIVE = frozenset({S.REQUESTED, S.CONFIRMED, S.LEAVING})
ENROLLED = frozenset({S.CONFIRMED, S.LEAVING})
"""Where somebody counts: until an exit is approved they belong there."""
NEEDS_DESK = frozenset({S.REQUESTED, S.LEAVING})
MOVES: dict[tuple[EnrollmentState, EnrollmentAction], EnrollmentState] = {
    (S.REQUESTED, A.CONFIRM): S.CONFIRMED,
    (S.REQUESTED, A.REFUSE): S.REFUSED,
    (S.REQUESTED, A.WITHDRAW): S.WITHDRAWN,
    (S.CONFIRMED, A.LEAVE): S.LEAVING,
    (S.CONFIRMED, A.LET_GO): S.ENDED,
    (S.CONFIRMED, A.TRANSFER): S.CONFIRMED,
    (S.CONFIRMED, A.SUCCEED): S.ENDED,
    (S.LEAVING, A.WITHDRAW): S.CONFIRMED,
    (S.LEAVING, A.LET_GO): S.ENDED,
    (S.LEAVING, A.KEEP): S.CONFIRMED,
    (S.LEAVING, A.TRANSFER): S.LEAVING,
    (S.LEAVING, A.SUCCEED): S.ENDED,
}
"""Whoever transfers stays where they are until the next community has confirmed."""
WHO: dict[EnrollmentAction, frozenset[EnrollmentRelation]] = {
    A.CONFIRM: frozenset({R.DESK}),
    A.REFUSE: frozenset({R.DESK}),
    A.WITHDRAW: frozenset({R.SUBJECT, R.DESK}),
    A.LEAVE: frozenset({R.SUBJECT, R.DESK}),
    A.LET_GO: frozenset({R.DESK}),
    A.KEEP: frozenset({R.DESK}),
    A.TRANSFER: frozenset({R.SUBJECT, R.DESK}),
    A.SUCCEED: frozenset(),
}


def actions(state: EnrollmentState, relations: frozenset[EnrollmentRelation]) -> list[EnrollmentAction]:
    """What may be asked of an enrollment now."""
    return [action for action in A if (state, action) in MOVES and WHO[action] & relations]
