"""Every select of rosters."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands.lifecycle import LIVE, ClaimState
from app.demands.models import Claim, ClaimMember
from app.kit import clock
from app.members import queries as members
from app.members.models import Engagement, Member
from app.organizations import queries as organizations
from app.rosters.models import WORKED_ON, ImportState, RosterImport, RosterKind, RosterPage

UNDER_WAY = LIVE | {ClaimState.OFFERED, ClaimState.COMPLETED}
"""Claims for which the member may still have to do or to say something."""


async def wait_in_line(session: AsyncSession) -> None:
    """Hold the rosters until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("rosters", 0))))


async def waiting(session: AsyncSession) -> Sequence[uuid.UUID]:
    """What the worker has to do, the oldest first."""
    statement = select(RosterImport.id).where(RosterImport.state.in_(WORKED_ON)).order_by(RosterImport.id)
    return (await session.scalars(statement)).all()


async def taken_up(session: AsyncSession, import_id: uuid.UUID) -> RosterImport | None:
    """An import that waits for a worker, unless another one works on it.

    Held by a lock of its own and not by its row, on which the progress is written meanwhile.
    """
    key = func.hashtextextended(f"roster:{import_id}", 0)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(key))):
        return None
    statement = select(RosterImport).where(RosterImport.id == import_id, RosterImport.state.in_(WORKED_ON))
    return await session.scalar(statement)


async def sent_by(session: AsyncSession, account_id: uuid.UUID, import_id: uuid.UUID) -> RosterImport | None:
    """An import of one's own, held against a second click."""
    own = select(RosterImport).where(RosterImport.id == import_id, RosterImport.sent_by == account_id)
    return await session.scalar(own.with_for_update())


async def own(session: AsyncSession, account_id: uuid.UUID) -> Sequence[RosterImport]:
    """Everything that somebody sent and that is still kept, the newest first."""
    statement = select(RosterImport).where(RosterImport.sent_by == account_id).order_by(RosterImport.id.desc())
    return (await session.scalars(statement)).all()


async def pages(session: AsyncSession, import_id: uuid.UUID) -> AsyncIterator[RosterPage]:
    """The pages of an import in their order, one at a time."""
    ids = await session.scalars(select(RosterPage.id).where(RosterPage.import_id == import_id).order_by(RosterPage.id))
    for one in ids.all():
        yield (await session.scalars(select(RosterPage).where(RosterPage.id == one))).one()


async def still_open(session: AsyncSession, account_id: uuid.UUID, kind: RosterKind) -> Sequence[RosterImport]:
    """Earlier files of somebody that were looked at and never taken over."""
    earlier = select(RosterImport).where(RosterImport.sent_by == account_id, RosterImport.kind == kind)
    unused = RosterImport.state.in_((ImportState.CHECKED, ImportState.FAILED))
    return (await session.scalars(earlier.where(unused).with_for_update(skip_locked=True))).all()


async def serves(session: AsyncSession, member_id: uuid.UUID) -> bool:
    """Whether something is under way for which a member stands by this very entry."""
    claimed = exists().where(Claim.claimant_id == member_id, Claim.state.in_(UNDER_WAY))
    sent = exists().where(
        ClaimMember.member_id == member_id, Claim.id == ClaimMember.claim_id, Claim.state.in_(UNDER_WAY)
    )
    booked = exists().where(
        Engagement.person_id == member_id, Engagement.live, func.upper(Engagement.during) > clock.now()
    )
    return bool(await session.scalar(select(or_(claimed, sent, booked))))


async def in_sight(session: AsyncSession, caller: Caller, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Which of some members the caller may see."""
    spoken_for = await organizations.paths(session, caller.organization_ids)
    seen = select(Member.id).where(Member.id.in_(ids), members.visible_to(caller, spoken_for))
    return set(await session.scalars(seen))


def expired(now: datetime) -> Select[RosterImport]:
    """Imports that were kept long enough."""
    return select(RosterImport).where(RosterImport.expires_at <= now).order_by(RosterImport.expires_at)
