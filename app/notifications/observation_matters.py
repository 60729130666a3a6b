"""Observation rounds, and what their objects are to do: whom they concern, and which of them a reader may see."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.access.models import Account, Grant
from app.notifications.matters import Matter
from app.notifications.models import SubjectKind
from app.notifications.queries import among
from app.oversight.observations import queries
from app.oversight.observations.lifecycle import ObservationState
from app.oversight.observations.models import Observation, Observed, Panelist, Undertaking

Ids = Collection[uuid.UUID]
Accounts = dict[uuid.UUID, tuple[uuid.UUID, ...]]


async def observations(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some rounds with their panels and those who answer for their objects."""
    found = (await session.scalars(select(Observation).where(among(Observation.id, ids)))).all()
    sits = select(Panelist.observation_id, Account.id).join(Account, Account.member_id == Panelist.member_id)
    concerned: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for observation_id, account_id in await session.execute(sits.where(among(Panelist.observation_id, ids))):
        concerned[observation_id].append(account_id)
    objects = (await session.scalars(select(Observed).where(among(Observed.observation_id, ids)))).all()
    answer = await _answer_for(session, objects)
    for one in objects:
        concerned[one.observation_id] += answer[one.id]
    return [
        Matter(
            SubjectKind.OBSERVATION,
            one.id,
            one.region_code,
            None,
            None,
            waits=one.state == ObservationState.OPEN,
            state=one.state,
            subjects=tuple(concerned[one.id]),
        )
        for one in found
    ]


async def undertakings(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some undertakings with those who answer for their objects."""
    rows = (await session.execute(queries.undertakings_of_all().where(among(Undertaking.id, ids)))).all()
    answer = await _answer_for(session, [row[1] for row in rows])
    return [
        Matter(
            SubjectKind.UNDERTAKING,
            made.id,
            observation.region_code,
            None,
            None,
            waits=False,
            state=made.state,
            subjects=answer[observed.id],
        )
        for made, observed, observation in rows
    ]


async def _answer_for(session: AsyncSession, objects: Iterable[Observed]) -> Accounts:
    """The dispatchers of observed communities, and the liaisons of observed units."""
    objects = list(objects)
    codes = {one.region_code for one in objects if one.region_code}
    units = {one.organization_id for one in objects if one.organization_id}
    desks = and_(Grant.role.in_(DISPATCHERS), Grant.region_code.in_(codes))
    granted = select(Grant.region_code, Grant.organization_id, Grant.account_id).where(Grant.revoked_at.is_(None))
    found: dict[object, list[uuid.UUID]] = defaultdict(list)
    for code, unit, account_id in await session.execute(granted.where(or_(desks, among(Grant.organization_id, units)))):
        found[code or unit].append(account_id)
    return {one.id: tuple(found[one.region_code or one.organization_id]) for one in objects}


async def visible_observations(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Observation]:
    """Those of some rounds that the caller may see now."""
    seen = await queries.visible_to(session, caller)
    return (await session.scalars(select(Observation).where(among(Observation.id, ids), seen))).all()


async def visible_undertakings(
    session: AsyncSession, caller: Caller, ids: Ids
) -> Sequence[tuple[Undertaking, Observation]]:
    """Those of some undertakings that the caller may see now, with their rounds."""
    seen = await queries.visible_to(session, caller)
    rows = await session.execute(queries.undertakings_of_all().where(among(Undertaking.id, ids), seen))
    return [(row[0], row[2]) for row in rows]
