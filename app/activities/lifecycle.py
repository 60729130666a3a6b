"""The lifecycles of an activity, a shift and a sign-up, pure: states, actions, and who may do what."""

from enum import StrEnum

from app.kit.errors import ActionNotAllowed


class ActivityState(StrEnum):
    """Where an activity stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"
    CANCELLED = "cancelled"


class ActivityAction(StrEnum):
    """What can be done to an activity; it ends by itself with its last shift."""

    CHANGE = "change"
    PUBLISH = "publish"
    ADD_SHIFTS = "add_shifts"
    CANCEL = "cancel"
    END = "end"


class ShiftState(StrEnum):
    """Where a shift stands: before its start, from its start on, and after its roll call."""

    PLANNED = "planned"
    BEGUN = "begun"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ShiftAction(StrEnum):
    """What can be done to a shift; the last two follow from the clock."""

    SIGN_UP = "sign_up"
    RESIZE = "resize"
    MOVE = "move"
    CANCEL = "cancel"
    ROLL_CALL = "roll_call"
    ENTER = "enter"
    BEGIN = "begin"
    CLOSE = "close"


class SignUpState(StrEnum):
    """Where a sign-up stands; a promoted one is given its place for a while, and must say that it wants it."""

    WAITING = "waiting"
    PROMOTED = "promoted"
    BOOKED = "booked"
    PRESENT = "present"
    DONE = "done"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    RELEASED = "released"
    UNMARKED = "unmarked"
    NO_SHOW = "no_show"


class SignUpAction(StrEnum):
    """What can be done to a sign-up; those from `promote` on follow from the clock or from others."""

    ACCEPT = "accept"
    CANCEL = "cancel"
    ATTEND = "attend"
    LEAVE = "leave"
    NO_SHOW = "no_show"
    EXCUSE = "excuse"
    PROMOTE = "promote"
    LAPSE = "lapse"
    QUEUE = "queue"
    RELEASE = "release"
    CLOSE = "close"


class Mark(StrEnum):
    """What a roll call says of somebody; attended is from the start to the end."""

    PRESENT = "present"
    LEFT = "left"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    EXCUSED = "excused"


class Relation(StrEnum):
    """What a caller is to an activity."""

    DESK = "desk"
    """Dispatchers and admins of its region."""
    HOST = "host"
    """A liaison of the organization that holds it."""
    LEADER = "leader"
    """A member whom it names as one of its leaders."""


A, AA = ActivityState, ActivityAction
MOVES: dict[tuple[ActivityState, ActivityAction], ActivityState] = {
    (A.DRAFT, AA.CHANGE): A.DRAFT,
    (A.DRAFT, AA.PUBLISH): A.PUBLISHED,
    (A.DRAFT, AA.CANCEL): A.CANCELLED,
    (A.PUBLISHED, AA.ADD_SHIFTS): A.PUBLISHED,
    (A.PUBLISHED, AA.CANCEL): A.CANCELLED,
    (A.PUBLISHED, AA.END): A.ENDED,
}
T, TA = ShiftState, ShiftAction
SHIFT_MOVES: dict[tuple[ShiftState, ShiftAction], ShiftState] = {
    **{(T.PLANNED, action): T.PLANNED for action in (TA.SIGN_UP, TA.RESIZE, TA.MOVE, TA.ROLL_CALL)},
    (T.PLANNED, TA.CANCEL): T.CANCELLED,
    (T.PLANNED, TA.BEGIN): T.BEGUN,
    (T.BEGUN, TA.ROLL_CALL): T.BEGUN,
    (T.BEGUN, TA.CLOSE): T.CLOSED,
    (T.CLOSED, TA.ENTER): T.CLOSED,
}
"""Whoever is there a little before the start may be marked, so the roll can be called while a shift is planned."""
S, SA = SignUpState, SignUpAction
_IN_LINE = {SA.CANCEL: S.CANCELLED, SA.LAPSE: S.LAPSED, SA.RELEASE: S.RELEASED, SA.ATTEND: S.PRESENT}
SIGN_UP_MOVES: dict[tuple[SignUpState, SignUpAction], SignUpState] = {
    **{(S.WAITING, action): state for action, state in _IN_LINE.items()},
    (S.WAITING, SA.PROMOTE): S.PROMOTED,
    **{(S.PROMOTED, action): state for action, state in _IN_LINE.items()},
    (S.PROMOTED, SA.ACCEPT): S.BOOKED,
    (S.PROMOTED, SA.QUEUE): S.PROMOTED,
    (S.BOOKED, SA.CANCEL): S.CANCELLED,
    (S.BOOKED, SA.RELEASE): S.RELEASED,
    (S.BOOKED, SA.QUEUE): S.PROMOTED,
    (S.BOOKED, SA.ATTEND): S.PRESENT,
    (S.BOOKED, SA.LEAVE): S.BOOKED,
    (S.BOOKED, SA.NO_SHOW): S.NO_SHOW,
    (S.BOOKED, SA.CLOSE): S.UNMARKED,
    (S.PRESENT, SA.ATTEND): S.PRESENT,
    (S.PRESENT, SA.LEAVE): S.DONE,
    (S.PRESENT, SA.CLOSE): S.DONE,
    (S.DONE, SA.ATTEND): S.DONE,
    (S.DONE, SA.LEAVE): S.DONE,
    (S.DONE, SA.CLOSE): S.DONE,
    (S.UNMARKED, SA.LEAVE): S.UNMARKED,
    (S.UNMARKED, SA.NO_SHOW): S.NO_SHOW,
    (S.NO_SHOW, SA.LEAVE): S.NO_SHOW,
    (S.NO_SHOW, SA.EXCUSE): S.UNMARKED,
    (S.NO_SHOW, SA.ATTEND): S.PRESENT,
    (S.UNMARKED, SA.ATTEND): S.PRESENT,
}
"""A scan may come late or in any order: who is there is there, and leaving may be heard of before arriving."""
GONE = frozenset({S.CANCELLED, S.LAPSED, S.RELEASED})
"""Who stands so may sign up again."""
IN_LINE = frozenset({S.WAITING, S.PROMOTED})
HOLDS = frozenset(S) - GONE - {S.WAITING}
"""Who stands so has one of the places, unless they walked in without one."""
OPEN = frozenset({S.WAITING, S.PROMOTED, S.BOOKED, S.PRESENT})
"""What is not over yet."""

ORGANIZERS = frozenset(Relation)
WHO: dict[ActivityAction, frozenset[Relation]] = {
    AA.CHANGE: frozenset({Relation.DESK, Relation.HOST}),
    AA.PUBLISH: frozenset({Relation.DESK}),
    AA.ADD_SHIFTS: frozenset({Relation.DESK, Relation.HOST}),
    AA.CANCEL: frozenset({Relation.DESK, Relation.HOST}),
}
"""An organization writes what it wants to hold; the desk of the place lets it be."""
SHIFT_WHO: dict[ShiftAction, frozenset[Relation]] = {
    TA.SIGN_UP: ORGANIZERS,
    TA.RESIZE: ORGANIZERS,
    TA.MOVE: frozenset({Relation.DESK, Relation.HOST}),
    TA.CANCEL: frozenset({Relation.DESK, Relation.HOST}),
    TA.ROLL_CALL: ORGANIZERS,
    TA.ENTER: frozenset({Relation.DESK}),
}
"""Who may do it for others; everybody signs up for themselves."""


def moved(state: ActivityState, action: ActivityAction) -> ActivityState:
    """Where an action leads an activity; raises `ActionNotAllowed`."""
    if (state, action) not in MOVES:
        raise ActionNotAllowed
    return MOVES[state, action]


def shift_moved(state: ShiftState, action: ShiftAction) -> ShiftState:
    """Where an action leads a shift; raises `ActionNotAllowed`."""
    if (state, action) not in SHIFT_MOVES:
        raise ActionNotAllowed
    return SHIFT_MOVES[state, action]


def sign_up_moved(state: SignUpState, action: SignUpAction) -> SignUpState:
    """Where an action leads a sign-up; raises `ActionNotAllowed`."""
    if (state, action) not in SIGN_UP_MOVES:
        raise ActionNotAllowed
    return SIGN_UP_MOVES[state, action]
