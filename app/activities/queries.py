"""Every select of activities; `visible_to` is the one place that says what a caller may see."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.lifecycle import HOLDS, IN_LINE, OPEN, ActivityState, ShiftState, SignUpState
from app.activities.models import Activity, Item, LateEntry, Leader, Shift, SignUp, Slot, Spot
from app.activities.schemas import ActivityFilter, LateEntryFilter, SignUpFilter
from app.demands.models import Audience
from app.kit.errors import NotFound
from app.kit.pagination import PageRequest, page
from app.regions.queries import around, under

RUNNING = (ShiftState.PLANNED, ShiftState.BEGUN)


def published_to(caller: Caller) -> ColumnElement[bool]:
    """It was published: members and liaisons may read it, residents where they are asked."""
    published = Activity.published_at.is_not(None)
    if caller.member_id is not None or caller.is_liaison:
        return published
    return and_(published, Activity.audience.in_([Audience.RESIDENTS, Audience.ALL]))


def organized_by(caller: Caller) -> ColumnElement[bool]:
    """The caller's organization holds it, or they lead it."""
    held = Activity.organization_id.in_(caller.organization_ids)
    if caller.member_id is None:
        return held
    return or_(held, exists().where(Leader.activity_id == Activity.id, Leader.member_id == caller.member_id))


def signed_up_by(caller: Caller) -> ColumnElement[bool]:
    """The caller signed up for one of its shifts, whatever became of it."""
    theirs = exists().where(SignUp.shift_id == Shift.id, Shift.activity_id == Activity.id)
    return theirs.where(SignUp.person_id.in_(caller.person_ids))


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """What a caller may see: their region's, theirs to organize, what they signed up for, and what is published."""
    region = under(Activity.region_code, caller.reach())
    return or_(published_to(caller), organized_by(caller), signed_up_by(caller), region)


def organizable_by(caller: Caller) -> ColumnElement[bool]:
    """The caller may see who signed up: the desk, the region's observers, the host and the leaders."""
    return or_(under(Activity.region_code, caller.reach()), organized_by(caller))


async def activity(session: AsyncSession, caller: Caller, activity_id: uuid.UUID, *, lock: bool = False) -> Activity:
    """One activity, locked against other changes where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Activity).where(Activity.id == activity_id, visible_to(caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def shift_and_activity(
    session: AsyncSession, caller: Caller, shift_id: uuid.UUID, *, lock: bool = False
) -> tuple[Shift, Activity]:
    """One shift with its activity, the shift locked where asked; raises `NotFound` for absent and unseen alike."""
    joined = select(Activity).join(Shift, Shift.activity_id == Activity.id).where(Shift.id == shift_id)
    activity = await session.scalar(joined.where(visible_to(caller)))
    if activity is None:
        raise NotFound
    return await shift(session, shift_id, lock=lock), activity


async def shift(session: AsyncSession, shift_id: uuid.UUID, *, lock: bool = False) -> Shift:
    """A shift that is known to be there."""
    statement = select(Shift).where(Shift.id == shift_id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one()


async def slot_with_all(session: AsyncSession, caller: Caller, slot_id: uuid.UUID) -> tuple[Slot, Shift, Activity]:
    """One slot, locked, with what it is of as it stands now; raises `NotFound` for absent and unseen alike."""
    joined = select(Shift.id).join(Slot, Slot.shift_id == Shift.id).join(Activity, Activity.id == Shift.activity_id)
    shift_id = await session.scalar(joined.where(Slot.id == slot_id, visible_to(caller)))
    if shift_id is None:
        raise NotFound
    shift, activity = await shift_of(session, shift_id, hold=True)
    return await locked_slot(session, slot_id), shift, activity


async def shift_of(session: AsyncSession, shift_id: uuid.UUID, *, hold: bool = False) -> tuple[Shift, Activity]:
    """A shift and its activity, known to be there, as they stand now; held, nobody moves or closes it meanwhile."""
    joined = select(Shift, Activity).join(Activity, Activity.id == Shift.activity_id).where(Shift.id == shift_id)
    if hold:  # shared: a crowd that signs up does not wait for each other here
        joined = joined.with_for_update(read=True, key_share=True, of=Shift)
    row = (await session.execute(joined.execution_options(populate_existing=True))).one()
    return row[0], row[1]


async def locked_slot(session: AsyncSession, slot_id: uuid.UUID) -> Slot:
    """A slot that is known to be there, held: whoever changes its places or its line waits."""
    statement = select(Slot).where(Slot.id == slot_id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one()


async def locked_slots(session: AsyncSession, shift_id: uuid.UUID) -> Sequence[Slot]:
    """All slots of a shift, held in one order."""
    statement = select(Slot).where(Slot.shift_id == shift_id).order_by(Slot.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def sign_up(session: AsyncSession, caller: Caller, sign_up_id: uuid.UUID) -> SignUp:
    """One sign-up that is the caller's, or that they may organize; raises `NotFound` for absent and unseen alike."""
    joined = select(SignUp).join(Shift, Shift.id == SignUp.shift_id).join(Activity, Activity.id == Shift.activity_id)
    theirs = or_(SignUp.person_id.in_(caller.person_ids), organizable_by(caller))
    found = await session.scalar(joined.where(SignUp.id == sign_up_id, theirs))
    if found is None:
        raise NotFound
    return found


