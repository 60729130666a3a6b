"""Suggestions as one caller may see them."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists import relations
from app.cobuilding.lists import suggestion_queries as queries
from app.cobuilding.lists.lifecycle import SuggestionState, actions
from app.cobuilding.lists.suggestion_models import Suggestion
from app.cobuilding.lists.suggestion_schemas import SuggestionOut, SuggestionsWanted
from app.kit import clock
from app.kit.errors import Forbidden
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.regions import queries as regions

SAID = {"region_name", "author", "overdue", "actions"}


async def suggestions(session: AsyncSession, caller: Caller, wanted: SuggestionsWanted) -> Page[SuggestionOut]:
    """One page of suggestions."""
    if wanted.scope == "desk" and not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.suggestions(session, caller, wanted)
    return Page(items=await _suggestions_out(session, caller, found), next_cursor=cursor)


async def suggestion(session: AsyncSession, caller: Caller, one: uuid.UUID) -> SuggestionOut:
    """One suggestion."""
    return await suggestion_out(session, caller, await queries.suggestion(session, caller, one))


async def suggestion_out(session: AsyncSession, caller: Caller, one: Suggestion) -> SuggestionOut:
    """A suggestion that the caller has just seen, raised or spoken to."""
    (answer,) = await _suggestions_out(session, caller, [one])
    return answer


async def _suggestions_out(session: AsyncSession, caller: Caller, found: Sequence[Suggestion]) -> list[SuggestionOut]:
    places = await regions.full_names(session, {one.region_code for one in found})
    nicknames = await access.nicknames(session, [one.author_id for one in found if one.author_id])
    now = clock.now()
    return [
        SuggestionOut(
            **{name: getattr(one, name) for name in SuggestionOut.model_fields if name not in SAID},
            region_name=places.get(one.region_code, ""),
            author=_author(caller, one, nicknames.get(one.author_id) if one.author_id else None),
            overdue=one.state == SuggestionState.RAISED and one.due_at <= now,
            actions=actions(one.state, relations.of(caller, one.region_code)),
        )
        for one in found
    ]


def _author(caller: Caller, one: Suggestion, nickname: str | None) -> str | None:
    """Whose it is: whole for them, and for the desk that noted the name; masked for others."""
    noted_here = one.author_name is not None and caller.covers(one.region_code, DISPATCHERS)
    name = one.author_name or nickname
    return name if noted_here or one.author_id == caller.account_id else mask_name(name)
