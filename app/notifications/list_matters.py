"""The selects of messages about suggestions, takings and bookings: to whom, and what their readers may see."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Grant
from app.cobuilding.lists import project_queries, sharing_queries, suggestion_queries
from app.cobuilding.lists.lifecycle import BookingState, SuggestionState, TakingState
from app.cobuilding.lists.models import ListItem
from app.cobuilding.lists.project_models import Taking
from app.cobuilding.lists.sharing_models import Booking
from app.cobuilding.lists.suggestion_models import Suggestion
from app.notifications.matters import Matter
from app.notifications.models import SubjectKind
from app.notifications.queries import among

Ids = Collection[uuid.UUID]
Kind = TypeVar("Kind", Taking, Booking)


async def matters(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some suggestions, takings and bookings with whom each concerns."""
    suggestions = await session.scalars(select(Suggestion).where(among(Suggestion.id, ids)))
    takings = (await session.scalars(select(Taking).where(among(Taking.id, ids)))).all()
    bookings = (await session.scalars(select(Booking).where(among(Booking.id, ids)))).all()
    bodies = {one.organization_id for one in takings}
    bodies |= {body for one in bookings for body in (one.organization_id, one.owner_id) if body}
    liaisons = await _liaisons(session, bodies)
    return [
        *(
            Matter(
                SubjectKind.SUGGESTION,
                one.id,
                one.region_code,
                one.author_id,
                None,
                waits=one.state == SuggestionState.RAISED,
            )
            for one in suggestions
        ),
        *(
            Matter(
                SubjectKind.TAKING,
                one.id,
                one.region_code,
                None,
                None,
                waits=one.state == TakingState.OFFERED,
                subjects=_of(liaisons, (one.organization_id,)),
            )
            for one in takings
        ),
        *(
            Matter(
                SubjectKind.BOOKING,
                one.id,
                one.region_code,
                one.booked_by,
                None,
                waits=one.state == BookingState.HANDED_OVER,
                subjects=_of(liaisons, (one.organization_id, one.owner_id)),
            )
            for one in bookings
        ),
    ]


async def _liaisons(session: AsyncSession, ids: Ids) -> list[tuple[uuid.UUID | None, uuid.UUID]]:
    granted = select(Grant.organization_id, Grant.account_id).where(among(Grant.organization_id, ids))
    rows = await session.execute(granted.where(Grant.revoked_at.is_(None)).order_by(Grant.account_id))
    return [(row[0], row[1]) for row in rows]


def _of(
    liaisons: Iterable[tuple[uuid.UUID | None, uuid.UUID]], bodies: Collection[uuid.UUID | None]
) -> tuple[uuid.UUID, ...]:
    return tuple(dict.fromkeys(account for body, account in liaisons if body is not None and body in bodies))


async def visible_suggestions(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Suggestion]:
    """Those of some suggestions that the caller may see now."""
    seen = suggestion_queries.visible_to(caller)
    return (await session.scalars(select(Suggestion).where(among(Suggestion.id, ids), seen))).all()


async def visible_takings(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[tuple[Taking, str]]:
    """Those of some takings that the caller may see now, with what is built."""
    return await _titled(session, Taking, ids, project_queries.visible_to(caller))


async def visible_bookings(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[tuple[Booking, str]]:
    """Those of some bookings that the caller may see now, with what is booked."""
    return await _titled(session, Booking, ids, sharing_queries.bookings_visible_to(caller))


async def _titled(
    session: AsyncSession, model: type[Kind], ids: Ids, seen: ColumnElement[bool]
) -> list[tuple[Kind, str]]:
    joined = select(model, ListItem.title).join(ListItem, ListItem.id == model.item_id)
    return [(row[0], row[1]) for row in await session.execute(joined.where(among(model.id, ids), seen))]
