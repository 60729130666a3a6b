"""How many demands each list holds, and why desks are needed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands.models import Demand
from app.demands.queries import is_overdue, scope
from app.kit import clock


async def counts(session: AsyncSession, caller: Caller, prefixes: Sequence[str]) -> dict[str, int]:
    """How many demands each scope holds, and how many under the caller's grant are overdue."""
    numbers = {name: await _count(session, scope(caller, name, prefixes)) for name in ("mine", "open")}
    numbers |= dict.fromkeys(("desk", "region", "overdue"), 0)
    if caller.is_staff:
        region = scope(caller, "region", prefixes)
        numbers["desk"] = await _count(session, scope(caller, "desk", prefixes))
        numbers["region"] = await _count(session, region)
        numbers["overdue"] = await _count(session, and_(region, is_overdue(clock.now())))
    return numbers


async def _count(session: AsyncSession, which: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).select_from(Demand).where(which)) or 0


async def reasons(session: AsyncSession, caller: Caller) -> dict[Any, int]:
    """Why the caller's desks are needed, and how often."""
    which = scope(caller, "desk", ())
    rows = await session.execute(select(Demand.needs_desk, func.count()).where(which).group_by(Demand.needs_desk))
    return {row[0]: row[1] for row in rows}
