"""What becomes of a report: the desk confirms or refuses it, somebody leaves and is let go or kept."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.enrollments import moving, queries, relations
from app.enrollments.lifecycle import EnrollmentAction
from app.enrollments.models import Enrollment
from app.enrollments.schemas import BatchItem, WordsIn, WordsMaybeIn
from app.kit.errors import AppError, NotFound

A = EnrollmentAction


async def confirm(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID) -> Enrollment:
    """Confirm a report; what it follows ends in the same moment."""
    found = await _to_move(session, caller, enrollment_id, A.CONFIRM)
    await moving.confirm(session, found, caller, by_the_desk=True)
    return found


async def confirm_many(session: AsyncSession, caller: Caller, ids: Sequence[uuid.UUID]) -> list[BatchItem]:
    """Confirm a batch: of those that cannot be, each says why, and the others are confirmed all the same."""
    caller.require(DISPATCHERS)
    known = await queries.locked(session, caller, ids)
    items = []
    for one in dict.fromkeys(ids):
        code = None
        try:
            if one not in known:
                raise NotFound
            await relations.require(session, caller, known[one], A.CONFIRM)
            await moving.confirm(session, known[one], caller, by_the_desk=True)
        except AppError as refusal:
            code = refusal.code
        items.append(BatchItem(id=one, confirmed=code is None, code=code))
    return items


async def refuse(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, body: WordsIn) -> Enrollment:
    """Refuse a report, with a reason that whoever asked reads."""
    return await _decide(session, caller, enrollment_id, A.REFUSE, body.reason)


async def withdraw(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID) -> Enrollment:
    """Take back what was asked for: the report, or the wish to leave."""
    return await _decide(session, caller, enrollment_id, A.WITHDRAW, None)


async def leave(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID) -> Enrollment:
    """Ask to leave; until the desk agrees, the enrollment stands."""
    return await _decide(session, caller, enrollment_id, A.LEAVE, None)


async def let_go(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, body: WordsMaybeIn) -> Enrollment:
    """End an enrollment: agree to an exit, or note that somebody has left."""
    return await _decide(session, caller, enrollment_id, A.LET_GO, body.reason)


async def keep(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, body: WordsIn) -> Enrollment:
    """Refuse an exit, with a reason; the enrollment stands as before."""
    return await _decide(session, caller, enrollment_id, A.KEEP, body.reason)


async def _decide(
    session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, action: A, reason: str | None
) -> Enrollment:
    found = await _to_move(session, caller, enrollment_id, action)
    found.reason = reason
    moving.move(session, found, action, caller)
    return found


async def _to_move(session: AsyncSession, caller: Caller, enrollment_id: uuid.UUID, action: A) -> Enrollment:
    """An enrollment, locked, for an action that the caller may ask for."""
    found = await queries.enrollment(session, caller, enrollment_id, lock=True)
    await relations.require(session, caller, found, action)
    return found