async def locked_sign_up(session: AsyncSession, sign_up_id: uuid.UUID) -> SignUp:
    """A sign-up that is known to be there, held, as it stands now."""
    statement = select(SignUp).where(SignUp.id == sign_up_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def standing(session: AsyncSession, shift_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> SignUp | None:
    """What somebody, known by these ids, has in a shift that was not cancelled, lapsed or released; held."""
    mine = (SignUp.shift_id == shift_id, SignUp.person_id.in_(ids), SignUp.state.in_([*HOLDS, SignUpState.WAITING]))
    statement = select(SignUp).where(*mine).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def line(session: AsyncSession, slot_id: uuid.UUID) -> Sequence[SignUp]:
    """Who was promoted or waits for a slot, in the order of the waiting list."""
    statement = select(SignUp).where(SignUp.slot_id == slot_id, SignUp.state.in_(IN_LINE)).order_by(SignUp.n)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def of_shift(
    session: AsyncSession, shift_id: uuid.UUID, states: Collection[SignUpState], most: int | None = None
) -> Sequence[SignUp]:
    """The sign-ups of a shift in some states, in one order of people, held; not more than `most`."""
    statement = select(SignUp).where(SignUp.shift_id == shift_id, SignUp.state.in_(states)).limit(most)
    statement = statement.order_by(SignUp.person_id, SignUp.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def roll(session: AsyncSession, shift_id: uuid.UUID, wanted: PageRequest) -> tuple[list[SignUp], str | None]:
    """One page of everybody who signed up for a shift or walked in."""
    rows, cursor = await page(session, select(SignUp).where(SignUp.shift_id == shift_id), [SignUp.n], wanted)
    return [row[0] for row in rows], cursor


async def my_sign_ups(session: AsyncSession, caller: Caller, wanted: SignUpFilter) -> tuple[list[SignUp], str | None]:
    """One page of the caller's own sign-ups, the newest first."""
    statement = select(SignUp).where(SignUp.person_id.in_(caller.person_ids))
    if not wanted.all:
        statement = statement.where(SignUp.state.in_(OPEN))
    rows, cursor = await page(session, statement, [SignUp.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def mine_in(session: AsyncSession, caller: Caller, activity_id: uuid.UUID) -> Sequence[SignUp]:
    """The caller's own sign-ups for an activity, the oldest first."""
    joined = select(SignUp).join(Shift, Shift.id == SignUp.shift_id).where(Shift.activity_id == activity_id)
    return (await session.scalars(joined.where(SignUp.person_id.in_(caller.person_ids)).order_by(SignUp.n))).all()


async def activities(
    session: AsyncSession, caller: Caller, wanted: ActivityFilter
) -> tuple[list[Activity], str | None]:
    """One page of activities, the newest first."""
    statement = select(Activity).where(visible_to(caller))
    match wanted.scope:
        case "open":
            open_ones = (Activity.state == ActivityState.PUBLISHED, published_to(caller))
            region = wanted.region or caller.home_region_code or ""
            statement = statement.where(*open_ones, around(Activity.region_code, region))
        case "mine":
            statement = statement.where(or_(signed_up_by(caller), organized_by(caller)))
        case "desk":
            statement = statement.where(under(Activity.region_code, caller.reach()))
    if wanted.region and wanted.scope != "open":
        statement = statement.where(under(Activity.region_code, [wanted.region]))
    for column, value in (
        (Activity.kind, wanted.kind),
        (Activity.state, wanted.state),
        (Activity.brand, wanted.brand),
        (Activity.organization_id, wanted.organization_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows, cursor = await page(session, statement, [Activity.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def on_at(
    session: AsyncSession, whose: ColumnElement[bool], region_code: str, at: datetime, margin: timedelta
) -> Sequence[tuple[Shift, Activity]]:
    """The published shifts around a region, of some activities, that presence counts in at a moment."""
    statement = (
        select(Shift, Activity)
        .join(Activity, Activity.id == Shift.activity_id)
        .where(around(Activity.region_code, region_code), Activity.published_at.is_not(None), whose)
        .where(Shift.state != ShiftState.CANCELLED, Shift.starts_at <= at + margin, Shift.ends_at >= at - margin)
    )
    return [(row[0], row[1]) for row in await session.execute(statement.order_by(Shift.starts_at, Shift.id))]


async def held_in(
    session: AsyncSession, shift_ids: Collection[uuid.UUID], person_ids: Sequence[uuid.UUID]
) -> set[uuid.UUID]:
    """In which of some shifts somebody, known by these ids, has a place or waits for one."""
    standing = SignUp.state.in_([*HOLDS, SignUpState.WAITING])
    mine = select(SignUp.shift_id).where(SignUp.shift_id.in_(shift_ids), SignUp.person_id.in_(person_ids), standing)
    return set(await session.scalars(mine))


async def leads(session: AsyncSession, activity_id: uuid.UUID, member_id: uuid.UUID) -> bool:
    """Whether a member is one of its leaders."""
    named = exists().where(Leader.activity_id == activity_id, Leader.member_id == member_id)
    return bool(await session.scalar(select(named)))


async def leaders(session: AsyncSession, activity_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Its leaders' ids."""
    found = select(Leader.member_id).where(Leader.activity_id == activity_id).order_by(Leader.member_id)
    return (await session.scalars(found)).all()


async def items(session: AsyncSession, activity_id: uuid.UUID) -> Sequence[Item]:
    """Its named tasks, in order."""
    return (await session.scalars(select(Item).where(Item.activity_id == activity_id).order_by(Item.position))).all()


async def spots(session: AsyncSession, activity_ids: Collection[uuid.UUID]) -> Sequence[Spot]:
    """The places of some activities, in order."""
    statement = select(Spot).where(Spot.activity_id.in_(activity_ids)).order_by(Spot.position)
    return (await session.scalars(statement)).all()


async def shifts(session: AsyncSession, activity_id: uuid.UUID, states: Collection[ShiftState]) -> Sequence[Shift]:
    """The shifts of an activity in some states, the first one first."""
    statement = select(Shift).where(Shift.activity_id == activity_id, Shift.state.in_(states))
    return (await session.scalars(statement.order_by(Shift.starts_at, Shift.id))).all()


async def slots(session: AsyncSession, shift_ids: Collection[uuid.UUID]) -> Sequence[Slot]:
    """The slots of some shifts, in the order in which they were made."""
    return (await session.scalars(select(Slot).where(Slot.shift_id.in_(shift_ids)).order_by(Slot.id))).all()


async def forget_draft(session: AsyncSession, activity_id: uuid.UUID) -> None:
    """Remove everything that hangs on a draft, for which nobody can have signed up."""
    its_shifts = select(Shift.id).where(Shift.activity_id == activity_id)
    await session.execute(delete(Slot).where(Slot.shift_id.in_(its_shifts)))
    for table in (Shift, Spot, Item, Leader):
        await session.execute(delete(table).where(table.activity_id == activity_id))


def due_slots(now: datetime) -> Select[Slot]:
    """Slots of which a promotion has lapsed, the longest ago first."""
    return select(Slot).where(Slot.timer_at <= now).order_by(Slot.timer_at)


def due_shifts(now: datetime) -> Select[Shift]:
    """Shifts that are to be called to mind, begin or close, the longest due first."""
    return select(Shift).where(Shift.timer_at <= now).order_by(Shift.timer_at)


async def entries_since(session: AsyncSession, region_code: str, since: datetime) -> int:
    """How many entries after the fact a region has made since a moment and that were not refused."""
    made = (LateEntry.region_code == region_code, LateEntry.entered_at >= since, LateEntry.accepted.is_not(False))
    return await session.scalar(select(func.count()).select_from(LateEntry).where(*made)) or 0


async def late_entries(
    session: AsyncSession, caller: Caller, wanted: LateEntryFilter
) -> tuple[list[LateEntry], str | None]:
    """One page of the entries after the fact of the caller's regions, the newest first."""
    statement = select(LateEntry).where(under(LateEntry.region_code, caller.reach()))
    if not wanted.all:
        statement = statement.where(LateEntry.decided_by.is_(None))
    rows, cursor = await page(session, statement, [LateEntry.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def late_entry(session: AsyncSession, caller: Caller, entry_id: uuid.UUID) -> LateEntry:
    """One entry after the fact of the caller's regions, held; raises `NotFound` for absent and unseen alike."""
    statement = select(LateEntry).where(LateEntry.id == entry_id, under(LateEntry.region_code, caller.reach()))
    found = await session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


async def locked_activity(session: AsyncSession, activity_id: uuid.UUID) -> Activity:
    """An activity that is known to be there, held, as it stands now."""
    statement = select(Activity).where(Activity.id == activity_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def sign_up_in(session: AsyncSession, shift_id: uuid.UUID, sign_up_id: uuid.UUID | None) -> SignUp | None:
    """A sign-up of a shift."""
    return await session.scalar(select(SignUp).where(SignUp.id == sign_up_id, SignUp.shift_id == shift_id))


async def wait_to_enter(session: AsyncSession, region_code: str) -> None:
    """Hold a region's month of entries until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"late entries {region_code}", 0))))
