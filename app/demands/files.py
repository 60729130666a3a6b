"""The photos and voice notes of demands and claims: who may add them, and how many."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.content import attaching
from app.content import queries as content
from app.content.models import SubjectKind
from app.demands.models import Claim, Demand
from app.demands.schemas import CompleteIn
from app.policies import service as policies
from app.policies.defaults import Evidence, Key

WORK = (Key.EVIDENCE, Key.EVIDENCE_LIMIT, Key.KEEP_PHOTO_EVIDENCE)
FEWEST = {Evidence.NONE: 0, Evidence.NOTE: 0, Evidence.PHOTO: 1, Evidence.BEFORE_AFTER: 2}
"""How many files show what a category asks to be shown."""


async def attach_to_demand(
    session: AsyncSession, caller: Caller, demand: Demand, file_ids: Sequence[uuid.UUID]
) -> None:
    """Add files of the caller's that show what is the matter."""
    if not file_ids:
        return
    most, keeps = await policies.values(session, (Key.FILES_PER_DEMAND, Key.KEEP_PHOTO_EVIDENCE), demand.region_code)
    room = max(most - await content.count_of(session, demand.id), 0)
    subject = (SubjectKind.DEMAND, demand.id)
    await attaching.attach(session, caller, file_ids, subject, most=room, keeps_evidence=keeps)


async def show_work(session: AsyncSession, caller: Caller, demand: Demand, claim: Claim, said: CompleteIn) -> None:
    """Add files of the caller's that show what was done; the desk sees where the category asks for more.

    Less than is asked for is never refused: what was done counts, photo or not.
    """
    asked, limits, keeps = await policies.values(session, WORK, demand.region_code)
    subject = (SubjectKind.CLAIM, claim.id)
    most = policies.for_category(limits, demand.category)
    await attaching.attach(session, caller, said.file_ids, subject, most=most, keeps_evidence=keeps)
    evidence = policies.for_category(asked, demand.category)
    wordless = evidence == Evidence.NOTE and said.summary is None
    claim.evidence_missing = wordless or len(set(said.file_ids)) < FEWEST[evidence]
