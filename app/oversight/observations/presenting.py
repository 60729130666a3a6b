"""Rubrics, rounds and their objects as one caller may see them."""

import uuid
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit.crypto import Keyring
from app.kit.errors import Forbidden
from app.kit.pagination import Page
from app.kit.schema import mask_name
from app.members import looking
from app.oversight.observations import counting, following_views, lifecycle, queries, reckoning, scoring, standing
from app.oversight.observations.counting import Given
from app.oversight.observations.errors import NotRankedYet
from app.oversight.observations.following_schemas import RemarkOut
from app.oversight.observations.lifecycle import ObservationState, Relation
from app.oversight.observations.models import Observation, Observed, Panelist, Rubric, RubricVersion
from app.oversight.observations.schemas import (
    ObservationBrief,
    ObservationOut,
    ObservationsWanted,
    ObservedBrief,
    ObservedOut,
    PanelistOut,
    RankingOut,
    RankOfObject,
    RubricOut,
    RubricsWanted,
    RubricVersionOut,
    SheetOut,
)
from app.regions import queries as regions

FACTS = ("id", "title", "region_code", "level", "year", "quarter", "ends_at", "state")


async def rubrics(session: AsyncSession, caller: Caller, wanted: RubricsWanted) -> Page[RubricOut]:
    """One page of rubrics, for staff."""
    if not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.rubrics(session, caller, wanted)
    return Page(items=await _rubrics_out(session, caller, found), next_cursor=cursor)


async def rubric(session: AsyncSession, caller: Caller, one: uuid.UUID) -> RubricOut:
    """One rubric that the caller may see."""
    return await rubric_out(session, caller, await queries.rubric(session, caller, one))


async def rubric_out(session: AsyncSession, caller: Caller, one: Rubric) -> RubricOut:
    """A rubric that the caller has just seen or changed."""
    return (await _rubrics_out(session, caller, [one]))[0]


async def _rubrics_out(session: AsyncSession, caller: Caller, found: Sequence[Rubric]) -> list[RubricOut]:
    names = await regions.names(session, [one.region_code for one in found])
    versions = await queries.versions(session, [one.id for one in found])
    return [
        RubricOut(
            id=one.id,
            region_code=one.region_code,
            region_name=names.get(one.region_code, ""),
            scheme=one.scheme,
            name=one.name,
            versions=[RubricVersionOut.model_validate(version) for version in versions[one.id]],
            actions=["publish"] if caller.covers(one.region_code, DISPATCHERS) else [],
        )
        for one in found
    ]


async def observations(session: AsyncSession, caller: Caller, wanted: ObservationsWanted) -> Page[ObservationBrief]:
    """One page of the rounds that a caller may see."""
    found, cursor = await queries.observations(session, caller, wanted)
    schemes = await queries.rubrics_by_id(session, [one.rubric_id for one in found])
    names = await regions.names(session, [one.region_code for one in found])
    items = [
        ObservationBrief(
            **{name: getattr(one, name) for name in FACTS},
            scheme=schemes[one.rubric_id].scheme,
            region_name=names.get(one.region_code, ""),
        )
        for one in found
    ]
    return Page(items=items, next_cursor=cursor)


async def observation(session: AsyncSession, caller: Caller, one: uuid.UUID) -> ObservationOut:
    """One round that the caller may see."""
    return await observation_out(session, caller, await queries.observation(session, caller, one))


async def observation_out(session: AsyncSession, caller: Caller, found: Observation) -> ObservationOut:
    """A round that the caller has just seen or changed."""
    relations = await standing.relations(session, caller, found)
    version = await scoring.version_of(session, found)
    versions = (await queries.versions(session, [found.rubric_id]))[found.rubric_id]
    rubric = (await queries.rubrics_by_id(session, [found.rubric_id]))[found.rubric_id]
    actions = lifecycle.actions(found.state, relations, lifecycle.OF_THE_ROUND)
    if version.id == versions[0].id and lifecycle.ObservationAction.ADOPT in actions:
        actions.remove(lifecycle.ObservationAction.ADOPT)
    return ObservationOut(
        **{name: getattr(found, name) for name in (*FACTS, "rubric_id", "previous_id", "reason")},
        scheme=rubric.scheme,
        region_name=(await regions.names(session, [found.region_code])).get(found.region_code, ""),
        version=RubricVersionOut.model_validate(version),
        newer_version=version.id != versions[0].id,
        objects=await _objects_out(session, await queries.objects(session, found.id)),
        panel=await _panel_out(session, caller, found, version),
        actions=actions,
    )


async def _objects_out(session: AsyncSession, objects: Sequence[Observed]) -> list[ObservedBrief]:
    names = await standing.names(session, objects)
    return [ObservedBrief(**_brief(one, names[one.id])) for one in objects]


def _brief(one: Observed, name: str) -> dict[str, object]:
    same = ("id", "position", "region_code", "organization_id", "visits_at", "excused", "total", "rank")
    return {field: getattr(one, field) for field in same} | {"name": name, "reported": one.reported_at is not None}


def _names_shown(caller: Caller, found: Observation) -> bool:
    """Whole names are for the staff of the region that holds a round."""
    return caller.covers(found.region_code)


