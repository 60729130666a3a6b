"""观摩: lay out a round, open it, take in panelists, adopt a newer rubric, excuse an object, call off."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit import clock
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.members import queries as members
from app.organizations import queries as organizations
from app.oversight.observations import queries, standing
from app.oversight.observations.errors import NothingToObserve
from app.oversight.observations.events import ObservationEvent
from app.oversight.observations.lifecycle import ObservationAction, ObservationState, moved
from app.oversight.observations.models import Observation, Observed, Panelist, Rubric
from app.oversight.observations.schemas import CallOffIn, ObservationIn, ObservedIn, PanelIn, PanelistIn
from app.oversight.observations.telling import tell
from app.regions import queries as regions
from app.regions.errors import UnknownRegion

FACTS = ("region_code", "rubric_id", "level", "year", "quarter", "ends_at")
QUARTERS = "一二三四"


async def draft(session: AsyncSession, caller: Caller, body: ObservationIn) -> Observation:
    """Lay out a round with its route and panel; raises `ObservationExists`."""
    caller.require(DISPATCHERS, body.region_code)
    rubric = await _rubric(session, body)
    made = Observation(
        id=new_id(),
        title=_title(body, rubric),
        state=ObservationState.DRAFT,
        made_by=caller.account_id,
        made_at=clock.now(),
        **{name: getattr(body, name) for name in FACTS},
    )
    session.add(made)
    await session.flush()  # of two of one quarter, the second is refused here; objects and panel refer to it
    await _lay_out(session, made, body)
    tell(session, ObservationEvent.DRAFTED, made, caller)
    return made


async def change(session: AsyncSession, caller: Caller, one: uuid.UUID, body: ObservationIn) -> Observation:
    """Write a draft anew, with its route and panel."""
    found = await _for(session, caller, one, ObservationAction.CHANGE)
    caller.require(DISPATCHERS, body.region_code)
    found.title = _title(body, await _rubric(session, body))
    for name in FACTS:
        setattr(found, name, getattr(body, name))
    await queries.forget_draft(session, found.id)
    await _lay_out(session, found, body)
    tell(session, ObservationEvent.CHANGED, found, caller)
    return found


async def open_(session: AsyncSession, caller: Caller, one: uuid.UUID) -> Observation:
    """Have a round scored by what its rubric says now; raises `NothingToObserve`."""
    found = await _for(session, caller, one, ObservationAction.OPEN)
    if not (await queries.objects(session, found.id) and await queries.panel(session, found.id)):
        raise NothingToObserve
    newest = (await queries.versions(session, [found.rubric_id]))[found.rubric_id][0]
    found.version_id, found.state, found.opened_at = newest.id, ObservationState.OPEN, clock.now()
    found.timer_at = found.ends_at
    tell(session, ObservationEvent.OPENED, found, caller)
    return found


async def join(session: AsyncSession, caller: Caller, one: uuid.UUID, body: PanelIn) -> Observation:
    """Take more people into the panel of a round that is under way."""
    found = await _for(session, caller, one, ObservationAction.JOIN)
    sit = {panelist.member_id for panelist, _ in await queries.panel(session, found.id)}
    await _seat(session, found, [who for who in body.panel if who.member_id not in sit])
    tell(session, ObservationEvent.JOINED, found, caller)
    return found


async def adopt(session: AsyncSession, caller: Caller, one: uuid.UUID) -> Observation:
    """Go on by the rubric's newest version: what it judges as before stands, what is new is still to be scored."""
    found = await _for(session, caller, one, ObservationAction.ADOPT)
    newest = (await queries.versions(session, [found.rubric_id]))[found.rubric_id][0]
    if newest.id != found.version_id:
        found.version_id = newest.id
        tell(session, ObservationEvent.ADOPTED, found, caller, number=newest.number)
    return found


async def call_off(session: AsyncSession, caller: Caller, one: uuid.UUID, body: CallOffIn) -> Observation:
    """Call a round off; its quarter is free for another."""
    found = await _for(session, caller, one, ObservationAction.CANCEL)
    found.state, found.reason, found.timer_at = ObservationState.CANCELLED, body.reason, None
    tell(session, ObservationEvent.CANCELLED, found, caller, opened=found.opened_at is not None)
    return found


async def excuse(session: AsyncSession, caller: Caller, one: uuid.UUID, body: CallOffIn) -> Observed:
    """Leave an object out of the ranks of a round."""
    found, observation = await queries.observed(session, caller, one, shared=True)
    await standing.require(session, caller, observation, ObservationAction.EXCUSE, found)
    moved(observation.state, ObservationAction.EXCUSE)
    found = await queries.locked_object(session, found.id)
    found.excused = body.reason
    tell(session, ObservationEvent.EXCUSED, observation, caller, observed_id=found.id)
    return found


async def _for(session: AsyncSession, caller: Caller, one: uuid.UUID, action: ObservationAction) -> Observation:
    """A round, locked, for an action that its desk may take now."""
    found = await queries.observation(session, caller, one, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    moved(found.state, action)
    return found


async def _rubric(session: AsyncSession, body: ObservationIn) -> Rubric:
    """The rubric of a round: of its region or one above."""
    if await regions.region(session, body.region_code) is None:
        raise UnknownRegion
    found = (await queries.rubrics_by_id(session, [body.rubric_id])).get(body.rubric_id)
    if found is None or not body.region_code.startswith(found.region_code):
        raise InvalidRequest.field("rubric_id", "unknown_id", "没有这份细则", "the region has no such rubric")
    return found


def _title(body: ObservationIn, rubric: Rubric) -> str:
    return body.title or f"{body.year}年第{QUARTERS[body.quarter - 1]}季度{rubric.name}"


async def _lay_out(session: AsyncSession, found: Observation, body: ObservationIn) -> None:
    places = await regions.stored(session, [one.region_code for one in body.objects if one.region_code])
    units = await organizations.organizations(session, [one.organization_id for one in body.objects])
    for at, one in enumerate(body.objects):
        code = one.region_code
        if code is not None:
            known = code in places and places[code].level == found.level
            inside = known and code.startswith(found.region_code) and code != found.region_code
        else:
            unit = units.get(one.organization_id) if one.organization_id else None
            inside = unit is not None and unit.region_code.startswith(found.region_code)
        if not inside or one.model_copy(update={"visits_at": None}) in _others(body.objects[:at]):
            zh, en = "不是本区域这一层级的对象，或已列出", "no object of this region and level, or named twice"
            raise InvalidRequest.field(f"objects.{at}", "unknown_object", zh, en)
        session.add(Observed(id=new_id(), observation_id=found.id, position=at + 1, **one.model_dump()))
    await _seat(session, found, body.panel)
    await session.flush()  # it is shown as the database has it


def _others(objects: Sequence[ObservedIn]) -> list[ObservedIn]:
    return [one.model_copy(update={"visits_at": None}) for one in objects]


async def _seat(session: AsyncSession, found: Observation, panel: Sequence[PanelistIn]) -> None:
    """Put members on the panel, each once; raises `InvalidRequest`."""
    known = await members.members(session, [one.member_id for one in panel])
    seated: set[uuid.UUID] = set()
    for at, one in enumerate(panel):
        if one.member_id not in known or one.member_id in seated:
            field = f"panel.{at}.member_id"
            raise InvalidRequest.field(field, "unknown_id", "没有这位党员，或已列出", "no such member, or named twice")
        seated.add(one.member_id)
        session.add(Panelist(id=new_id(), observation_id=found.id, **one.model_dump()))
    await session.flush()  # it is shown as the database has it
