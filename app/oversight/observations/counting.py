"""Which sheets of a round count, and what they come to."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.oversight.observations import queries, reckoning
from app.oversight.observations.models import Observation, Panelist, RubricVersion
from app.oversight.observations.reckoning import Result, Sheet


@dataclass(frozen=True, slots=True)
class Given:
    """What a panelist gave an object for what the version judges."""

    panelist: Panelist
    name: str
    observed_id: uuid.UUID
    points: dict[str, int]
    complete: bool


async def given(session: AsyncSession, found: Observation, version: RubricVersion) -> list[Given]:
    """Every sheet of a round that has anything on it, without those of who stepped back.

    What was scored by an earlier version counts where this one judges the same out of as many points.
    """
    most = {one.code: one.most for one in reckoning.criteria(version.criteria)}
    sheets: dict[tuple[uuid.UUID, uuid.UUID], dict[str, int]] = {}
    for score in await queries.scores(session, found.id):
        if most.get(score.criterion) == score.most:
            sheets.setdefault((score.panelist_id, score.observed_id), {})[score.criterion] = score.points
    panel = {one.id: (one, name) for one, name in await queries.panel(session, found.id)}
    left = await queries.recusals(session, found.id)
    return [
        Given(*panel[panelist_id], observed_id, points, complete=len(points) == len(most))
        for (panelist_id, observed_id), points in sheets.items()
        if (panelist_id, observed_id) not in left
    ]


def results(version: RubricVersion, sheets: list[Given]) -> Mapping[uuid.UUID, Result]:
    """What each object got that has a whole sheet."""
    judged, whole = reckoning.criteria(version.criteria), [one for one in sheets if one.complete]
    return {
        observed_id: reckoning.result(
            judged,
            [Sheet(one.panelist.weight, one.points) for one in whole if one.observed_id == observed_id],
            version.drop_highest,
            version.drop_lowest,
        )
        for observed_id in {one.observed_id for one in whole}
    }
