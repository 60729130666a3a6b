"""资源需求对接: what fits a need or a resource, and pairing the two."""

import uuid

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import compiling, fitting, queries
from app.cobuilding.lists import sharing_queries as sharing
from app.cobuilding.lists.errors import AlreadyPaired
from app.cobuilding.lists.events import SharingEvent
from app.cobuilding.lists.fitting import Offer
from app.cobuilding.lists.models import ListItem, ListKind
from app.cobuilding.lists.sharing_models import Pairing
from app.cobuilding.lists.sharing_schemas import EndIn, FitReason, PairIn
from app.kit import clock, db
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest
from app.policies import service as policies
from app.policies.list_rules import ListKey

DISTRICT = 6
"""Digits of a district's code: beyond it nobody looks for a resource."""
Fit = tuple[ListItem, int, dict[FitReason, str]]


async def fits(session: AsyncSession, caller: Caller, item_id: uuid.UUID, most: int) -> tuple[ListItem, list[Fit]]:
    """What of the district fits a need or a resource, best first; raises `ActionNotAllowed` for other lines."""
    item = await queries.item(session, caller, item_id)
    if item.kind not in (ListKind.NEEDS, ListKind.RESOURCE):
        raise ActionNotAllowed
    weights, at_least = await _rules(session, item.region_code)
    found = []
    for other in await sharing.others(session, caller, item, item.region_code[:DISTRICT]):
        need, resource = (item, other) if item.kind == ListKind.NEEDS else (other, item)
        how_well = fitting.score(offer(need), offer(resource), weights)
        if how_well >= at_least:
            found.append((other, how_well, fitting.reasons(offer(need), offer(resource), weights)))
    found.sort(key=lambda fit: fit[1], reverse=True)
    return item, found[:most]


async def _rules(session: AsyncSession, region_code: str) -> tuple[dict[FitReason, int], int]:
    weights, at_least = await policies.values(session, (ListKey.FIT_WEIGHTS, ListKey.FIT_AT_LEAST), region_code)
    return {reason: getattr(weights, reason) for reason in FitReason}, at_least


def offer(item: ListItem) -> Offer:
    """What of a line decides what it fits."""
    return Offer(item.category, frozenset(item.skills), f"{item.title}。{item.detail or ''}", item.region_code)


async def pair(session: AsyncSession, caller: Caller, need_id: uuid.UUID, body: PairIn) -> ListItem:
    """Say that a resource meets a need; the need's desk may. Raises `AlreadyPaired`."""
    need = await compiling.at_the_desk(session, caller, need_id)
    if need.kind != ListKind.NEEDS:
        raise ActionNotAllowed
    resource = (await sharing.items_by_id(session, caller, [body.resource_id])).get(body.resource_id)
    if resource is None or resource.kind != ListKind.RESOURCE or resource.withdrawn_at:
        raise InvalidRequest.field("resource_id", "unknown_id", "没有这项资源", "there is no such resource")
    weights, _ = await _rules(session, need.region_code)
    made = Pairing(
        id=new_id(),
        need_id=need.id,
        resource_id=resource.id,
        region_code=need.region_code,
        score=fitting.score(offer(need), offer(resource), weights),
        paired_by=caller.account_id,
        paired_at=clock.now(),
    )
    session.add(made)
    try:
        await session.flush()  # the constraint says whether they are paired already
    except IntegrityError as error:
        if db.violated(error) == AlreadyPaired.constraint:
            raise AlreadyPaired from error
        raise
    compiling.tell(session, SharingEvent.PAIRED, need, caller, resource_id=resource.id)
    return need


async def part(session: AsyncSession, caller: Caller, pairing_id: uuid.UUID, body: EndIn) -> ListItem:
    """Say that they do not go together any more, once."""
    pairing, need = await sharing.pairing(session, caller, pairing_id)
    caller.require(DISPATCHERS, pairing.region_code)
    if pairing.ended_at:
        raise ActionNotAllowed
    pairing.ended_at, pairing.reason = clock.now(), body.reason
    compiling.tell(session, SharingEvent.PARTED, need, caller, resource_id=pairing.resource_id)
    return need
