"""Every select of oversight; `appeals_visible_to` and `complaints_visible_to` say what a caller may see."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.access.caller import DISPATCHERS, Caller
from app.demands.models import Claim, Demand, Evaluation, Service
from app.demands.queries import in_regions
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.events import Event
from app.kit.pagination import page
from app.ledger.models import Entry, Unit
from app.oversight.appeals.models import Appeal, AppealKind, AppealState, Complaint, ComplaintState
from app.oversight.appeals.schemas import AppealFilter, ComplaintFilter
from app.regions.queries import under


def appeals_visible_to(caller: Caller) -> ColumnElement[bool]:
    """One's own, those that one's desk decides, and those over what one's desk decided."""
    own = Appeal.filed_by == caller.account_id
    if not caller.is_staff:
        return own
    about = exists().where(Demand.id == Appeal.demand_id, in_regions(caller.reach()))
    return or_(own, under(Appeal.region_code, caller.reach()), about)


def complaints_visible_to(caller: Caller) -> ColumnElement[bool]:
    """One's own, and those that lie with one's desk or with one below it."""
    own = Complaint.filed_by == caller.account_id
    return or_(own, under(Complaint.region_code, caller.reach())) if caller.is_staff else own


def appeals_at_desk(caller: Caller) -> ColumnElement[bool]:
    """Those that wait for the caller to decide: of the caller's desks, and neither filed nor decided before by them."""
    return and_(
        Appeal.state == AppealState.PENDING,
        under(Appeal.region_code, caller.reach(DISPATCHERS)),
        Appeal.filed_by != caller.account_id,
        Appeal.decided_by.is_distinct_from(caller.account_id),
    )


def complaints_at_desk(caller: Caller) -> ColumnElement[bool]:
    """Those that wait for the caller to answer: of the caller's desks, and not their own."""
    return and_(
        Complaint.state == ComplaintState.WAITING,
        under(Complaint.region_code, caller.reach(DISPATCHERS)),
        Complaint.filed_by != caller.account_id,
    )


async def waiting(
    session: AsyncSession, which: ColumnElement[bool], due_at: InstrumentedAttribute[datetime]
) -> tuple[int, datetime | None]:
    """How many wait, and by when the first of them is due."""
    row = (await session.execute(select(func.count(), func.min(due_at)).where(which))).one()
    return row[0], row[1]


async def disputed(session: AsyncSession, found: Sequence[Appeal]) -> dict[uuid.UUID, int]:
    """The minutes or points that some appeals are over."""
    hours = select(Appeal.id, Service.minutes).join(Service, Service.id == Appeal.source_id)
    points = select(Appeal.id, Entry.amount).join(Entry, Entry.id == Appeal.subject_id)
    both = union_all(
        hours.where(Appeal.subject_kind == AppealKind.HOURS, Appeal.id.in_([one.id for one in found])),
        points.where(Appeal.subject_kind == AppealKind.POINTS, Appeal.id.in_([one.id for one in found])),
    )
    return {row[0]: row[1] for row in await session.execute(both)}


async def appeal(session: AsyncSession, caller: Caller, appeal_id: uuid.UUID) -> Appeal:
    """One appeal; raises `NotFound` for absent and unseen alike."""
    found = await session.scalar(select(Appeal).where(Appeal.id == appeal_id, appeals_visible_to(caller)))
    if found is None:
        raise NotFound
    return found


