"""An enrollment's state moves here only, each time with its event."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.enrollments import queries
from app.enrollments.events import EnrollmentEvent
from app.enrollments.lifecycle import ENROLLED, MOVES, EnrollmentAction, EnrollmentState
from app.enrollments.models import Enrollment
from app.kit import clock, events

A, E = EnrollmentAction, EnrollmentEvent


def move(session: AsyncSession, enrollment: Enrollment, action: EnrollmentAction, caller: Caller) -> None:
    """Take the move of the table that `action` names, and tell of it."""
    _move(session, enrollment, action, caller.account_id)


def _move(session: AsyncSession, enrollment: Enrollment, action: EnrollmentAction, actor: uuid.UUID | None) -> None:
    before = enrollment.state
    enrollment.state = MOVES[before, action]
    if enrollment.state == EnrollmentState.LEAVING:
        enrollment.leaving_at = clock.now()
    elif enrollment.state not in ENROLLED:
        enrollment.ended_at, enrollment.ended_by = clock.now(), actor
    tell(session, _event(before, action), enrollment, actor)


def _event(before: EnrollmentState, action: EnrollmentAction) -> EnrollmentEvent:
    if action == A.WITHDRAW:
        return E.LEAVE_WITHDRAWN if before == EnrollmentState.LEAVING else E.WITHDRAWN
    return {
        A.CONFIRM: E.CONFIRMED,
        A.REFUSE: E.REFUSED,
        A.LEAVE: E.LEAVE_ASKED,
        A.LET_GO: E.ENDED,
        A.KEEP: E.KEPT,
        A.SUCCEED: E.ENDED,
    }[action]


async def confirm(session: AsyncSession, enrollment: Enrollment, caller: Caller, *, by_the_desk: bool) -> None:
    """Let an enrollment begin, in the place of the one that it follows, which ends in the same moment."""
    await begin(session, enrollment, caller.account_id, by_the_desk=by_the_desk)


async def begin(session: AsyncSession, enrollment: Enrollment, actor: uuid.UUID | None, *, by_the_desk: bool) -> None:
    """The same where nobody may be signed in: whoever runs the program imports a file."""
    if enrollment.succeeds_id is not None:
        await _succeed(session, enrollment, enrollment.succeeds_id, actor)
    enrollment.confirmed_at = clock.now()
    enrollment.confirmed_by = actor if by_the_desk else None
    _move(session, enrollment, A.CONFIRM, actor)
    await session.flush()  # of two at once that would both be primary, the second is refused here


async def _succeed(
    session: AsyncSession, enrollment: Enrollment, before_id: uuid.UUID, actor: uuid.UUID | None
) -> None:
    before = await queries.locked_one(session, before_id)
    if before.state in ENROLLED:
        _move(session, before, A.SUCCEED, actor)
        await session.flush()  # its place as the primary one must be free
        enrollment.is_primary = before.is_primary
    elif not any(one.is_primary for one in await queries.live_of(session, enrollment.subject_id)):
        enrollment.is_primary = True


def tell(session: AsyncSession, kind: EnrollmentEvent, enrollment: Enrollment, actor: uuid.UUID | None) -> None:
    """Write an event about an enrollment."""
    events.record(
        session,
        kind,
        subject=enrollment.id,
        region_code=enrollment.region_code,
        actor=actor,
        organization_id=enrollment.organization_id,
        member_id=enrollment.member_id,
        succeeds_id=enrollment.succeeds_id,
    )
