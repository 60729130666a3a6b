"""建议: raised by anybody or noted at a forum; answered, made a line of a list, or refused; its author is told."""

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import queries as activities
from app.cobuilding.lists import compiling, relations
from app.cobuilding.lists import queries as lists
from app.cobuilding.lists import suggestion_queries as queries
from app.cobuilding.lists.events import SuggestionEvent
from app.cobuilding.lists.lifecycle import SuggestionAction, SuggestionState, moved, require
from app.cobuilding.lists.suggestion_models import Suggestion
from app.cobuilding.lists.suggestion_schemas import AcceptIn, SuggestionAnswerIn, SuggestionIn
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.timers import Timer
from app.policies import calendars
from app.policies import service as policies
from app.policies.list_rules import ListKey
from app.policies.spans import after
from app.regions import queries as regions


async def suggest(session: AsyncSession, caller: Caller, body: SuggestionIn) -> Suggestion:
    """Raise a suggestion, one's own or as the desk somebody else's."""
    region_code = await _region(session, caller, body)
    if body.author_name:
        caller.require(DISPATCHERS, region_code)
    if body.activity_id:
        await activities.activity(session, caller, body.activity_id)
    now = clock.now()
    calendar = await calendars.calendar(session, region_code, now.astimezone(clock.CHINA).date())
    due_at = after(now, await policies.value(session, ListKey.SUGGESTION_DUE, region_code), calendar)
    made = Suggestion(
        id=new_id(),
        region_code=region_code,
        text=body.text,
        author_id=await _author(session, body) if body.author_name else caller.account_id,
        author_name=body.author_name,
        activity_id=body.activity_id,
        noted_by=caller.account_id,
        raised_at=now,
        due_at=due_at,
        timer_at=due_at,
        state=SuggestionState.RAISED,
    )
    session.add(made)
    _tell(session, SuggestionEvent.RAISED, made, caller)
    return made


async def _region(session: AsyncSession, caller: Caller, body: SuggestionIn) -> str:
    code = body.region_code or caller.home_region_code
    if code is None:
        raise InvalidRequest.field("region_code", "missing", "请选择所在社区", "region_code is needed")
    if await regions.region(session, code) is None:
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such region")
    return code


async def _author(session: AsyncSession, body: SuggestionIn) -> uuid.UUID | None:
    """Whose account has the phone; of several nobody knows which."""
    found = await queries.accounts_with(session, body.phone) if body.phone else []
    return found[0] if len(found) == 1 else None


async def answer(session: AsyncSession, caller: Caller, one: uuid.UUID, body: SuggestionAnswerIn) -> Suggestion:
    """Say something to a suggestion that changes no list."""
    return await _end(session, caller, one, SuggestionAction.ANSWER, body.text)


async def refuse(session: AsyncSession, caller: Caller, one: uuid.UUID, body: SuggestionAnswerIn) -> Suggestion:
    """Say why it cannot be."""
    return await _end(session, caller, one, SuggestionAction.REFUSE, body.text)


async def accept(session: AsyncSession, caller: Caller, one: uuid.UUID, body: AcceptIn) -> Suggestion:
    """Make it a line of a list, in one call."""
    found = await _waiting(session, caller, one, SuggestionAction.ACCEPT)
    whole = await lists.one_list(session, caller, body.list_id, lock=True)
    caller.require(DISPATCHERS, whole.region_code)
    line = await compiling.written(session, caller, whole, body.line)
    await session.flush()  # the suggestion refers to the line
    found.item_id = line.id
    return _ended(session, caller, found, SuggestionAction.ACCEPT, body.text)


async def _end(
    session: AsyncSession, caller: Caller, one: uuid.UUID, action: SuggestionAction, text: str
) -> Suggestion:
    return _ended(session, caller, await _waiting(session, caller, one, action), action, text)


async def _waiting(session: AsyncSession, caller: Caller, one: uuid.UUID, action: SuggestionAction) -> Suggestion:
    """A suggestion, locked, that the caller may now do this to."""
    found = await queries.suggestion(session, caller, one, lock=True)
    require(action, relations.of(caller, found.region_code))
    moved(found.state, action)
    return found


def _ended(
    session: AsyncSession, caller: Caller, found: Suggestion, action: SuggestionAction, text: str | None
) -> Suggestion:
    found.state = SuggestionState(moved(found.state, action))
    found.answer, found.timer_at = text, None
    found.ended_by, found.ended_at = caller.account_id, clock.now()
    _tell(session, SuggestionEvent(f"suggestion.{found.state}"), found, caller)
    return found


def _tell(session: AsyncSession, kind: SuggestionEvent, one: Suggestion, caller: Caller | None) -> None:
    actor = caller.account_id if caller else None
    events.record(session, kind, subject=one.id, region_code=one.region_code, actor=actor)


async def _call_again(session: AsyncSession, suggestion: Suggestion, _: datetime) -> None:
    """A suggestion that nobody has spoken to in time calls the desk once more."""
    suggestion.timer_at = None
    _tell(session, SuggestionEvent.CALLED_AGAIN, suggestion, None)


SUGGESTIONS = Timer("suggestions", queries.due, Suggestion.id, _call_again)
