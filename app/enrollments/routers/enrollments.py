"""`/enrollments` and what anybody may verify under `/receipts`."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, Keys, SignedInCaller
from app.enrollments import deciding, enrolling, presenting
from app.enrollments.schemas import (
    BatchIn,
    BatchOut,
    ElsewhereIn,
    EnrollmentCounts,
    EnrollmentFilter,
    EnrollmentIn,
    EnrollmentOut,
    ReceiptOut,
    VerifiedOut,
    WordsIn,
    WordsMaybeIn,
)
from app.kit.http import Session, TransactionalRoute
from app.kit.pagination import Page
from app.kit.schema import Id

public = APIRouter(tags=["public 公开"], route_class=TransactionalRoute)
router = APIRouter(prefix="/enrollments", tags=["enrollments 报到"], route_class=CallerRoute)


@public.get("/receipts/{code}")
async def verify(session: Session, keyring: Keys, code: str) -> VerifiedOut:
    """What a receipt says now, for whoever holds its code."""
    return await presenting.verified(session, keyring, code)


@router.post("", status_code=status.HTTP_201_CREATED)
async def enroll(session: Session, caller: SignedInCaller, body: EnrollmentIn) -> EnrollmentOut:
    """Report in to a community (报到): oneself, one's organization, or at the desk a member who stands there."""
    return await presenting.enrollment_out(session, caller, await enrolling.enroll(session, caller, body))


@router.get("")
async def enrollments(
    session: Session, caller: SignedInCaller, wanted: Annotated[EnrollmentFilter, Query()]
) -> Page[EnrollmentOut]:
    """Enrollments: mine, my organizations', those that wait for my desk, or all under my grant."""
    return await presenting.enrollments(session, caller, wanted)


@router.get("/counts")
async def counts(session: Session, caller: SignedInCaller) -> EnrollmentCounts:
    """How many wait for my desks."""
    return await presenting.counts(session, caller)


@router.post("/batch/confirm")
async def confirm_many(session: Session, caller: SignedInCaller, body: BatchIn) -> BatchOut:
    """Confirm a whole batch; each says what became of it."""
    return BatchOut(items=await deciding.confirm_many(session, caller, body.ids))


@router.get("/{enrollment_id}")
async def one_enrollment(session: Session, caller: SignedInCaller, enrollment_id: Id) -> EnrollmentOut:
    """One enrollment."""
    return await presenting.enrollment(session, caller, enrollment_id)


@router.get("/{enrollment_id}/receipt")
async def receipt(session: Session, caller: SignedInCaller, keyring: Keys, enrollment_id: Id) -> ReceiptOut:
    """The receipt (回执) with the code of its QR."""
    return await presenting.receipt(session, caller, keyring, enrollment_id)


@router.post("/{enrollment_id}/confirm")
async def confirm(session: Session, caller: SignedInCaller, enrollment_id: Id) -> EnrollmentOut:
    """Confirm a report."""
    return await presenting.enrollment_out(session, caller, await deciding.confirm(session, caller, enrollment_id))


@router.post("/{enrollment_id}/refuse")
async def refuse(session: Session, caller: SignedInCaller, enrollment_id: Id, body: WordsIn) -> EnrollmentOut:
    """Refuse a report, with a reason."""
    found = await deciding.refuse(session, caller, enrollment_id, body)
    return await presenting.enrollment_out(session, caller, found)


@router.post("/{enrollment_id}/withdraw")
async def withdraw(session: Session, caller: SignedInCaller, enrollment_id: Id) -> EnrollmentOut:
    """Take back a report that is not confirmed, or a wish to leave."""
    return await presenting.enrollment_out(session, caller, await deciding.withdraw(session, caller, enrollment_id))


@router.post("/{enrollment_id}/leave")
async def leave(session: Session, caller: SignedInCaller, enrollment_id: Id) -> EnrollmentOut:
    """Ask to leave; the desk agrees or does not."""
    return await presenting.enrollment_out(session, caller, await deciding.leave(session, caller, enrollment_id))


@router.post("/{enrollment_id}/let-go")
async def let_go(session: Session, caller: SignedInCaller, enrollment_id: Id, body: WordsMaybeIn) -> EnrollmentOut:
    """Agree to an exit, or note one."""
    found = await deciding.let_go(session, caller, enrollment_id, body)
    return await presenting.enrollment_out(session, caller, found)


@router.post("/{enrollment_id}/keep")
async def keep(session: Session, caller: SignedInCaller, enrollment_id: Id, body: WordsIn) -> EnrollmentOut:
    """Refuse an exit, with a reason."""
    found = await deciding.keep(session, caller, enrollment_id, body)
    return await presenting.enrollment_out(session, caller, found)


@router.post("/{enrollment_id}/transfer", status_code=status.HTTP_201_CREATED)
async def transfer(session: Session, caller: SignedInCaller, enrollment_id: Id, body: ElsewhereIn) -> EnrollmentOut:
    """Report in to another community instead; this one ends when that one is confirmed."""
    found = await enrolling.transfer(session, caller, enrollment_id, body)
    return await presenting.enrollment_out(session, caller, found)
