"""Every select of suggestions."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account
from app.cobuilding.lists.suggestion_models import Suggestion
from app.cobuilding.lists.suggestion_schemas import SuggestionsWanted
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.kit.sealing import finds
from app.regions.queries import under


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """One's own, and those of one's regions."""
    return or_(Suggestion.author_id == caller.account_id, under(Suggestion.region_code, caller.reach()))


async def suggestion(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> Suggestion:
    """One suggestion, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Suggestion).where(Suggestion.id == one, visible_to(caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def suggestions(
    session: AsyncSession, caller: Caller, wanted: SuggestionsWanted
) -> tuple[list[Suggestion], str | None]:
    """One page of one's own suggestions or of one's regions', the newest first."""
    mine = wanted.scope == "mine"
    whose = Suggestion.author_id == caller.account_id if mine else under(Suggestion.region_code, caller.reach())
    statement = select(Suggestion).where(whose)
    if wanted.state:
        statement = statement.where(Suggestion.state == wanted.state)
    if wanted.activity_id:
        statement = statement.where(Suggestion.activity_id == wanted.activity_id)
    rows, cursor = await page(session, statement, [Suggestion.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def accounts_with(session: AsyncSession, phone: str) -> Sequence[uuid.UUID]:
    """The accounts that have verified a phone."""
    return (await session.scalars(select(Account.id).where(finds(Account.phone_index, phone)))).all()


def due(now: datetime) -> Select[Suggestion]:
    """Suggestions that nobody has spoken to in time, the oldest first."""
    return select(Suggestion).where(Suggestion.timer_at <= now).order_by(Suggestion.timer_at)
