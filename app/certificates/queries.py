"""Every select of certificates; `visible_to` says which ones a caller may see."""

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.models import Activity, Shift, SignUp
from app.certificates.models import Certificate
from app.certificates.schemas import CertificatesWanted
from app.demands.models import Claim, Demand, Service
from app.kit import codes
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.members import queries as members
from app.regions.queries import under


async def visible_to(session: AsyncSession, caller: Caller) -> ColumnElement[bool]:
    """One's own, as a member and as a resident, and those of one's regions."""
    entries = await members.entries_of(session, caller.member_id) if caller.member_id else []
    staffs = under(Certificate.region_code, caller.reach()) if caller.is_staff else false()
    return or_(Certificate.member_id.in_(entries), Certificate.account_id == caller.account_id, staffs)


async def certificate(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> Certificate:
    """One certificate, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Certificate).where(Certificate.id == one, await visible_to(session, caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def certificates(
    session: AsyncSession, caller: Caller, wanted: CertificatesWanted
) -> tuple[list[Certificate], str | None]:
    """One page of what a caller may see, the newest first."""
    statement = select(Certificate).where(await visible_to(session, caller))
    for column, value in (
        (Certificate.member_id, wanted.member_id),
        (Certificate.account_id, wanted.account_id),
        (Certificate.number, codes.plain(wanted.number) if wanted.number is not None else None),
    ):
        if value is not None:
            statement = statement.where(column == value)
    rows, cursor = await page(session, statement, [Certificate.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def by_number(session: AsyncSession, number: str) -> Certificate | None:
    """The certificate that a code names."""
    return await session.scalar(select(Certificate).where(Certificate.number == number))


async def activities_of(session: AsyncSession, sign_up_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What each of some sign-ups was for, by its title."""
    joined = select(SignUp.id, Activity.title).join(Shift, Shift.id == SignUp.shift_id)
    found = joined.join(Activity, Activity.id == Shift.activity_id).where(SignUp.id.in_(sign_up_ids))
    return {row[0]: row[1] for row in await session.execute(found)}


async def categories_of(session: AsyncSession, service_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Of what category the demand of each of some services is; its words are its filer's, and no certificate's."""
    joined = select(Service.id, Demand.category).join(Claim, Claim.id == Service.claim_id)
    found = joined.join(Demand, Demand.id == Claim.demand_id).where(Service.id.in_(service_ids))
    return {row[0]: row[1] for row in await session.execute(found)}
