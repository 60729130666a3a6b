"""Every select of pairings, bookings and contributions."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.cobuilding.lists.lifecycle import OCCUPIES, BookingState
from app.cobuilding.lists.models import ListItem, ListKind
from app.cobuilding.lists.queries import items_visible_to
from app.cobuilding.lists.sharing_models import Booking, Contribution, Pairing
from app.cobuilding.lists.sharing_schemas import BookingsWanted, ContributionsWanted
from app.kit.errors import NotFound
from app.kit.pagination import PageRequest, page
from app.regions.queries import under

MOST_COMPARED = 2_000
"""Lines of one kind that a line is compared with."""


async def others(session: AsyncSession, caller: Caller, item: ListItem, within: str) -> Sequence[ListItem]:
    """What may fit an item: the resources, or the needs, that stand in a region."""
    kind = ListKind.RESOURCE if item.kind == ListKind.NEEDS else ListKind.NEEDS
    standing = select(ListItem).where(ListItem.kind == kind, ListItem.withdrawn_at.is_(None), items_visible_to(caller))
    near = standing.where(under(ListItem.region_code, [within])).order_by(ListItem.id.desc())
    return (await session.scalars(near.limit(MOST_COMPARED))).all()


async def live_pairings(session: AsyncSession, item_ids: Collection[uuid.UUID]) -> Sequence[Pairing]:
    """The pairings that stand of some needs or resources."""
    either = or_(Pairing.need_id.in_(item_ids), Pairing.resource_id.in_(item_ids))
    return (await session.scalars(select(Pairing).where(either, Pairing.ended_at.is_(None)).order_by(Pairing.id))).all()


async def pairing(session: AsyncSession, caller: Caller, one: uuid.UUID) -> tuple[Pairing, ListItem]:
    """One pairing, locked, with its need; raises `NotFound` for absent and unseen alike."""
    joined = select(Pairing, ListItem).join(ListItem, ListItem.id == Pairing.need_id)
    seen = joined.where(Pairing.id == one, items_visible_to(caller)).with_for_update(of=Pairing)
    found = (await session.execute(seen.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def items_by_id(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ListItem]:
    """Those of some items that the caller may see."""
    found = await session.scalars(select(ListItem).where(ListItem.id.in_(ids), items_visible_to(caller)))
    return {one.id: one for one in found}


def bookings_visible_to(caller: Caller) -> ColumnElement[bool]:
    """One's own and one's organizations', those of what these own, and all of one's regions."""
    mine = Booking.organization_id.in_(caller.organization_ids)
    owned = Booking.owner_id.in_(caller.organization_ids)
    return or_(Booking.booked_by == caller.account_id, mine, owned, under(Booking.region_code, caller.reach()))


async def booking(session: AsyncSession, caller: Caller, one: uuid.UUID) -> tuple[Booking, ListItem]:
    """One booking, locked, with its item; raises `NotFound` for absent and unseen alike."""
    joined = select(Booking, ListItem).join(ListItem, ListItem.id == Booking.item_id)
    seen = joined.where(Booking.id == one, bookings_visible_to(caller)).with_for_update(of=Booking)
    found = (await session.execute(seen.execution_options(populate_existing=True))).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def bookings(
    session: AsyncSession, caller: Caller, wanted: BookingsWanted
) -> tuple[list[tuple[Booking, ListItem]], str | None]:
    """One page of bookings with their items, the newest first."""
    statement = select(Booking, ListItem).join(ListItem, ListItem.id == Booking.item_id)
    statement = statement.where(bookings_visible_to(caller))
    if wanted.item_id:
        statement = statement.where(Booking.item_id == wanted.item_id)
    if wanted.organization_id:
        statement = statement.where(Booking.organization_id == wanted.organization_id)
    if wanted.state:
        statement = statement.where(Booking.state == wanted.state)
    rows, cursor = await page(session, statement, [Booking.id], wanted, descending=True)
    return [(row[0], row[1]) for row in rows], cursor


async def occupying(
    session: AsyncSession, item_id: uuid.UUID, during: Range[datetime], now: datetime
) -> Sequence[Booking]:
    """The bookings that hold something of an item at some moment of a stretch.

    What is not back in time is away until it is, so it counts for every stretch.
    """
    away = and_(Booking.state == BookingState.HANDED_OVER, func.upper(Booking.during) <= now)
    held = select(Booking).where(Booking.item_id == item_id, Booking.state.in_(OCCUPIES))
    return (await session.scalars(held.where(or_(Booking.during.overlaps(during), away)))).all()


async def times(
    session: AsyncSession, item_id: uuid.UUID, since: datetime, wanted: PageRequest
) -> tuple[list[Booking], str | None]:
    """One page of what is occupied of an item from a moment on, in the order of booking."""
    held = select(Booking).where(Booking.item_id == item_id, Booking.state.in_(OCCUPIES))
    rows, cursor = await page(session, held.where(func.upper(Booking.during) > since), [Booking.id], wanted)
    return [row[0] for row in rows], cursor


def due_loans(now: datetime) -> Select[Booking]:
    """Loans that are not back in time, the oldest first."""
    return select(Booking).where(Booking.timer_at <= now).order_by(Booking.timer_at)


def contributions_visible_to(caller: Caller) -> ColumnElement[bool]:
    """One's organizations', and all of one's regions; everybody reads the sums."""
    own = Contribution.organization_id.in_(caller.organization_ids)
    return or_(own, under(Contribution.region_code, caller.reach()))


async def contribution(session: AsyncSession, caller: Caller, one: uuid.UUID) -> Contribution:
    """One contribution; raises `NotFound` for absent and unseen alike."""
    found = await session.scalar(select(Contribution).where(Contribution.id == one, contributions_visible_to(caller)))
    if found is None:
        raise NotFound
    return found


async def contributions(
    session: AsyncSession, caller: Caller, wanted: ContributionsWanted
) -> tuple[list[Contribution], str | None]:
    """One page of contributions, the newest first."""
    statement = select(Contribution).where(contributions_visible_to(caller))
    if wanted.item_id:
        statement = statement.where(Contribution.item_id == wanted.item_id)
    if wanted.organization_id:
        statement = statement.where(Contribution.organization_id == wanted.organization_id)
    rows, cursor = await page(session, statement, [Contribution.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


Sum = tuple[str, str, str, int]
"""Kind, name and unit of goods, and how much."""


async def sums(session: AsyncSession, item_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Sum]]:
    """What some items were given, less what was taken back."""
    columns = (Contribution.item_id, Contribution.kind, Contribution.what, Contribution.unit)
    added = select(*columns, func.sum(Contribution.amount)).where(Contribution.item_id.in_(item_ids))
    grouped = added.group_by(*columns).having(func.sum(Contribution.amount) > 0).order_by(*columns)
    found: dict[uuid.UUID, list[Sum]] = {}
    for item_id, kind, what, unit, amount in await session.execute(grouped):
        found.setdefault(item_id, []).append((kind, what or "", unit or "", int(amount)))
    return found
