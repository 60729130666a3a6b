"""打分: score an object, step back from one, and close a round, which ranks its objects."""

import uuid
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit import clock
from app.kit.errors import Forbidden, InvalidRequest
from app.oversight.observations import counting, queries, reckoning, standing
from app.oversight.observations.errors import IncompleteSheets, NotLookedAt, OwnObject, TooFewSheets
from app.oversight.observations.events import ObservationEvent
from app.oversight.observations.lifecycle import ObservationAction, moved
from app.oversight.observations.models import Observation, Observed, Panelist, RubricVersion
from app.oversight.observations.schemas import CallOffIn, CloseObservationIn, ScoreSheetIn
from app.oversight.observations.telling import tell
from app.policies import service as policies
from app.policies.observation_rules import ObservationKey


async def score(session: AsyncSession, caller: Caller, one: uuid.UUID, body: ScoreSheetIn) -> Observed:
    """Give an object points, all at once or bit by bit, for as long as the round is open; raises `OwnObject`."""
    found, observation, sits = await _at_the_panel(session, caller, one, ObservationAction.SCORE)
    if await standing.has_to_do(session, observation, found, sits):
        raise OwnObject
    if found.excused:
        raise InvalidRequest.field("points", "excused", "该对象本次不参加排名", "the object is not ranked this time")
    most = await _most(session, observation)
    for code, points in body.points.items():
        if points > most.get(code, -1):
            zh, en = "没有这一项，或超过满分", "no such criterion, or more than the most points"
            raise InvalidRequest.field(f"points.{code}", "points", zh, en)
    now, ids = clock.now(), {"panelist_id": sits.id, "observed_id": found.id}
    given = sorted(body.points.items())
    await queries.write_scores(
        session, [ids | {"criterion": code, "most": most[code], "points": points, "at": now} for code, points in given]
    )
    tell(session, ObservationEvent.SCORED, observation, caller, observed_id=found.id, panelist_id=sits.id)
    return found


async def step_back(session: AsyncSession, caller: Caller, one: uuid.UUID, body: CallOffIn) -> Observed:
    """Say that one has to do with an object: what one scored of it does not count."""
    found, observation, sits = await _at_the_panel(session, caller, one, ObservationAction.RECUSE)
    await queries.step_back(session, sits.id, found.id, body.reason)
    tell(session, ObservationEvent.RECUSED, observation, caller, observed_id=found.id, panelist_id=sits.id)
    return found


async def _at_the_panel(
    session: AsyncSession, caller: Caller, one: uuid.UUID, action: ObservationAction
) -> tuple[Observed, Observation, Panelist]:
    """An object whose round is held open, for one of its panel."""
    found, observation = await queries.observed(session, caller, one, shared=True)
    sits = await queries.panelist(session, caller, observation.id)
    if sits is None:
        raise Forbidden
    moved(observation.state, action)
    return found, observation, sits


async def _most(session: AsyncSession, observation: Observation) -> dict[str, int]:
    return {one.code: one.most for one in reckoning.criteria((await version_of(session, observation)).criteria)}


async def version_of(session: AsyncSession, observation: Observation) -> RubricVersion:
    """The version that a round is scored by; of a draft, the newest."""
    if observation.version_id is not None:
        return await queries.version(session, observation.version_id)
    return (await queries.versions(session, [observation.rubric_id]))[observation.rubric_id][0]


async def close(session: AsyncSession, caller: Caller, one: uuid.UUID, body: CloseObservationIn) -> Observation:
    """Rank the objects for good; who scores at the same moment is counted or refused.

    Raises `NotLookedAt`, `IncompleteSheets` unless they are to be left out, and `TooFewSheets`.
    """
    found = await queries.observation(session, caller, one, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    closed = moved(found.state, ObservationAction.CLOSE)
    if await queries.overlooked(session, found):
        raise NotLookedAt
    ranked = [one for one in await queries.objects(session, found.id) if not one.excused]
    version = await version_of(session, found)
    sheets = [one for one in await counting.given(session, found, version) if _is_of(one.observed_id, ranked)]
    if not body.without_incomplete and not all(one.complete for one in sheets):
        raise IncompleteSheets
    least = await policies.value(session, ObservationKey.LEAST_SHEETS, found.region_code)
    counted = Counter(one.observed_id for one in sheets if one.complete)
    if any(counted[one.id] < least for one in ranked):
        raise TooFewSheets
    await _rank(session, found, version, ranked, sheets)
    found.state, found.closed_at, found.timer_at = closed, clock.now(), None
    tell(session, ObservationEvent.CLOSED, found, caller)
    return found


def _is_of(observed_id: uuid.UUID, objects: list[Observed]) -> bool:
    return any(one.id == observed_id for one in objects)


async def _rank(
    session: AsyncSession,
    found: Observation,
    version: RubricVersion,
    ranked: list[Observed],
    sheets: list[counting.Given],
) -> None:
    """Write down what each object got, and where it stood before."""
    before = await queries.previous(session, found)
    stood = {_who(one): one.rank for one in await queries.objects(session, before.id)} if before else {}
    results = counting.results(version, sheets)
    ranks = reckoning.ranks(results[one.id].total for one in ranked)
    for one in ranked:
        result = results[one.id]
        one.total, one.parts, one.sheets = result.total, result.parts, result.sheets
        one.rank, one.previous_rank = ranks[result.total], stood.get(_who(one))
        one.awards = reckoning.awards(version.awards, result)
    found.previous_id = before.id if before else None


def _who(one: Observed) -> tuple[str | None, uuid.UUID | None]:
    """What is the same community or unit in another round."""
    return one.region_code, one.organization_id
