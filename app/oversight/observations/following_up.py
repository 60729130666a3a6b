"""What follows a visit: a report, remarks, findings and promises, what is shown of them, and that somebody looked."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.content import attaching
from app.content.models import SubjectKind
from app.kit import clock, events
from app.kit.clock import CHINA
from app.kit.db import new_id
from app.kit.errors import Forbidden, InvalidRequest
from app.oversight.observations import queries, scoring, standing
from app.oversight.observations.events import ObservationEvent, UndertakingEvent
from app.oversight.observations.following_schemas import LookIn, ObservedReportIn, RemarkIn, ShownIn, UndertakingIn
from app.oversight.observations.lifecycle import (
    OBJECT,
    ObservationAction,
    Relation,
    UndertakingAction,
    UndertakingState,
    moved,
    require_undertaking,
)
from app.oversight.observations.models import Look, Observation, Observed, Remark, Undertaken, Undertaking
from app.oversight.observations.telling import tell
from app.policies import service as policies
from app.policies.observation_rules import ObservationKey

MORNING = time(8)
RAISED_BY = {Undertaken.FINDING: ObservationAction.RAISE}
"""Who looks finds; who is looked at promises."""


async def at(
    session: AsyncSession, caller: Caller, one: uuid.UUID, action: ObservationAction
) -> tuple[Observed, Observation]:
    """An object with its round, which is held as it stands, for an action that the caller may take now."""
    found, observation = await queries.observed(session, caller, one, shared=True)
    await standing.require(session, caller, observation, action, found)
    moved(observation.state, action)
    return found, observation


async def report(session: AsyncSession, caller: Caller, one: uuid.UUID, body: ObservedReportIn) -> Observed:
    """Say how an object stands, with photos; written anew, the text is replaced and photos are added."""
    found, observation = await at(session, caller, one, ObservationAction.REPORT)
    found = await queries.locked_object(session, found.id)
    found.report, found.reported_by, found.reported_at = body.text, caller.account_id, clock.now()
    await _attach(session, caller, body.file_ids, (SubjectKind.OBSERVED, found.id), observation)
    tell(session, ObservationEvent.REPORTED, observation, caller, observed_id=found.id)
    return found


async def remark(session: AsyncSession, caller: Caller, one: uuid.UUID, body: RemarkIn) -> Observed:
    """Say something of an object."""
    found, observation = await at(session, caller, one, ObservationAction.REMARK)
    made = {"id": new_id(), "made_by": caller.account_id, "made_at": clock.now()}
    session.add(Remark(observed_id=found.id, text=body.text, **made))
    tell(session, ObservationEvent.REMARKED, observation, caller, observed_id=found.id)
    return found


async def undertake(session: AsyncSession, caller: Caller, one: uuid.UUID, body: UndertakingIn) -> Undertaking:
    """Write down what was found, or what an object means to do, with its day."""
    found, observation = await at(session, caller, one, RAISED_BY.get(body.kind, ObservationAction.PROMISE))
    version = await scoring.version_of(session, observation)
    if body.criterion and body.criterion not in {one["code"] for one in version.criteria}:
        raise InvalidRequest.field("criterion", "unknown_criterion", "细则中没有这一项", "no such criterion")
    window, reminder = await policies.values(
        session, (ObservationKey.UNDERTAKING_DUE, ObservationKey.UNDERTAKING_REMINDER), observation.region_code
    )
    due_on = body.due_on or clock.today() + window
    if due_on < clock.today():
        raise InvalidRequest.field("due_on", "past", "期限不能早于今天", "must not be over already")
    made = Undertaking(
        id=new_id(),
        observed_id=found.id,
        kind=body.kind,
        text=body.text,
        criterion=body.criterion,
        due_on=due_on,
        state=UndertakingState.OPEN,
        timer_at=_morning(due_on, reminder),
        made_by=caller.account_id,
        made_at=clock.now(),
    )
    session.add(made)
    record(session, UndertakingEvent.RAISED, made, observation, caller)
    await session.flush()  # it is shown as the database has it
    return made


def _morning(due_on: date, before: timedelta) -> datetime:
    """The morning so long before a day."""
    return datetime.combine(due_on, MORNING, CHINA) - before


async def show(session: AsyncSession, caller: Caller, one: uuid.UUID, body: ShownIn) -> Undertaking:
    """Show what was done; somebody looks at it in the next round, or at the desk."""
    made, found, observation = await queries.undertaking(session, caller, one, lock=True)
    if not await standing.relations(session, caller, observation, found) & OBJECT:
        raise Forbidden
    require_undertaking(made.state, UndertakingAction.SHOW)
    made.state, made.shown, made.timer_at = UndertakingState.SHOWN, body.text, None
    made.shown_by, made.shown_at = caller.account_id, clock.now()
    await _attach(session, caller, body.file_ids, (SubjectKind.UNDERTAKING, made.id), observation)
    record(session, UndertakingEvent.SHOWN, made, observation, caller)
    return made


async def look(session: AsyncSession, caller: Caller, one: uuid.UUID, body: LookIn) -> Undertaking:
    """Say whether an undertaking is settled: its desk, or the panel of the round that sees the object again."""
    made, found, observation = await queries.undertaking(session, caller, one, lock=True)
    again = await queries.open_round_of(session, found)
    if not await _may_look(session, caller, observation, again):
        raise Forbidden
    require_undertaking(made.state, UndertakingAction.LOOK)
    session.add(
        Look(
            id=new_id(),
            undertaking_id=made.id,
            observation_id=again[1].id if again else None,
            settled=body.settled,
            note=body.note,
            made_by=caller.account_id,
            made_at=clock.now(),
        )
    )
    made.state = UndertakingState.SETTLED if body.settled else UndertakingState.OPEN
    made.timer_at = None
    record(session, UndertakingEvent.LOOKED_AT, made, observation, caller)
    await session.flush()  # it is shown as the database has it
    return made


async def _may_look(
    session: AsyncSession, caller: Caller, observation: Observation, again: tuple[Observed, Observation] | None
) -> bool:
    """Whether the caller holds the round, or sits on the panel of the one that sees the object again."""
    if caller.covers(observation.region_code, DISPATCHERS):
        return True
    if again is None:
        return False
    theirs = await standing.relations(session, caller, again[1], again[0])
    return bool(theirs & {Relation.DESK, Relation.PANEL})


async def looks_at(session: AsyncSession, caller: Caller, found: Observed, observation: Observation) -> bool:
    """Whether the caller may look at what an object is to do."""
    holds = caller.covers(observation.region_code, DISPATCHERS)
    return holds or await _may_look(session, caller, observation, await queries.open_round_of(session, found))


async def _attach(
    session: AsyncSession,
    caller: Caller,
    file_ids: Sequence[uuid.UUID],
    subject: tuple[SubjectKind, uuid.UUID],
    observation: Observation,
) -> None:
    if not file_ids:
        return
    most = await policies.value(session, ObservationKey.FILES, observation.region_code)
    room = max(most - len((await queries.files(session, [subject[1]])).get(subject[1], ())), 0)
    await attaching.attach(session, caller, file_ids, subject, most=room, keeps_evidence=False)


def record(
    session: AsyncSession, kind: UndertakingEvent, made: Undertaking, observation: Observation, caller: Caller | None
) -> None:
    """Record that something happened to what an object is to do."""
    actor, named = caller.account_id if caller else None, {"observed_id": made.observed_id, "what": str(made.kind)}
    events.record(session, kind, subject=made.id, region_code=observation.region_code, actor=actor, **named)
