"""Selects that recompute what slots keep of their sign-ups, and what the ledger should hold of these."""

from typing import Any

from sqlalchemy import Select, func, select

from app.activities.lifecycle import HOLDS
from app.activities.lining_up import SOURCE
from app.activities.models import SignUp, Slot
from app.ledger.models import Entry, Unit


def taken() -> Select[*tuple[Any, ...]]:
    """The places taken in each slot, as they are kept."""
    return select(Slot.id, Slot.taken)


def taken_by_sign_ups() -> Select[*tuple[Any, ...]]:
    """The places taken in each slot: those of sign-ups that hold one."""
    holds = SignUp.state.in_(HOLDS) & ~SignUp.walk_in
    counted = select(SignUp.slot_id.label("id"), func.count().label("taken")).where(holds, SignUp.slot_id.is_not(None))
    return counted.group_by(SignUp.slot_id)


def booked() -> Select[*tuple[Any, ...]]:
    """The minutes of each activity's sign-up that stand in the ledger."""
    of_activities = (Entry.source_kind == SOURCE, Entry.unit == Unit.MINUTES)
    summed = select(Entry.source_id.label("id"), func.sum(Entry.amount).label("minutes"))
    return summed.where(*of_activities).group_by(Entry.source_id)


def minutes() -> Select[*tuple[Any, ...]]:
    """The minutes of each sign-up that has any in the ledger."""
    in_the_ledger = select(Entry.source_id).where(Entry.source_kind == SOURCE)
    return select(SignUp.id, SignUp.minutes).where(SignUp.id.in_(in_the_ledger))
