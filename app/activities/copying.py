"""An activity read back as the body that writes it: a draft to be changed, an earlier one to be held again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities import people, queries
from app.activities.lifecycle import ShiftState
from app.activities.models import Activity, Shift, Slot
from app.activities.publishing import FACTS
from app.activities.schemas import MOST_TIMES, ActivityIn, ItemIn, RepeatIn, RoleIn, ShiftsIn, SpotIn
from app.kit import clock

WEEK, LONGEST_GAP = timedelta(days=7), timedelta(days=31)


async def written(session: AsyncSession, caller: Caller, activity: Activity) -> ActivityIn:
    """The body of an activity, its dates as series; leaders for who organizes it. It is not checked anew."""
    related = await people.relations(session, caller, activity)
    shifts = await queries.shifts(session, activity.id, list(ShiftState))
    held = [one for one in shifts if one.state != ShiftState.CANCELLED] or shifts
    slots = await queries.slots(session, [one.id for one in held])
    return ActivityIn.model_construct(
        **{name: getattr(activity, name) for name in FACTS},
        leader_ids=list(await queries.leaders(session, activity.id)) if related else [],
        items=[ItemIn(name=one.name, people=one.people) for one in await queries.items(session, activity.id)],
        spots=[SpotIn(name=one.name, address=one.address) for one in await queries.spots(session, [activity.id])],
        shifts=[one.body() for one in _series(held, slots)],
    )


async def anew(session: AsyncSession, caller: Caller, activity: Activity) -> ActivityIn:
    """The body of the same again: its dates on the same days of the week to come; what demand it served is past."""
    body = await written(session, caller, activity)
    first = min((one.starts_at for one in body.shifts), default=clock.now())
    later = max(((clock.now() - first) // WEEK + 1) * WEEK, timedelta())
    shifts = [
        one.model_copy(update={"starts_at": one.starts_at + later, "ends_at": one.ends_at + later})
        for one in body.shifts
    ]
    return body.model_copy(update={"demand_id": None, "shifts": shifts})


@dataclass
class _Series:
    """Shifts of the same length and with the same roles, so many days apart."""

    shifts: list[Shift]
    roles: dict[str, int]
    gap: timedelta | None = None

    def takes(self, shift: Shift, roles: dict[str, int]) -> bool:
        """Whether a later shift is the next of them."""
        first, last = self.shifts[0], self.shifts[-1]
        same = roles == self.roles and shift.ends_at - shift.starts_at == first.ends_at - first.starts_at
        gap = shift.starts_at - last.starts_at
        whole = timedelta() < gap <= LONGEST_GAP and not gap % timedelta(days=1)
        return same and whole and gap == (self.gap or gap) and len(self.shifts) < MOST_TIMES

    def add(self, shift: Shift) -> None:
        """Take the next one in."""
        self.gap = shift.starts_at - self.shifts[-1].starts_at
        self.shifts.append(shift)

    def body(self) -> ShiftsIn:
        """The series as it is written."""
        repeat = RepeatIn(every_days=self.gap.days, times=len(self.shifts)) if self.gap else None
        roles = [RoleIn(name=name, capacity=capacity) for name, capacity in self.roles.items()]
        first = self.shifts[0]
        return ShiftsIn(starts_at=first.starts_at, ends_at=first.ends_at, repeat=repeat, roles=roles)


def _series(shifts: Sequence[Shift], slots: Sequence[Slot]) -> list[_Series]:
    """Shifts in the order of their start, put together; a role has the room of its largest spot."""
    roles: dict[uuid.UUID, dict[str, int]] = {shift.id: {} for shift in shifts}
    for slot in slots:
        of_shift = roles[slot.shift_id]
        of_shift[slot.role] = max(slot.capacity, of_shift.get(slot.role, 0))
    found: list[_Series] = []
    for shift in shifts:
        fitting = next((one for one in found if one.takes(shift, roles[shift.id])), None)
        if fitting:
            fitting.add(shift)
        else:
            found.append(_Series([shift], roles[shift.id]))
    return found