async def _panel_out(
    session: AsyncSession, caller: Caller, found: Observation, version: RubricVersion
) -> list[PanelistOut]:
    panel, whole = await queries.panel(session, found.id), _names_shown(caller, found)
    sheets = await counting.given(session, found, version)
    scored = Counter(one.panelist.id for one in sheets if one.complete)
    mine = await queries.panelist(session, caller, found.id)
    looking.note(session, caller, found.region_code, len(panel) if whole else 0)
    return [
        PanelistOut(
            name=name if whole else mask_name(name) or "",
            role=one.role,
            weight=one.weight,
            scored=scored[one.id],
            mine=mine is not None and one.id == mine.id,
        )
        for one, name in panel
    ]


async def observed(session: AsyncSession, caller: Caller, keyring: Keyring, one: uuid.UUID) -> ObservedOut:
    """One object that the caller may see."""
    found, _ = await queries.observed(session, caller, one)
    return await observed_out(session, caller, keyring, found)


async def observed_out(session: AsyncSession, caller: Caller, keyring: Keyring, one: Observed) -> ObservedOut:
    """An object that the caller has just seen or changed."""
    found = await session.get_one(Observation, one.observation_id)
    relations = await standing.relations(session, caller, found, one)
    version = await scoring.version_of(session, found)
    sheets = [given for given in await counting.given(session, found, version) if given.observed_id == one.id]
    files = await following_views.files_out(session, keyring, found.region_code, [one.id])
    own = await queries.undertakings_of(session, one.id)
    left = await queries.earlier(session, one, found) if found.opened_at else []
    shown = await following_views.undertakings_out(session, caller, keyring, [*own, *left])
    return ObservedOut(
        **_brief(one, (await standing.names(session, [one]))[one.id]),
        observation_id=found.id,
        report=one.report,
        reported_at=one.reported_at,
        files=files.get(one.id, []),
        remarks=[RemarkOut.model_validate(said) for said in await queries.remarks(session, one.id)],
        undertakings=shown[: len(own)],
        earlier=shown[len(own) :],
        sheets=await _sheets_out(session, caller, found, sheets),
        actions=_actions(found, one, relations),
    )


def _actions(found: Observation, one: Observed, relations: frozenset[Relation]) -> list[str]:
    actions = lifecycle.actions(found.state, relations, lifecycle.OF_AN_OBJECT)
    return [action for action in actions if not (one.excused and action == lifecycle.ObservationAction.SCORE)]


async def _sheets_out(session: AsyncSession, caller: Caller, found: Observation, sheets: list[Given]) -> list[SheetOut]:
    """All sheets for the staff of the region that holds the round, their own for a panelist."""
    whole, mine = _names_shown(caller, found), await queries.panelist(session, caller, found.id)
    shown = [one for one in sheets if whole or _is(one.panelist, mine)]
    looking.note(session, caller, found.region_code, sum(not _is(one.panelist, mine) for one in shown))
    return [
        SheetOut(
            name=one.name if whole else mask_name(one.name) or "",
            role=one.panelist.role,
            weight=one.panelist.weight,
            points=one.points,
            complete=one.complete,
        )
        for one in shown
    ]


def _is(one: Panelist, mine: Panelist | None) -> bool:
    return mine is not None and one.id == mine.id


async def ranking(session: AsyncSession, caller: Caller, one: uuid.UUID) -> RankingOut:
    """The objects of a round by rank; until it is closed, only the staff of its region see how it stands."""
    found = await queries.observation(session, caller, one)
    if found.state != ObservationState.CLOSED and not (
        found.state == ObservationState.OPEN and caller.covers(found.region_code)
    ):
        raise NotRankedYet
    version, objects = await scoring.version_of(session, found), await queries.objects(session, found.id)
    names = await standing.names(session, objects)
    if found.state == ObservationState.OPEN:
        items = await _provisional(session, found, version, objects, names)
    else:
        items = [_ranked(one, names[one.id]) for one in objects]
    last = len(items) + 1
    return RankingOut(
        observation_id=found.id,
        title=found.title,
        provisional=found.state == ObservationState.OPEN,
        version=RubricVersionOut.model_validate(version),
        previous_id=found.previous_id,
        items=sorted(items, key=lambda item: item.rank or last),
    )


def _ranked(one: Observed, name: str) -> RankOfObject:
    same = ("rank", "previous_rank", "total", "parts", "sheets", "awards", "excused")
    moved = one.previous_rank - one.rank if one.previous_rank and one.rank else None
    return RankOfObject(observed_id=one.id, name=name, moved=moved, **{field: getattr(one, field) for field in same})


async def _provisional(
    session: AsyncSession,
    found: Observation,
    version: RubricVersion,
    objects: Sequence[Observed],
    names: dict[uuid.UUID, str],
) -> list[RankOfObject]:
    """How the objects stand by the sheets that are whole now."""
    results = counting.results(version, await counting.given(session, found, version))
    stands = {one.id: results[one.id] for one in objects if one.id in results and not one.excused}
    ranks = reckoning.ranks(result.total for result in stands.values())
    items = []
    for one in objects:
        result = stands.get(one.id)
        items.append(
            RankOfObject(
                observed_id=one.id,
                name=names[one.id],
                rank=ranks[result.total] if result else None,
                previous_rank=None,
                moved=None,
                total=result.total if result else None,
                parts=result.parts if result else {},
                sheets=result.sheets if result else None,
                awards=reckoning.awards(version.awards, result) if result else [],
                excused=one.excused,
            )
        )
    return items
