"""The photos and voice notes of demands and claims: who may add them, and who may see them."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.content import attaching
from app.content.models import SubjectKind
from app.demands.models import Claim, Demand
from app.policies import service as policies
from app.policies.defaults import Key

MOST = {SubjectKind.DEMAND: Key.FILES_PER_DEMAND, SubjectKind.CLAIM: Key.FILES_PER_CLAIM}


async def attach_to_demand(
    session: AsyncSession, caller: Caller, demand: Demand, file_ids: Sequence[uuid.UUID]
) -> None:
    """Add files of the caller's that show what is the matter."""
    await _attach(session, caller, demand, file_ids, (SubjectKind.DEMAND, demand.id))


async def attach_to_claim(
    session: AsyncSession, caller: Caller, demand: Demand, claim: Claim, file_ids: Sequence[uuid.UUID]
) -> None:
    """Add files of the caller's that show what was done."""
    await _attach(session, caller, demand, file_ids, (SubjectKind.CLAIM, claim.id))


async def _attach(
    session: AsyncSession,
    caller: Caller,
    demand: Demand,
    file_ids: Sequence[uuid.UUID],
    subject: tuple[SubjectKind, uuid.UUID],
) -> None:
    if not file_ids:
        return
    rules = (MOST[subject[0]], Key.KEEP_PHOTO_EVIDENCE)
    most, keeps = await policies.values(session, rules, demand.region_code)
    await attaching.attach(session, caller, file_ids, subject, most=most, keeps_evidence=keeps)
