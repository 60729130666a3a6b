"""The selects of messages about matters that wait for a desk, and certificates: to whom, and what readers may see."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, Uuid, column, delete, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account
from app.activities.models import LateEntry
from app.certificates.models import Certificate
from app.certificates.queries import visible_to as certificates_visible_to
from app.members.models import BindingRequest, Member
from app.members.queries import decided_by
from app.notifications import enrollment_matters, scan_matters
from app.notifications.matters import CALLS_OF_A_MATTER, Matter
from app.notifications.models import Notification, SubjectKind
from app.notifications.queries import UNREAD, among
from app.oversight.models import Appeal, AppealState, Complaint, ComplaintState
from app.oversight.queries import appeals_visible_to, complaints_visible_to
from app.regions.queries import under

Ids = Collection[uuid.UUID]


async def matters(session: AsyncSession, ids: Ids) -> dict[uuid.UUID, Matter]:
    """Some matters by the subjects of their events."""
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
    others += await enrollment_matters.designations(session, ids)
    known = {matter.id: matter for matter in (*found, *others, *await certificates(session, ids))}
    return known | await scan_matters.scans(session, ids)


async def certificates(session: AsyncSession, ids: Ids) -> list[Matter]:
    """Some certificates with the account of whose hours they show."""
    person = func.coalesce(Member.merged_into_id, Member.id)
    whose = func.coalesce(Certificate.account_id, Account.id)  # a resident's, or the member's
    joined = select(Certificate, whose).outerjoin(Member, Member.id == Certificate.member_id)
    rows = await session.execute(
        joined.outerjoin(Account, Account.member_id == person).where(among(Certificate.id, ids))
    )
    return [
        Matter(
            SubjectKind.CERTIFICATE,
            row[0].id,
            row[0].region_code,
            None,
            None,
            waits=False,
            subjects=(row[1],) if row[1] else (),
        )
        for row in rows
    ]


async def drop_earlier_calls(session: AsyncSession, last: Mapping[uuid.UUID, int]) -> None:
    """Take unread calls about matters away that are older than the last event of each, in one statement."""
    pairs = literal(list(last), ARRAY(Uuid)), literal(list(last.values()), ARRAY(BigInteger))
    matter = (
        func.unnest(*pairs).table_valued(column("id", Uuid), column("n", BigInteger), name="matter").render_derived()
    )
    of_it = (UNREAD, Notification.demand_id.is_(None), Notification.subject_id == matter.c.id)
    calls = (Notification.kind.in_(CALLS_OF_A_MATTER), Notification.n < matter.c.n)
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


async def visible_certificates(session: AsyncSession, caller: Caller, ids: Ids) -> Sequence[Certificate]:
    """Those of some certificates that the caller may see now."""
    seen = await certificates_visible_to(session, caller)
    return (await session.scalars(select(Certificate).where(among(Certificate.id, ids), seen))).all()
