"""Which actions the rows around a demand forbid, though its own row would allow them."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.demands import barring_queries, relations
from app.demands.lifecycle import Action, Mode
from app.demands.models import APPEALABLE, Demand
from app.kit import clock
from app.policies import service as policies
from app.policies.defaults import Key


async def barred(
    session: AsyncSession, caller: Caller, demands: Sequence[Demand]
) -> dict[uuid.UUID, frozenset[Action]]:
    """What a caller may not do to some demands for what is around them; most ask nothing of the database."""
    doubtful = {demand.id: demand for demand in demands if _is_doubtful(caller, demand)}
    if not doubtful:
        return {}
    rows = await barring_queries.around(session, caller, list(doubtful))
    return {row.id: frozenset(_forbidden(doubtful[row.id], row)) for row in rows}


def _is_doubtful(caller: Caller, demand: Demand) -> bool:
    if demand.state in APPEALABLE:
        return relations.is_filer(caller, demand)
    return caller.covers(demand.handler_region_code, DISPATCHERS) or (demand.round > 1 and demand.mode == Mode.OPEN)


def _forbidden(demand: Demand, row: Any) -> Iterator[Action]:
    if not row.may_claim_again:
        yield Action.CLAIM
    if row.has_twins:
        yield Action.MERGE
    if demand.closes is None and not row.was_served:
        yield Action.FINISH
    if row.is_claimed:
        yield Action.SPLIT
    limit: int = policies.read(Key.REOPEN_LIMIT, row.reopen_limit)
    if row.whole_has_ended or (demand.reopens >= limit and not row.has_desk_above):
        yield Action.REOPEN
    late = demand.moved_at + policies.read(Key.APPEAL_WINDOW, row.appeal_window) < clock.now()
    if late or (demand.appealed_at is not None and demand.appealed_at >= demand.moved_at):
        yield Action.APPEAL
