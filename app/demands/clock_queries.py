"""Every select of the clocks: what is due, what was climbed, who must hear."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.clock_models import DueRecount, OverdueStep, WhistleAlarm
from app.demands.lifecycle import NOT_OVERDUE
from app.demands.models import Claim, Demand
from app.demands.plan_models import Approval, Dispatch
from app.regions.queries import under


def due(now: datetime) -> Select[Demand]:
    """Demands that the clock must look at, longest due first."""
    return select(Demand).where(Demand.timer_at <= now).order_by(Demand.timer_at)


def alarmed(now: datetime) -> Select[Demand]:
    """Demands whose due time or whistle must be looked at, longest due first."""
    return select(Demand).where(Demand.alarm_at <= now).order_by(Demand.alarm_at)


async def latest_step(session: AsyncSession, found: Demand) -> OverdueStep | None:
    """The step that an overdue demand took last."""
    statement = select(OverdueStep).where(OverdueStep.demand_id == found.id)
    return await session.scalar(statement.order_by(OverdueStep.id.desc()).limit(1))


async def whistles(session: AsyncSession, found: Demand) -> Sequence[Claim]:
    """This round's claims that answer a whistle, whatever became of them."""
    statement = select(Claim).where(Claim.demand_id == found.id, Claim.round == found.round, Claim.departmental)
    return (await session.scalars(statement.order_by(Claim.id))).all()


async def sounded(session: AsyncSession, claim_ids: Sequence[uuid.UUID]) -> set[tuple[uuid.UUID, str, str]]:
    """The alarms that some claims' clocks have given: claim, clock and level."""
    columns = select(WhistleAlarm.claim_id, WhistleAlarm.clock, WhistleAlarm.level)
    rows = await session.execute(columns.where(WhistleAlarm.claim_id.in_(claim_ids)))
    return {(row.claim_id, row.clock, row.level) for row in rows}


async def plan_in_force(session: AsyncSession, found: Demand) -> Dispatch | None:
    """The newest plan of a demand that waits for nobody's word and was not sent back."""
    agreed = or_(Dispatch.approval.is_(None), Dispatch.approval == Approval.APPROVED)
    statement = select(Dispatch).where(Dispatch.demand_id == found.id, agreed)
    return await session.scalar(statement.order_by(Dispatch.id.desc()).limit(1))


def recounts(now: datetime) -> Select[DueRecount]:
    """Recounts that are to be done, in the order of their days and of what asked for them."""
    return select(DueRecount).where(DueRecount.run_at <= now).order_by(DueRecount.run_at, DueRecount.id)


async def unfinished(session: AsyncSession, wanted: DueRecount, most: int) -> Sequence[Demand]:
    """The next demands of a recount, locked in the order of their ids."""
    statement = select(Demand).where(Demand.state.not_in(NOT_OVERDUE), under(Demand.region_code, [wanted.region_code]))
    if wanted.after_id is not None:
        statement = statement.where(Demand.id > wanted.after_id)
    locked = statement.order_by(Demand.id).limit(most).with_for_update(of=Demand)
    return (await session.scalars(locked.execution_options(populate_existing=True))).all()


async def proposals(session: AsyncSession, demand_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Dispatch]:
    """The newest proposed plan of each of some demands."""
    if not demand_ids:
        return {}
    proposed = select(Dispatch).where(Dispatch.demand_id.in_(demand_ids), Dispatch.approval == Approval.PROPOSED)
    return {one.demand_id: one for one in await session.scalars(proposed.order_by(Dispatch.id))}
