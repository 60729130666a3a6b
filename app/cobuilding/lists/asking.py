"""Make a demand of a line, in one call."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.cobuilding.lists import compiling, queries
from app.cobuilding.lists.errors import AlreadyAsked
from app.cobuilding.lists.events import ListEvent
from app.cobuilding.lists.models import ItemDemand, ItemMode, ListItem, ListKind
from app.cobuilding.lists.schemas import AskIn
from app.demands import filing
from app.demands.lifecycle import Kind
from app.demands.schemas import DemandIn, DispatchIn
from app.kit.errors import ActionNotAllowed, InvalidRequest

AS = {ListKind.SERVICE: Kind.PROJECT, ListKind.PROJECT: Kind.PROJECT, ListKind.NEEDS: Kind.REQUEST}
"""What a line becomes; a resource becomes nothing, it is booked."""


async def ask(session: AsyncSession, caller: Caller, item_id: uuid.UUID, body: AskIn) -> ListItem:
    """File a published line as a demand and put it out, open or to whom it is assigned. Raises `AlreadyAsked`."""
    item = await compiling.at_the_desk(session, caller, item_id)
    if item.kind not in AS or item.published_at is None:
        raise ActionNotAllowed
    if await queries.is_under_way(session, item.id):
        raise AlreadyAsked
    demand = await filing.file(session, caller, _demand(item, body))
    await session.flush()  # the row below refers to it
    session.add(ItemDemand(demand_id=demand.id, item_id=item.id))
    compiling.tell(session, ListEvent.ITEM_ASKED, item, caller, demand_id=demand.id)
    return item


def _demand(item: ListItem, body: AskIn) -> DemandIn:
    mode = body.mode or item.mode
    whom = (body.organization_id or item.owner_id) if mode == ItemMode.ASSIGNED else None
    if mode == ItemMode.ASSIGNED and whom is None:
        raise InvalidRequest.field("organization_id", "missing", "请指定单位", "say to whom it is assigned")
    plan = {
        "mode": mode,
        "slots": body.slots or item.slots,
        "skills": item.skills,
        "organization_ids": [str(whom)] if whom else [],
        "starts_at": body.starts_at,
        "ends_at": body.ends_at,
    }
    return DemandIn(
        kind=AS[item.kind],
        category=item.category,
        title=item.title,
        description=item.detail or item.title,
        region_code=item.region_code,
        answers=body.answers,
        dispatch=DispatchIn.model_validate(plan),
    )
