"""What a caller is to a round and to one of its objects, and with which objects somebody has to do."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit.errors import Forbidden
from app.organizations import queries as organizations
from app.oversight.observations import queries
from app.oversight.observations.lifecycle import WHO, ObservationAction, Relation
from app.oversight.observations.models import Observation, Observed, Panelist
from app.regions import queries as regions


async def relations(
    session: AsyncSession, caller: Caller, found: Observation, one: Observed | None = None
) -> frozenset[Relation]:
    """Everything that a caller is to a round, and where an object is given, to that object."""
    relations = set()
    if caller.covers(found.region_code, DISPATCHERS):
        relations.add(Relation.DESK)
    if one is not None and is_object(caller, one):
        relations.add(Relation.OBJECT)
    sits = await queries.panelist(session, caller, found.id)
    if sits and (one is None or not await has_to_do(session, found, one, sits)):
        relations.add(Relation.PANEL)
    return frozenset(relations)


async def require(
    session: AsyncSession, caller: Caller, found: Observation, action: ObservationAction, one: Observed | None = None
) -> None:
    """Raise `Forbidden` unless the caller may do this to a round, or to one of its objects."""
    if not await relations(session, caller, found, one) & WHO[action]:
        raise Forbidden


def is_object(caller: Caller, one: Observed) -> bool:
    """Whether the caller answers for a community, or speaks for a unit."""
    if one.region_code is not None:
        return caller.covers(one.region_code, DISPATCHERS)
    return one.organization_id in caller.organization_ids


async def has_to_do(session: AsyncSession, found: Observation, one: Observed, sits: Panelist) -> bool:
    """Whether a panelist belongs to an object: lives or is on a roster there, works for it, or said so.

    Who is of a place that holds the object and lies within the round belongs to it as well: a community to its
    buildings. Who holds the round, or stands above it, belongs to none of its objects.
    """
    if (sits.id, one.id) in await queries.recusals(session, found.id):
        return True
    ties = await queries.ties(session, sits.member_id)
    if one.region_code is not None:
        return any(code and _overlaps(code, one.region_code, found.region_code) for code, _ in ties)
    units = await organizations.organizations(session, [one.organization_id])
    return any(path and path.startswith(unit.path) for _, path in ties for unit in units.values())


def _overlaps(code: str, object_code: str, held_by: str) -> bool:
    inside = len(code) > len(held_by)
    return inside and (code.startswith(object_code) or object_code.startswith(code))


async def names(session: AsyncSession, objects: Sequence[Observed]) -> dict[uuid.UUID, str]:
    """What some objects are called."""
    places = await regions.names(session, [one.region_code for one in objects if one.region_code])
    units = await organizations.organizations(session, [one.organization_id for one in objects])
    called = {one.id: places.get(one.region_code or "", "") for one in objects}
    return called | {one.id: units[one.organization_id].name for one in objects if one.organization_id}
