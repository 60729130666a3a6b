"""撤销: a filer takes a demand back, with its parts; what was merged into it stands by itself again."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import following_queries, merging, moving, queries, relations
from app.demands.events import DemandEvent
from app.demands.lifecycle import DONE, ENDS, Action, ClaimState
from app.demands.models import Demand, NoteKind
from app.demands.schemas import ReasonIn
from app.kit.errors import ActionNotAllowed, Text

TOO_LATE = Text("已有人到场，不能撤销", "Somebody has arrived; it is too late")


async def cancel(session: AsyncSession, caller: Caller, demand_id: uuid.UUID, body: ReasonIn) -> Demand:
    """Take a demand back, until somebody has arrived at it or at a part of it."""
    demand = await queries.demand(session, caller, demand_id)
    relations.require(relations.of(caller, demand), Action.CANCEL)
    parts = await _open_parts(session, demand)
    demand = await queries.demand(session, caller, demand_id, lock=True)
    if await queries.claims_of_round(session, demand, [ClaimState.ARRIVED, *DONE]):
        raise ActionNotAllowed(TOO_LATE)
    await _take_back(session, caller, demand, body.reason)
    for part in parts:
        await _take_back(session, caller, part, body.reason)
    for twin in await following_queries.twins(session, demand):  # others asked for it too
        await merging.undo(session, twin, demand, None)
    return demand


async def _open_parts(session: AsyncSession, demand: Demand) -> list[Demand]:
    """What is open of a split demand, locked: parts before their whole, as everywhere."""
    if demand.closes is None:
        return []
    parts = await following_queries.children(session, demand, lock=True)
    if await following_queries.is_a_child_served(session, demand):
        raise ActionNotAllowed(TOO_LATE)
    return [part for part in parts if part.state not in ENDS]


async def _take_back(session: AsyncSession, caller: Caller, demand: Demand, reason: str) -> None:
    moving.move(demand, Action.CANCEL)
    await moving.end_round(session, demand)
    written = moving.note(session, demand, NoteKind.CANCEL, reason, caller)
    moving.tell(session, demand, DemandEvent.CANCELLED, caller, note_id=written)
    await moving.settle(session, demand)
