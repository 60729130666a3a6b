"""The selects of musters; `visible_to` says which ones a caller may see."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Uuid, cast, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.enrollments.call_models import Muster, MusterTarget
from app.enrollments.call_schemas import MusterFilter
from app.enrollments.designation_queries import line
from app.enrollments.models import Enrollment
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.members.models import Member
from app.organizations.models import Organization
from app.regions import codes
from app.regions.queries import under

Counted = Row[*tuple[Any, ...]]


async def visible_to(session: AsyncSession, caller: Caller) -> ColumnElement[bool]:
    """Those of one's regions and of the regions above them, and those that call one's organization."""
    theirs = select(Member.organization_id).where(Member.id == caller.member_id)
    whose = or_(Organization.id.in_(caller.organization_ids), Organization.id.in_(theirs))
    bodies = (await session.scalars(select(Organization).where(whose))).all()
    named = select(MusterTarget.muster_id).where(MusterTarget.organization_id.in_(line(*(b.path for b in bodies))))
    around = {code for body in bodies for code in codes.path(body.region_code)}
    above = {code for prefix in caller.reach() for code in codes.path(prefix)}
    return or_(
        under(Muster.region_code, caller.reach()),
        Muster.region_code.in_(above),
        Muster.id.in_(named),
        Muster.all_below & Muster.region_code.in_(around),
    )


async def muster(session: AsyncSession, caller: Caller, muster_id: uuid.UUID, *, lock: bool = False) -> Muster:
    """One muster, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Muster).where(Muster.id == muster_id, await visible_to(session, caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def musters(session: AsyncSession, caller: Caller, wanted: MusterFilter) -> tuple[list[Muster], str | None]:
    """One page of musters, newest first."""
    statement, now = select(Muster).where(await visible_to(session, caller)), clock.now()
    runs = (Muster.starts_at <= now) & (Muster.ends_at > now) & Muster.closed_at.is_(None)
    if wanted.open is not None:
        statement = statement.where(runs if wanted.open else ~runs)
    rows, cursor = await page(session, statement, [Muster.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


def _targets(muster: Muster) -> Select[*tuple[Any, ...]]:
    """The organizations that are called by name, or with all of their region."""
    called = select(Organization.id, Organization.name)
    if muster.all_below:
        return called.where(under(Organization.region_code, [muster.region_code]))
    joined = called.join(MusterTarget, MusterTarget.organization_id == Organization.id)
    return joined.where(MusterTarget.muster_id == muster.id)


def _called(muster: Muster) -> Any:
    """Each organization at or below a target, with that target."""
    targets = _targets(muster).cte("targets")
    up = cast(func.unnest(func.string_to_array(func.rtrim(Organization.path, "."), ".")), Uuid).label("target_id")
    lines = select(Organization.id.label("organization_id"), up).subquery()
    return targets, select(lines).join(targets, targets.c.id == lines.c.target_id).cte("called")


def _came(muster: Muster, until: datetime) -> Any:
    """What was confirmed below the muster's region within its time."""
    within = Enrollment.confirmed_at >= muster.starts_at, Enrollment.confirmed_at < until
    columns = (Enrollment.organization_id, Enrollment.member_id, Enrollment.head_count, Enrollment.region_code)
    return select(*columns).where(under(Enrollment.region_code, [muster.region_code]), *within).cte("came")


async def by_organization(session: AsyncSession, muster: Muster, until: datetime) -> Sequence[Counted]:
    """Of every target how many it has, how many came and whether it came itself; who has not come first."""
    targets, called = _called(muster)
    came = _came(muster, until)
    rostered = (
        select(called.c.target_id, func.count().label("members"))
        .join(Member, Member.organization_id == called.c.organization_id)
        .group_by(called.c.target_id)
        .subquery()
    )
    itself = came.c.member_id.is_(None) & (came.c.organization_id == called.c.target_id)
    arrived = (
        select(
            called.c.target_id,
            func.count(distinct(came.c.member_id)).label("enrolled"),
            func.coalesce(func.sum(came.c.head_count), 0).label("heads"),
            func.bool_or(itself).label("reported"),
        )
        .join(came, came.c.organization_id == called.c.organization_id)
        .group_by(called.c.target_id)
        .subquery()
    )
    reported = func.coalesce(arrived.c.reported, False)
    statement = (
        select(
            targets.c.id,
            targets.c.name,
            reported.label("reported"),
            func.coalesce(rostered.c.members, 0).label("members"),
            func.coalesce(arrived.c.enrolled, 0).label("enrolled"),
            func.coalesce(arrived.c.heads, 0).label("heads"),
        )
        .outerjoin(rostered, rostered.c.target_id == targets.c.id)
        .outerjoin(arrived, arrived.c.target_id == targets.c.id)
        .order_by(reported, targets.c.name, targets.c.id)
    )
    return (await session.execute(statement)).all()


async def by_community(session: AsyncSession, muster: Muster, until: datetime) -> Sequence[Counted]:
    """Of every place how many of those who were called came there."""
    _, called = _called(muster)
    came = _came(muster, until)
    statement = (
        select(
            came.c.region_code,
            func.count(distinct(came.c.organization_id)).filter(came.c.member_id.is_(None)).label("organizations"),
            func.count(distinct(came.c.member_id)).label("members"),
            func.coalesce(func.sum(came.c.head_count), 0).label("heads"),
        )
        .where(came.c.organization_id.in_(select(called.c.organization_id)))
        .group_by(came.c.region_code)
        .order_by(came.c.region_code)
    )
    return (await session.execute(statement)).all()
