"""Draw a list up: make it, write its lines, take a line off."""

import uuid
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import occupancy, queries
from app.cobuilding.lists.errors import ListFull, Occupied
from app.cobuilding.lists.events import ListEvent
from app.cobuilding.lists.models import CommunityList, ListItem, ListKind, ResourceForm
from app.cobuilding.lists.schemas import LineIn, ListIn, WithdrawalIn
from app.demands.filing import check_category
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.organizations import queries as organizations
from app.regions import queries as regions
from app.regions.errors import UnknownRegion

MOST_ITEMS = 1_000
"""Lines of one list, some thirty printed pages of them."""


async def draw_up(session: AsyncSession, caller: Caller, body: ListIn) -> CommunityList:
    """An empty list of a region and a year; of two at once, the second raises `ListExists`."""
    caller.require(DISPATCHERS, body.region_code)
    if await regions.region(session, body.region_code) is None:
        raise UnknownRegion
    made = CommunityList(
        id=new_id(),
        kind=body.kind,
        region_code=body.region_code,
        year=body.year,
        version=0,
        made_by=caller.account_id,
        made_at=clock.now(),
    )
    session.add(made)
    await session.flush()  # the constraint says whether there is one already
    tell(session, ListEvent.DRAWN_UP, made, caller)
    return made


async def add(session: AsyncSession, caller: Caller, list_id: uuid.UUID, body: LineIn) -> ListItem:
    """Write a line; everybody reads it once it is published. Raises `ListFull`."""
    whole = await queries.one_list(session, caller, list_id, lock=True)
    caller.require(DISPATCHERS, whole.region_code)
    return await written(session, caller, whole, body)


async def written(session: AsyncSession, caller: Caller, whole: CommunityList, body: LineIn) -> ListItem:
    """A new line of a list that the caller has locked and may write."""
    await _check(session, whole.kind, body)
    if await queries.count(session, whole.id) >= MOST_ITEMS:
        raise ListFull
    made = ListItem(
        id=new_id(),
        list_id=whole.id,
        kind=whole.kind,
        region_code=whole.region_code,
        made_by=caller.account_id,
        made_at=clock.now(),
        **dict(body),
    )
    session.add(made)
    tell(session, ListEvent.ITEM_ADDED, made, caller)
    return made


async def change(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: LineIn) -> ListItem:
    """Write a line anew; what is published keeps what it said, the next version has the new words."""
    item = await at_the_desk(session, caller, item_id)
    await _check(session, item.kind, body)
    await _check_held(session, item, body)
    for name, value in body:
        setattr(item, name, value)
    tell(session, ListEvent.ITEM_CHANGED, item, caller)
    return item


async def withdraw(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: WithdrawalIn) -> ListItem:
    """Take a line off, for a reason; what it became goes on."""
    item = await at_the_desk(session, caller, item_id)
    item.withdrawn_at, item.reason = clock.now(), body.reason
    tell(session, ListEvent.ITEM_WITHDRAWN, item, caller)
    return item


async def at_the_desk(session: AsyncSession, caller: Caller, item_id: uuid.UUID) -> ListItem:
    """An item that stands, locked, for its desk; raises `ActionNotAllowed` for one that was withdrawn."""
    item = await queries.item(session, caller, item_id, lock=True)
    caller.require(DISPATCHERS, item.region_code)
    if item.withdrawn_at:
        raise ActionNotAllowed
    return item


async def _check(session: AsyncSession, kind: ListKind, body: LineIn) -> None:
    check_category(body.category)
    if (kind == ListKind.RESOURCE) != (body.form is not None):
        raise InvalidRequest.field(
            "form", "form", "资源清单须填写资源形式，其他清单不填", "a resource has a form, and nothing else has"
        )
    if body.form == ResourceForm.GOODS and body.quantity is None:
        raise InvalidRequest.field("quantity", "missing", "物资请填写数量", "say how many there are")
    if body.owner_id is None and body.mode != "open":
        raise InvalidRequest.field("owner_id", "missing", "指定认领的条目请填写责任单位", "say whose it is to do")
    if body.owner_id and await organizations.organization(session, body.owner_id) is None:
        raise InvalidRequest.field("owner_id", "unknown_id", "没有这个组织", "there is no such organization")


async def _check_held(session: AsyncSession, item: ListItem, body: LineIn) -> None:
    """Raise `Occupied` where more is booked than there would be left."""
    held = await occupancy.most_held(session, item) if item.form else 0
    if held and (body.form != item.form or held > (body.quantity or 1)):
        raise Occupied


def tell(session: AsyncSession, kind: StrEnum, one: CommunityList | ListItem, caller: Caller, **more: object) -> None:
    """Write down what happened to a list or an item."""
    events.record(session, kind, subject=one.id, region_code=one.region_code, actor=caller.account_id, **more)
