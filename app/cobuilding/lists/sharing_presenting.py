"""What fits, pairings, bookings and contributions as one caller may see them."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import booking, occupancy, pairing, relations
from app.cobuilding.lists import sharing_queries as queries
from app.cobuilding.lists.lifecycle import BookingAction, BookingState, actions
from app.cobuilding.lists.models import ListItem
from app.cobuilding.lists.sharing_models import Booking, Contribution, ContributionKind
from app.cobuilding.lists.sharing_schemas import (
    BookingOut,
    BookingsWanted,
    ContributedOut,
    ContributionOut,
    ContributionsWanted,
    FitOut,
    FitReasonOut,
    FitsWanted,
    GoodsOut,
    PairedOut,
    TimeOut,
    TimesWanted,
)
from app.kit import clock
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.organizations import queries as organizations
from app.regions import queries as regions

BOOKING_SAME = (
    *("id", "item_id", "region_code", "quantity", "organization_id", "purpose", "state"),
    *("handed_over_at", "ended_at", "reason"),
)


async def fits(session: AsyncSession, caller: Caller, item_id: uuid.UUID, wanted: FitsWanted) -> Page[FitOut]:
    """What fits a need or a resource, best first; there is one page of it."""
    item, found = await pairing.fits(session, caller, item_id, wanted.limit)
    owners = await organizations.organizations(session, [other.owner_id for other, _, _ in found])
    places = await regions.full_names(session, {other.region_code for other, _, _ in found})
    live = await queries.live_pairings(session, [item.id])
    paired = {one for pair in live for one in (pair.need_id, pair.resource_id)}
    items = [
        FitOut(
            item_id=other.id,
            title=other.title,
            owner=owners[other.owner_id].name if other.owner_id else None,
            region_name=places.get(other.region_code, ""),
            score=score,
            reasons=[FitReasonOut(code=code, text=text) for code, text in why.items()],
            paired=other.id in paired,
        )
        for other, score, why in found
    ]
    return Page(items=items)


async def paired_of(
    session: AsyncSession, caller: Caller, item_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[PairedOut]]:
    """What some needs are met by, and some resources meet, as far as the caller may see it."""
    live = await queries.live_pairings(session, item_ids)
    ends = [(one, *both) for one in live for both in ((one.need_id, one.resource_id), (one.resource_id, one.need_id))]
    others = await queries.items_by_id(session, caller, {other for _, _, other in ends}) if ends else {}
    owners = await organizations.organizations(session, [one.owner_id for one in others.values()])
    found: dict[uuid.UUID, list[PairedOut]] = {}
    for pair, here, there in ends:
        if other := others.get(there):
            owner = owners[other.owner_id].name if other.owner_id else None
            shown = PairedOut(id=pair.id, item_id=other.id, title=other.title, owner=owner)
            found.setdefault(here, []).append(shown)
    return found


async def bookings(session: AsyncSession, caller: Caller, wanted: BookingsWanted) -> Page[BookingOut]:
    """One page of bookings."""
    found, cursor = await queries.bookings(session, caller, wanted)
    return Page(items=await _bookings_out(session, caller, found), next_cursor=cursor)


async def booking_out(session: AsyncSession, caller: Caller, found: tuple[Booking, ListItem]) -> BookingOut:
    """A booking that the caller has just made or moved."""
    (answer,) = await _bookings_out(session, caller, [found])
    return answer


async def _bookings_out(
    session: AsyncSession, caller: Caller, found: Sequence[tuple[Booking, ListItem]]
) -> list[BookingOut]:
    bodies = await organizations.organizations(session, [one.organization_id for one, _ in found])
    now, shown = clock.now(), []
    for one, item in found:
        starts_at, ends_at = occupancy.bounds(one.during)
        may = actions(one.state, relations.of(caller, one.region_code, one.organization_id, one.owner_id))
        if one.is_venue or ends_at <= now:
            barred = {BookingAction.HAND_OVER} if one.is_venue else set()
            barred |= {BookingAction.CANCEL} if ends_at <= now else set()
            may = [action for action in may if action not in barred]
        shown.append(
            BookingOut(
                **{name: getattr(one, name) for name in BOOKING_SAME},
                title=item.title,
                starts_at=starts_at,
                ends_at=ends_at,
                organization=bodies[one.organization_id].name if one.organization_id else None,
                overdue=one.state == BookingState.HANDED_OVER and ends_at <= now,
                actions=may,
            )
        )
    return shown


async def times(session: AsyncSession, caller: Caller, item_id: uuid.UUID, wanted: TimesWanted) -> Page[TimeOut]:
    """When a thing, or how much of it, is not to be had from a moment on."""
    item = await booking.times_of(session, caller, item_id)
    found, cursor = await queries.times(session, item.id, wanted.since or clock.now(), wanted)
    items = []
    for one in found:
        starts_at, ends_at = occupancy.bounds(one.during)
        items.append(TimeOut(starts_at=starts_at, ends_at=ends_at, quantity=one.quantity))
    return Page(items=items, next_cursor=cursor)


async def contributions(session: AsyncSession, caller: Caller, wanted: ContributionsWanted) -> Page[ContributionOut]:
    """One page of contributions."""
    found, cursor = await queries.contributions(session, caller, wanted)
    return Page(items=await _contributions_out(session, caller, found), next_cursor=cursor)


async def contribution_out(session: AsyncSession, caller: Caller, found: Contribution) -> ContributionOut:
    """A contribution that was just noted."""
    (answer,) = await _contributions_out(session, caller, [found])
    return answer


async def _contributions_out(
    session: AsyncSession, caller: Caller, found: Sequence[Contribution]
) -> list[ContributionOut]:
    """Some contributions with who gave: a person's name is whole for the desk alone."""
    bodies = await organizations.organizations(session, [one.organization_id for one in found])
    said = {"organization", "giver"}
    return [
        ContributionOut(
            **{name: getattr(one, name) for name in ContributionOut.model_fields if name not in said},
            organization=bodies[one.organization_id].name if one.organization_id else None,
            giver=one.giver if caller.covers(one.region_code, DISPATCHERS) else mask_name(one.giver),
        )
        for one in found
    ]


async def contributed_of(session: AsyncSession, item_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ContributedOut]:
    """What some items were given, kept apart."""
    sums = await queries.sums(session, item_ids)
    found = {}
    for item_id in item_ids:
        of_kind: dict[str, list[tuple[str, str, int]]] = {kind: [] for kind in ContributionKind}
        for kind, what, unit, amount in sums.get(item_id, []):
            of_kind[kind].append((what, unit, amount))
        found[item_id] = ContributedOut(
            money=sum(amount for _, _, amount in of_kind[ContributionKind.MONEY]),
            people=sum(amount for _, _, amount in of_kind[ContributionKind.PEOPLE]),
            goods=[GoodsOut(what=w, unit=u, quantity=n) for w, u, n in of_kind[ContributionKind.GOODS]],
        )
    return found
