"""The selects by which activities and sign-ups are shown: counts, places and names, a constant number of them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.queries import nicknames
from app.activities.lifecycle import ShiftState, SignUpState
from app.activities.models import Activity, Shift, SignUp, Slot, Spot
from app.activities.queries import RUNNING
from app.ledger.models import HolderKind
from app.members import queries as members

Ids = Collection[uuid.UUID]
RESIDENT = "居民"


async def heads(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, tuple[datetime, int]]:
    """When the next shift of some activities begins, or the last one began, and how many shifts each has."""
    following = func.min(Shift.starts_at).filter(Shift.state.in_(RUNNING))
    columns = select(Shift.activity_id, func.coalesce(following, func.max(Shift.starts_at)), func.count())
    rows = await session.execute(columns.where(Shift.activity_id.in_(ids)).group_by(Shift.activity_id))
    return {row[0]: (row[1], row[2]) for row in rows}


async def free(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, int]:
    """How many places are left in shifts of some activities that have not begun."""
    columns = select(Shift.activity_id, func.sum(Slot.capacity - Slot.taken)).join(Slot, Slot.shift_id == Shift.id)
    planned = columns.where(Shift.activity_id.in_(ids), Shift.state == ShiftState.PLANNED)
    return {row[0]: row[1] for row in await session.execute(planned.group_by(Shift.activity_id))}


async def waiting(session: AsyncSession, shift_ids: Ids) -> dict[uuid.UUID, int]:
    """How many wait for each slot of some shifts."""
    columns = select(SignUp.slot_id, func.count()).where(SignUp.shift_id.in_(shift_ids))
    rows = await session.execute(columns.where(SignUp.state == SignUpState.WAITING).group_by(SignUp.slot_id))
    return {row[0]: row[1] for row in rows if row[0]}


async def whole(session: AsyncSession, sign_ups: Sequence[SignUp]) -> dict[uuid.UUID, Row[*tuple[Any, ...]]]:
    """Shift, activity, slot and spot of some sign-ups, by the sign-up."""
    columns = (
        select(SignUp.id, Shift, Activity, Slot, Spot)
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Slot, Slot.id == SignUp.slot_id)
        .outerjoin(Spot, Spot.id == Slot.spot_id)
    )
    rows = await session.execute(columns.where(SignUp.id.in_([one.id for one in sign_ups])))
    return {row[0]: row for row in rows}


async def positions(session: AsyncSession, sign_ups: Sequence[SignUp]) -> dict[uuid.UUID, int]:
    """The place in the line of those of some sign-ups that wait, the first being 1."""
    waits = [one.id for one in sign_ups if one.state == SignUpState.WAITING]
    if not waits:
        return {}
    ahead = aliased(SignUp)
    columns = (
        select(SignUp.id, func.count())
        .join(ahead, (ahead.slot_id == SignUp.slot_id) & (ahead.n <= SignUp.n))
        .where(SignUp.id.in_(waits), ahead.state == SignUpState.WAITING)
        .group_by(SignUp.id)
    )
    return {row[0]: row[1] for row in await session.execute(columns)}


async def names(session: AsyncSession, people: Sequence[Any]) -> dict[uuid.UUID, str]:
    """What the people of some sign-ups, entries or scans are called: members by their names, residents by their own."""
    known = await members.members(session, [one.person_id for one in people if one.person_kind == HolderKind.MEMBER])
    others = [one.person_id for one in people if one.person_kind == HolderKind.ACCOUNT]
    called = await nicknames(session, others) if others else {}
    return {one: name or RESIDENT for one, name in called.items()} | {one.id: one.name for one in known.values()}


async def titles(session: AsyncSession, shift_ids: Ids) -> dict[uuid.UUID, str]:
    """The titles of the activities of some shifts."""
    columns = select(Shift.id, Activity.title).join(Activity, Activity.id == Shift.activity_id)
    return {row[0]: row[1] for row in await session.execute(columns.where(Shift.id.in_(shift_ids)))}
