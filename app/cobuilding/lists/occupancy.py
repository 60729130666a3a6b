"""How much of a thing is out at once."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.cobuilding.lists import sharing_queries as queries
from app.cobuilding.lists.models import ListItem
from app.kit import clock

ALWAYS = Range(datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC))
Held = tuple[datetime, datetime, int]
"""From when until when, how much."""


async def most_held(session: AsyncSession, item: ListItem, during: Range[datetime] = ALWAYS) -> int:
    """The most that is booked of an item at any one moment of a stretch; the item is locked."""
    now, held = clock.now(), list[Held]()
    for one in await queries.occupying(session, item.id, during, now):
        starts, ends = bounds(one.during)
        held.append((*((starts, ends) if ends > now else bounds(during)), one.quantity))
    return peak(held, during)


def bounds(during: Range[datetime]) -> tuple[datetime, datetime]:
    """Both ends of a stretch, which has them."""
    assert during.lower is not None and during.upper is not None  # noqa: S101, PT018 - a constraint says so
    return during.lower, during.upper


def peak(held: Iterable[Held], during: Range[datetime]) -> int:
    """The most at any one moment of a stretch: it is reached at its start, or where something begins."""
    known, (first, last) = list(held), bounds(during)
    moments = [first, *(starts for starts, _, _ in known if first <= starts < last)]
    return max(sum(much for starts, ends, much in known if starts <= moment < ends) for moment in moments)
