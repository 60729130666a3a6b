"""场地预订、物资借用: a venue is booked once at a time, of goods never more than there are."""

import uuid
from datetime import datetime

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import occupancy, queries, relations
from app.cobuilding.lists import sharing_queries as sharing
from app.cobuilding.lists.errors import Occupied
from app.cobuilding.lists.events import BookingEvent
from app.cobuilding.lists.lifecycle import BookingAction, BookingState, moved, require
from app.cobuilding.lists.models import ListItem, ResourceForm
from app.cobuilding.lists.sharing_models import Booking
from app.cobuilding.lists.sharing_schemas import BookIn
from app.kit import clock, db, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.kit.timers import Timer
from app.organizations import queries as organizations
from app.policies import service as policies
from app.policies.list_rules import ListKey

BOOKABLE = frozenset({ResourceForm.VENUE, ResourceForm.GOODS})


async def book(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: BookIn) -> tuple[Booking, ListItem]:
    """Book for one's organization, or as the desk for anybody; of two at once, the second raises `Occupied`."""
    item = await queries.item(session, caller, item_id, lock=True)
    if body.organization_id not in caller.organization_ids:
        caller.require(DISPATCHERS, item.region_code)
        if body.organization_id and await organizations.organization(session, body.organization_id) is None:
            raise InvalidRequest.field("organization_id", "unknown_id", "没有这个组织", "there is no such organization")
    await _check(session, item, body)
    if item.form not in BOOKABLE or item.published_at is None or item.withdrawn_at:
        raise ActionNotAllowed
    during = Range(body.starts_at, body.ends_at)
    is_venue = item.form == ResourceForm.VENUE
    if not is_venue and await occupancy.most_held(session, item, during) + body.quantity > (item.quantity or 0):
        raise Occupied
    made = Booking(
        id=new_id(),
        item_id=item.id,
        region_code=item.region_code,
        is_venue=is_venue,
        owner_id=item.owner_id,
        during=during,
        quantity=body.quantity,
        organization_id=body.organization_id,
        purpose=body.purpose,
        state=BookingState.BOOKED,
        booked_by=caller.account_id,
        booked_at=clock.now(),
    )
    session.add(made)
    try:
        await session.flush()  # the constraint decides over a venue
    except IntegrityError as error:
        if db.violated(error) == Occupied.constraint:
            raise Occupied from error
        raise
    tell(session, BookingEvent.BOOKED, made, caller)
    return made, item


async def _check(session: AsyncSession, item: ListItem, body: BookIn) -> None:
    """Raise `InvalidRequest` for a time that no rule allows."""
    longest, ahead = await policies.values(session, (ListKey.BOOKING_LONGEST, ListKey.BOOKING_AHEAD), item.region_code)
    now = clock.now()
    if body.ends_at <= now:
        raise InvalidRequest.field("ends_at", "past", "时间已过", "it is over already")
    if body.starts_at > now + ahead:
        raise InvalidRequest.field("starts_at", "too_far_ahead", "超过可提前预订的时间", "too far ahead")
    if body.ends_at - body.starts_at > policies.for_category(longest, str(item.form)):
        raise InvalidRequest.field("ends_at", "too_long", "超过每次最长可订时间", "longer than one may book")
    if item.form == ResourceForm.VENUE and body.quantity != 1:
        raise InvalidRequest.field("quantity", "venue", "场地不填数量", "a venue is booked whole")


async def move(
    session: AsyncSession, caller: Caller, booking_id: uuid.UUID, action: BookingAction, reason: str | None = None
) -> tuple[Booking, ListItem]:
    """Hand goods over, take them back, or cancel a booking."""
    booking, item = await sharing.booking(session, caller, booking_id)
    held = relations.of(caller, booking.region_code, booking.organization_id, booking.owner_id)
    require(action, held)
    if booking.is_venue and action != BookingAction.CANCEL:
        raise ActionNotAllowed
    ends_at: datetime = occupancy.bounds(booking.during)[1]
    if action == BookingAction.CANCEL and ends_at <= clock.now():
        raise ActionNotAllowed
    booking.state, now = BookingState(moved(booking.state, action)), clock.now()
    if action == BookingAction.HAND_OVER:
        booking.handed_over_at, booking.timer_at = now, ends_at
    else:
        booking.ended_at, booking.timer_at, booking.reason = now, None, reason
    tell(session, BookingEvent(f"booking.{booking.state}"), booking, caller)
    return booking, item


def tell(session: AsyncSession, kind: BookingEvent, one: Booking, caller: Caller | None) -> None:
    """Write down what happened to a booking."""
    actor, what = caller.account_id if caller else None, one.item_id
    events.record(session, kind, subject=one.id, region_code=one.region_code, actor=actor, item_id=what)


async def times_of(session: AsyncSession, caller: Caller, item_id: uuid.UUID) -> ListItem:
    """A thing that can be booked, for whoever may read it; raises `ActionNotAllowed` for what cannot."""
    item = await queries.item(session, caller, item_id)
    if item.form not in BOOKABLE:
        raise ActionNotAllowed
    return item


async def _call_back(session: AsyncSession, booking: Booking, _: datetime) -> None:
    """Goods that are not back in time are called back, once."""
    booking.timer_at = None
    tell(session, BookingEvent.OVERDUE, booking, None)


LOANS = Timer("loans", sharing.due_loans, Booking.id, _call_back)
