"""When a shift is looked at, when presence counts, and how many minutes it makes; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.activities.lifecycle import ShiftState
from app.activities.models import Shift, SignUp
from app.ledger.models import Provenance

WEAKEST = (Provenance.ENTERED, Provenance.CONFIRMED, Provenance.MEASURED)


def next_look(shift: Shift, reminder: timedelta, window: timedelta) -> datetime | None:
    """When a shift is next called to mind, begins, or closes."""
    match shift.state:
        case ShiftState.PLANNED:
            return shift.starts_at if shift.reminded else shift.starts_at - reminder
        case ShiftState.BEGUN:
            return shift.ends_at + window
    return None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a presence comes to, how that is known, and until when it was."""

    minutes: int
    provenance: Provenance
    until: datetime


def counted(shift: Shift, one: SignUp, margin: timedelta) -> Counted | None:
    """The minutes between arriving and leaving as far as they lie within the shift and its margin; None before both.

    They are known as well as the less well known of the two.
    """
    if not (one.arrived_at and one.arrival and one.left_at and one.departure) or one.left_at < one.arrived_at:
        return None
    since, until = max(one.arrived_at, shift.starts_at - margin), min(one.left_at, shift.ends_at + margin)
    minutes = max(round((until - since).total_seconds() / 60), 0)
    return Counted(minutes, min(one.arrival, one.departure, key=WEAKEST.index), one.left_at)


def in_time(shift: Shift, at: datetime, margin: timedelta) -> bool:
    """Whether somebody may arrive or leave at a moment."""
    return shift.starts_at - margin <= at <= shift.ends_at + margin


def left_by_itself(shift: Shift, arrived_at: datetime, cap: timedelta) -> datetime:
    """When somebody whom nobody saw leave is taken to have left: at the end, or `cap` after arriving if earlier."""
    return max(min(shift.ends_at, arrived_at + cap), arrived_at)
