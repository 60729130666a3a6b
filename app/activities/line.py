"""The places of a slot and the line that waits for them; pure, so that every order of things can be tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.activities.lifecycle import HOLDS, SignUpAction, SignUpState, sign_up_moved
from app.activities.models import SignUp, Slot

S = SignUpState


def first_state(slot: Slot) -> SignUpState:
    """What a new sign-up is; while anybody waits no place is free, so that nobody passes them."""
    return S.WAITING if slot.taken >= slot.capacity else S.BOOKED


def take(slot: Slot, state: SignUpState) -> None:
    """Count the place of a sign-up that has just come to a state."""
    slot.taken += state in HOLDS


def give_back(slot: Slot, one: SignUp, action: SignUpAction, now: datetime) -> None:
    """End a sign-up before its time; its place, where it had one, is free."""
    slot.taken -= one.state in HOLDS
    one.state, one.due_at, one.ended_at = sign_up_moved(one.state, action), None, now


def advance(slot: Slot, line: Sequence[SignUp], now: datetime, starts_at: datetime, window: timedelta) -> list[SignUp]:
    """Let lapse what is over, and promote as many of those who wait, in their order, as there are places; who changed.

    `line` is everybody who was promoted or waits, in order. At the start nobody is promoted any more.
    """
    begun = now >= starts_at
    lapsed = [one for one in line if begun or (one.due_at is not None and one.due_at <= now)]
    for one in lapsed:
        give_back(slot, one, SignUpAction.LAPSE, now)
    waiting = [one for one in line if one.state == S.WAITING]
    promoted = waiting[: max(slot.capacity - slot.taken, 0)]
    for one in promoted:
        one.state, one.due_at = sign_up_moved(one.state, SignUpAction.PROMOTE), min(now + window, starts_at)
        take(slot, one.state)
    slot.timer_at = min((one.due_at for one in line if one.due_at is not None), default=None)
    return lapsed + promoted
