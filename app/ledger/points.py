"""A person's points and where they come from."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit.pagination import PageRequest
from app.ledger import queries
from app.ledger.hours import own_ids
from app.ledger.schemas import EntryOut, PointsOut


async def of_caller(session: AsyncSession, caller: Caller, request: PageRequest) -> PointsOut:
    """The caller's balance and one page of their entries, newest first."""
    own = await own_ids(session, caller)
    rows, cursor = await queries.points_entries(session, own, request)
    return PointsOut(
        balance=await queries.balance(session, own),
        entries=[EntryOut.model_validate(row[0]) for row in rows],
        next_cursor=cursor,
    )
