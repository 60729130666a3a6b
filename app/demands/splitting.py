"""拆分: one demand becomes several, each with a category, a plan and a desk of its own; its filer is asked once."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import dispatching, filing, moving, queries, relations
from app.demands.events import DemandEvent
from app.demands.following_schemas import ChildIn, SplitIn
from app.demands.lifecycle import LIVE, Action, ClaimState
from app.demands.models import Demand, NoteKind
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest, Text
from app.regions import queries as regions

FROM_PARENT = (
    "kind",
    "address",
    "lng",
    "lat",
    "coord_type",
    "cell_lng",
    "cell_lat",
    "contact_name",
    "contact_phone",
    "wanted_by",
    "anonymous",
    "filed_by",
    "staff_filed",
    "on_behalf_name",
    "on_behalf_phone",
)
"""What a part takes over from the whole: who asked, where it is, and whom to call."""


async def split(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: SplitIn) -> Demand:
    """Make a demand's parts; they end it as `closes` says. Split again, it gets more of them."""
    demand = await queries.demand(session, caller, demand_id, lock=True)
    relations.require(relations.of(caller, demand), Action.SPLIT)
    if demand.parent_id is not None:
        raise ActionNotAllowed(Text("子单不能再拆分", "A part is not split again"))
    if await queries.claims_of_round(session, demand, [*LIVE]):
        raise ActionNotAllowed(Text("尚有人在服务，不能拆分", "Somebody serves on it; it cannot be split now"))
    moving.move(demand, Action.SPLIT)
    demand.closes, demand.mode, demand.audience = body.closes, None, None
    demand.timer_at = demand.moved_at  # nothing may fall asleep, not even until `settle` sets the clock
    await moving.release(session, demand, ClaimState.OFFERED)
    written = body.note and moving.note(session, demand, NoteKind.SPLIT, body.note, caller)
    parts = [await _child(session, caller, demand, at, part) for at, part in enumerate(body.children)]
    children = [str(part.id) for part in parts]
    moving.tell(session, demand, DemandEvent.SPLIT, caller, closes=body.closes, child_ids=children, note_id=written)
    await moving.settle(session, demand)
    return demand


async def _child(session: AsyncSession, caller: Caller, parent: Demand, at: int, part: ChildIn) -> Demand:
    """One part, filed at its desk and, with `dispatch`, put out at once."""
    region_code = await _region_code(session, parent, at, part.region_code)
    handler = dispatching.desk_of(part.region_code or parent.handler_region_code)
    if part.dispatch and not caller.covers(handler, DISPATCHERS):
        raise Forbidden
    category = part.category or parent.category
    filing.check_category(category)
    child = filing.new_demand(
        **{column: getattr(parent, column) for column in FROM_PARENT},
        title=part.title or filing.title_from(part.description),
        description=part.description,
        category=category,
        region_code=region_code,
        handler_region_code=handler,
        origin_region_code=parent.handler_region_code,  # the parent's desk keeps sight of it
        parent_id=parent.id,
        parent_round=parent.round,
    )
    await filing.enter(session, caller, child, parent_id=parent.id)
    if part.dispatch:
        await dispatching.put_out(session, caller, child, part.dispatch)
    return child


async def _region_code(session: AsyncSession, parent: Demand, at: int, asked: str | None) -> str:
    """Where a part lies: with the whole, or at the desk it goes to where that is another place."""
    if asked is None or parent.region_code.startswith(asked):
        return parent.region_code
    region = await regions.region(session, asked)
    if region is None or len(region.code) < dispatching.TOP_DESK_CODE_LENGTH:
        where = f"children.{at}.region_code"
        raise InvalidRequest.field(where, "unknown_region", "没有这个区域", "there is no such desk")
    return region.code
