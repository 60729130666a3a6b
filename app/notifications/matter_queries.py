"""The selects of messages about appeals, complaints and bindings: to whom, and what their readers may see."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.models import LateEntry
from app.members.models import BindingRequest
from app.members.queries import decided_by
from app.notifications import enrollment_matters, list_matters, observation_matters
from app.notifications.matters import CALLS_OF_A_MATTER, Matter
from app.notifications.models import Notification, SubjectKind
from app.notifications.queries import UNREAD, among
from app.oversight.appeals.models import Appeal, AppealState, Complaint, ComplaintState
from app.oversight.appeals.queries import appeals_visible_to, complaints_visible_to
from app.regions.queries import under

Ids = Collection[uuid.UUID]


async def matters(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, Matter]:
    """Some matters by their ids."""
    appeals = await session.scalars(select(Appeal).where(among(Appeal.id, ids)))
    complaints = await session.scalars(select(Complaint).where(among(Complaint.id, ids)))
    bindings = await session.scalars(select(BindingRequest).where(among(BindingRequest.id, ids)))
    entries = await session.scalars(select(LateEntry).where(among(LateEntry.id, ids)))
    found = [
        *(
            Matter(
                SubjectKind.APPEAL,
                one.id,
                one.region_code,
                one.filed_by,
                one.decided_by,
                waits=one.state == AppealState.PENDING,
            )
            for one in appeals
        ),
        *(
            Matter(
                SubjectKind.COMPLAINT,
                one.id,
                one.region_code,
                one.filed_by,
                None,
                waits=one.state == ComplaintState.WAITING,
            )
            for one in complaints
        ),
        *(
            Matter(SubjectKind.BINDING, one.id, one.region_code, one.account_id, None, waits=one.decided_at is None)
            for one in bindings
        ),
        *(
            Matter(SubjectKind.LATE_ENTRY, one.id, one.region_code, one.entered_by, None, waits=one.decided_by is None)
            for one in entries
        ),
    ]
    others = [*await enrollment_matters.enrollments(session, ids), *await enrollment_matters.musters(session, ids)]
    others += await observation_matters.observations(session, ids)
    others += await observation_matters.undertakings(session, ids)
    others += await list_matters.matters(session, ids)
    return {matter.id: matter for matter in (*found, *others)}


async def drop_earlier_calls(session: AsyncSession, matter_id: uuid.UUID, before: int) -> None:
    """Take unread calls about a matter away that are older than what happened to it, the event `before`."""
    of_it = (UNREAD, Notification.demand_id.is_(None), Notification.subject_id == matter_id)
    calls = (Notification.kind.in_(CALLS_OF_A_MATTER), Notification.n < before)
    await session.execute(delete(Notification).where(*of_it, *calls))


async def visible_appeals(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Appeal]:
    """Those of some appeals that the caller may see now."""
    return (await session.scalars(select(Appeal).where(among(Appeal.id, ids), appeals_visible_to(caller)))).all()


async def visible_complaints(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Complaint]:
    """Those of some complaints that the caller may see now."""
    seen = complaints_visible_to(caller)
    return (await session.scalars(select(Complaint).where(among(Complaint.id, ids), seen))).all()


async def visible_bindings(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[BindingRequest]:
    """Those of some bindings that the caller decides, or is to be bound by."""
    seen = or_(BindingRequest.account_id == caller.account_id, decided_by(caller))
    return (await session.scalars(select(BindingRequest).where(among(BindingRequest.id, ids), seen))).all()


async def visible_entries(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[LateEntry]:
    """Those of some entries after the fact that are of the caller's regions."""
    seen = under(LateEntry.region_code, caller.reach())
    return (await session.scalars(select(LateEntry).where(among(LateEntry.id, ids), seen))).all()
