"""Who hears of activities: who has, or waits for, a place in a shift; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.activities.events import ActivityEvent
from app.activities.lifecycle import SignUpState
from app.activities.models import SignUp
from app.notifications.models import NotificationKind


class Guest(StrEnum):
    """Who somebody is to what happened."""

    PERSON = "person"
    """Whose sign-up it is."""
    EVERYBODY = "everybody"
    """Everybody who has or awaits a place in the shift."""


Condition = Callable[[SignUp], bool]


def _always(_: SignUp) -> bool:
    return True


def _must_say(sign_up: SignUp) -> bool:
    return sign_up.state == SignUpState.PROMOTED


def _has_a_place(sign_up: SignUp) -> bool:
    return sign_up.state in (SignUpState.BOOKED, SignUpState.PROMOTED)


@dataclass(frozen=True, slots=True)
class GuestHears:
    """A guest hears a kind of message, under a condition on their sign-up as it stands now."""

    who: Guest
    kind: NotificationKind
    when: Condition = _always


E, N, G = ActivityEvent, NotificationKind, Guest
_NOTED = (GuestHears(G.PERSON, N.SIGN_UP_NOTED),)
GUESTS_HEAR: dict[str, tuple[GuestHears, ...]] = {
    E.SHIFT_REMINDED: (GuestHears(G.EVERYBODY, N.SHIFT_REMINDED, _has_a_place),),
    E.SHIFT_MOVED: (GuestHears(G.EVERYBODY, N.SHIFT_MOVED),),
    E.REQUEUED: (GuestHears(G.PERSON, N.SHIFT_CLASHES, _must_say),),
    E.RELEASED: (GuestHears(G.PERSON, N.SHIFT_CANCELLED),),
    E.PROMOTED: (GuestHears(G.PERSON, N.PLACE_FREE, _must_say),),
    E.LAPSED: (GuestHears(G.PERSON, N.PLACE_LAPSED),),
    **dict.fromkeys((E.SIGNED_UP, E.QUEUED, E.ACCEPTED, E.WITHDRAWN, E.NO_SHOW, E.EXCUSED, E.ENTERED), _NOTED),
}
"""What happened: who hears it, and as what. Who did it hears nothing: what is noted was said by an organizer."""

UNHEARD = frozenset(
    {
        *(E.DRAFTED, E.CHANGED, E.PUBLISHED, E.SHIFTS_ADDED, E.RESIZED, E.CANCELLED, E.ENDED),
        *(E.SHIFT_BEGUN, E.SHIFT_CLOSED, E.SHIFT_CANCELLED, E.ATTENDED, E.LEFT),
    }
)
"""What nobody is told: an activity is found in the list, a date that is called off is told to each whom it releases,
and who was there was there."""