async def locked_appeal(session: AsyncSession, appeal_id: uuid.UUID) -> Appeal:
    """An appeal that is known to be there, as it stands now and held against others."""
    statement = select(Appeal).where(Appeal.id == appeal_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def complaint(session: AsyncSession, caller: Caller, complaint_id: uuid.UUID, *, lock: bool = False) -> Complaint:
    """One complaint, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Complaint).where(Complaint.id == complaint_id, complaints_visible_to(caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def was_appealed(
    session: AsyncSession,
    caller: Caller,
    kind: AppealKind,
    subject_id: uuid.UUID,
    *,
    since: datetime,
    source_id: uuid.UUID | None,
) -> bool:
    """Whether a decision of `since` was appealed, or before, by the caller, what a service earned."""
    same = and_(Appeal.subject_id == subject_id, Appeal.filed_at >= since)
    if source_id is not None:  # what an appeal put right is a new entry, and decided over all the same
        same = or_(same, and_(Appeal.source_id == source_id, Appeal.filed_by == caller.account_id))
    return bool(await session.scalar(select(exists().where(Appeal.subject_kind == kind, same))))


async def evaluation(session: AsyncSession, evaluation_id: uuid.UUID) -> Evaluation | None:
    """One evaluation that counts."""
    return await session.scalar(
        select(Evaluation).where(Evaluation.id == evaluation_id, Evaluation.struck_at.is_(None))
    )


async def latest_service(session: AsyncSession, claim_id: uuid.UUID) -> Service | None:
    """The last time that a claim was served."""
    statement = select(Service).where(Service.claim_id == claim_id).order_by(Service.sequence.desc()).limit(1)
    return await session.scalar(statement)


async def service(session: AsyncSession, service_id: uuid.UUID) -> tuple[Service, Claim]:
    """A service that is known to be there, with its claim, as they stand now."""
    statement = select(Service, Claim).join(Claim, Claim.id == Service.claim_id).where(Service.id == service_id)
    row = (await session.execute(statement.execution_options(populate_existing=True))).one()
    return row[0], row[1]


async def points_of(session: AsyncSession, holder_ids: Sequence[uuid.UUID], entry_id: uuid.UUID) -> Entry | None:
    """Somebody's own entry of points."""
    own = Entry.holder_id.in_(holder_ids) & (Entry.unit == Unit.POINTS)
    return await session.scalar(select(Entry).where(Entry.id == entry_id, own))


async def holder_of(session: AsyncSession, entry_id: uuid.UUID) -> uuid.UUID:
    """Whose entry that is."""
    return (await session.scalars(select(Entry.holder_id).where(Entry.id == entry_id))).one()


async def locked_demand(session: AsyncSession, demand_id: uuid.UUID) -> Demand:
    """The demand of a decision, held against other changes."""
    statement = select(Demand).where(Demand.id == demand_id).with_for_update(of=Demand)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def who_did(session: AsyncSession, demand_id: uuid.UUID, kind: str) -> uuid.UUID | None:
    """Whose account did something to a demand last."""
    statement = select(Event.actor).where(Event.subject == demand_id, Event.kind == kind)
    return await session.scalar(statement.order_by(Event.n.desc()).limit(1))


async def titles(session: AsyncSession, demand_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What some demands are about."""
    rows = await session.execute(select(Demand.id, Demand.title).where(Demand.id.in_(demand_ids)))
    return {row.id: row.title for row in rows}


async def appeals(session: AsyncSession, caller: Caller, wanted: AppealFilter) -> tuple[list[Appeal], str | None]:
    """One page of appeals: the caller's newest first, a desk's oldest first."""
    which = Appeal.filed_by == caller.account_id if wanted.scope == "mine" else appeals_at_desk(caller)
    statement = select(Appeal).where(which)
    if wanted.state:
        statement = statement.where(Appeal.state == wanted.state)
    if wanted.overdue is not None:
        late = and_(Appeal.state == AppealState.PENDING, Appeal.due_at < clock.now())
        statement = statement.where(late if wanted.overdue else ~late)
    rows, cursor = await page(session, statement, [Appeal.id], wanted, descending=wanted.scope == "mine")
    return [row[0] for row in rows], cursor


async def complaints(
    session: AsyncSession, caller: Caller, wanted: ComplaintFilter
) -> tuple[list[Complaint], str | None]:
    """One page of complaints: a desk's oldest first, others newest first."""
    match wanted.scope:
        case "mine":
            which = Complaint.filed_by == caller.account_id
        case "desk":
            which = complaints_at_desk(caller)
        case _:
            which = under(Complaint.region_code, caller.reach())
    statement = select(Complaint).where(which)
    if wanted.kind:
        statement = statement.where(Complaint.kind == wanted.kind)
    if wanted.overdue is not None:
        late = and_(Complaint.state == ComplaintState.WAITING, Complaint.due_at < clock.now())
        statement = statement.where(late if wanted.overdue else ~late)
    rows, cursor = await page(session, statement, [Complaint.id], wanted, descending=wanted.scope != "desk")
    return [row[0] for row in rows], cursor


def due_appeals(now: datetime) -> Select[Appeal]:
    """Pending appeals that no desk decided in time, longest due first."""
    return select(Appeal).where(Appeal.timer_at <= now).order_by(Appeal.timer_at)


def due_complaints(now: datetime) -> Select[Complaint]:
    """Complaints that no desk answered in time, longest due first."""
    return select(Complaint).where(Complaint.timer_at <= now).order_by(Complaint.timer_at)
