"""Every select of enrollments; `visible_to` is the one place that says which ones a caller may see."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Exists, Uuid, and_, any_, bindparam, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments.lifecycle import ENROLLED, LIVE, NEEDS_DESK, EnrollmentState
from app.enrollments.models import Enrollment, EnrollmentSubject
from app.enrollments.schemas import EnrollmentFilter
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.organizations.queries import below
from app.organizations.queries import paths as paths_of
from app.regions.queries import under


def _own(caller: Caller) -> ColumnElement[bool]:
    return Enrollment.member_id == caller.member_id if caller.member_id else false()


async def _spoken_for(session: AsyncSession, caller: Caller) -> ColumnElement[bool]:
    """Those of the organizations that a caller speaks for, of all below them, and of their members."""
    if not caller.organization_ids:
        return false()
    return Enrollment.organization_id.in_(below(*await paths_of(session, caller.organization_ids)))


def _at_desk(caller: Caller) -> ColumnElement[bool]:
    """Those that wait for the caller's desks."""
    return and_(Enrollment.state.in_(NEEDS_DESK), under(Enrollment.region_code, caller.reach(DISPATCHERS)))


async def visible_to(session: AsyncSession, caller: Caller) -> ColumnElement[bool]:
    """One's own, those of one's organizations, and those in one's regions."""
    staffs = under(Enrollment.region_code, caller.reach()) if caller.is_staff else false()
    return or_(_own(caller), await _spoken_for(session, caller), staffs)


async def enrollment(
    session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, *, lock: bool = False
) -> Enrollment:
    """One enrollment, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Enrollment).where(Enrollment.id == enrollment_id, await visible_to(session, caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def locked(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Enrollment]:
    """Some enrollments that the caller may see, locked in one order, so that two batches do not wait in a ring."""
    statement = select(Enrollment).where(Enrollment.id.in_(ids), await visible_to(session, caller))
    statement = statement.order_by(Enrollment.id).with_for_update().execution_options(populate_existing=True)
    return {one.id: one for one in await session.scalars(statement)}


async def locked_one(session: AsyncSession, enrollment_id: uuid.UUID) -> Enrollment:
    """An enrollment that is known to be there, held until this transaction ends."""
    statement = select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def live_of(session: AsyncSession, subject_id: uuid.UUID) -> Sequence[Enrollment]:
    """Everything that stands of one subject."""
    statement = select(Enrollment).where(Enrollment.subject_id == subject_id, Enrollment.state.in_(LIVE))
    return (await session.scalars(statement.order_by(Enrollment.id))).all()


async def live_of_many(session: AsyncSession, subject_ids: Collection[uuid.UUID]) -> Sequence[Enrollment]:
    """Everything that stands of some subjects."""
    those = Enrollment.subject_id == any_(bindparam("subjects", list(subject_ids), type_=ARRAY(Uuid)))
    return (await session.scalars(select(Enrollment).where(those, Enrollment.state.in_(LIVE)))).all()


def is_enrolled(subject_id: Any, *where: ColumnElement[bool]) -> Exists:
    """Whether somebody is enrolled, where it is said at some place."""
    return exists().where(Enrollment.subject_id == subject_id, Enrollment.state.in_(ENROLLED), *where)


async def places_of(session: AsyncSession, subject_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Where each of some is enrolled; who is nowhere is left out."""
    those = Enrollment.subject_id == any_(bindparam("subjects", list(subject_ids), type_=ARRAY(Uuid)))
    statement = select(Enrollment.subject_id, Enrollment.region_code).where(those, Enrollment.state.in_(ENROLLED))
    found: dict[uuid.UUID, list[str]] = {}
    for row in await session.execute(statement.order_by(Enrollment.region_code)):
        found.setdefault(row.subject_id, []).append(row.region_code)
    return found


async def by_number(session: AsyncSession, number: str) -> Enrollment | None:
    """The enrollment that a receipt names."""
    return await session.scalar(select(Enrollment).where(Enrollment.number == number))


async def enrollments(
    session: AsyncSession, caller: Caller, wanted: EnrollmentFilter
) -> tuple[list[Enrollment], str | None]:
    """One page of enrollments: a desk's oldest first, others newest first."""
    statement = select(Enrollment).where(await _scope(session, caller, wanted.scope), *_narrowed(wanted))
    rows, cursor = await page(session, statement, [Enrollment.id], wanted, descending=wanted.scope != "desk")
    return [row[0] for row in rows], cursor


async def _scope(session: AsyncSession, caller: Caller, scope: str) -> ColumnElement[bool]:
    match scope:
        case "mine":
            return _own(caller)
        case "organization":
            return await _spoken_for(session, caller)
        case "desk":
            return _at_desk(caller)
        case _:
            return under(Enrollment.region_code, caller.reach())


def _narrowed(wanted: EnrollmentFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.state:
        conditions.append(Enrollment.state == wanted.state)
    if wanted.subject:
        is_organization = Enrollment.member_id.is_(None)
        conditions.append(is_organization if wanted.subject == EnrollmentSubject.ORGANIZATION else ~is_organization)
    if wanted.region:
        conditions.append(under(Enrollment.region_code, [wanted.region]))
    if wanted.organization_id:
        conditions.append(Enrollment.organization_id == wanted.organization_id)
    return conditions


async def waiting(session: AsyncSession, caller: Caller) -> dict[EnrollmentState, int]:
    """How many wait for the caller's desks, and as what."""
    statement = select(Enrollment.state, func.count()).where(_at_desk(caller)).group_by(Enrollment.state)
    return {row[0]: row[1] for row in await session.execute(statement)}
