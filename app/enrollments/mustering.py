"""集结令: call organizations to report in, and see who has come."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments import muster_queries as queries
from app.enrollments.call_models import Muster, MusterTarget
from app.enrollments.call_schemas import (
    CommunityCount,
    MusterCounts,
    MusterFilter,
    MusterIn,
    MusterOut,
    TargetCount,
)
from app.enrollments.events import CallEvent
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, Forbidden, InvalidRequest
from app.kit.pagination import Page
from app.organizations import queries as organizations
from app.regions import queries as regions
from app.regions.errors import UnknownRegion
from app.regions.models import Level

CALLERS = frozenset({Level.CITY, Level.DISTRICT, Level.SUBDISTRICT, Level.TOWN})


async def call(session: AsyncSession, caller: Caller, body: MusterIn) -> Muster:
    """Open a muster for a subdistrict, a district or a city."""
    caller.require(DISPATCHERS, body.region_code)
    region = await regions.region(session, body.region_code)
    if region is None:
        raise UnknownRegion
    if region.level not in CALLERS:
        where = ("集结令由街道或以上发布", "a muster is a subdistrict's or a district's")
        raise InvalidRequest.field("region_code", "muster_level", *where)
    now = clock.now()
    if body.ends_at <= (body.starts_at or now):
        raise InvalidRequest.field("ends_at", "ends_before_start", "结束时间须晚于开始时间", "it has ended already")
    wanted = list(dict.fromkeys(body.organization_ids))
    await _check_known(session, wanted)
    made = Muster(
        id=new_id(),
        region_code=body.region_code,
        title=body.title,
        text=body.text,
        starts_at=body.starts_at or now,
        ends_at=body.ends_at,
        all_below=not wanted,
        opened_by=caller.account_id,
        opened_at=now,
    )
    session.add(made)
    await session.flush()  # the targets refer to it
    session.add_all(MusterTarget(muster_id=made.id, organization_id=one) for one in wanted)
    _tell(session, CallEvent.MUSTER_OPENED, made, caller)
    return made


async def _check_known(session: AsyncSession, wanted: Sequence[uuid.UUID]) -> None:
    known = await organizations.organizations(session, wanted)
    for index, one in enumerate(wanted):
        if one not in known:
            where = f"organization_ids.{index}"
            raise InvalidRequest.field(where, "unknown_id", "没有这个组织", "there is no such organization")


async def close(session: AsyncSession, caller: Caller, muster_id: uuid.UUID) -> Muster:
    """Close a muster before its time: what comes later is not counted."""
    found = await queries.muster(session, caller, muster_id, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    if found.closed_at is not None or found.ends_at <= clock.now():
        raise ActionNotAllowed
    found.closed_at, found.closed_by = clock.now(), caller.account_id
    _tell(session, CallEvent.MUSTER_CLOSED, found, caller)
    return found


def _tell(session: AsyncSession, kind: CallEvent, found: Muster, caller: Caller) -> None:
    events.record(session, kind, subject=found.id, region_code=found.region_code, actor=caller.account_id)


async def musters(session: AsyncSession, caller: Caller, wanted: MusterFilter) -> Page[MusterOut]:
    """One page of the musters that the caller may see."""
    found, cursor = await queries.musters(session, caller, wanted)
    return Page(items=await _shown(session, found), next_cursor=cursor)


async def muster(session: AsyncSession, caller: Caller, muster_id: uuid.UUID) -> MusterOut:
    """One muster that the caller may see."""
    return await shown(session, await queries.muster(session, caller, muster_id))


async def shown(session: AsyncSession, found: Muster) -> MusterOut:
    """A muster that the caller has just seen or changed."""
    (one,) = await _shown(session, [found])
    return one


async def _shown(session: AsyncSession, found: Sequence[Muster]) -> list[MusterOut]:
    names, now = await regions.names(session, [one.region_code for one in found]), clock.now()
    return [
        MusterOut(
            id=one.id,
            region_code=one.region_code,
            region_name=names.get(one.region_code, ""),
            title=one.title,
            text=one.text,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            all_below=one.all_below,
            is_open=one.starts_at <= now < _until(one),
            closed_at=one.closed_at,
        )
        for one in found
    ]


def _until(found: Muster) -> datetime:
    """When it ended, or will."""
    return min(found.closed_at or found.ends_at, found.ends_at)


async def counts(session: AsyncSession, caller: Caller, muster_id: uuid.UUID) -> MusterCounts:
    """Who has come: all for the staff of its region, for a liaison their own organizations."""
    found = await queries.muster(session, caller, muster_id)
    if not (caller.is_staff or caller.is_liaison):
        raise Forbidden
    rows = await queries.by_organization(session, found, _until(found))
    places: Sequence[queries.Counted] = ()
    if caller.is_staff:
        places = await queries.by_community(session, found, _until(found))
    else:
        below = set(
            await session.scalars(organizations.below(*await organizations.paths(session, caller.organization_ids)))
        )
        rows = [row for row in rows if row.id in below]
    names = await regions.names(session, [row.region_code for row in places])
    return MusterCounts(
        organizations=[TargetCount(organization_id=row.id, **_fields(row, TargetCount)) for row in rows],
        communities=[
            CommunityCount(region_name=names.get(row.region_code, ""), **_fields(row, CommunityCount)) for row in places
        ],
    )


def _fields(row: queries.Counted, model: type[TargetCount | CommunityCount]) -> dict[str, object]:
    return {name: value for name, value in row._mapping.items() if name in model.model_fields}
