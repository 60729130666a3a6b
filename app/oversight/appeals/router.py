"""`/appeals` and `/complaints`."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id
from app.oversight.appeals import appealing, complaining, listing
from app.oversight.appeals.schemas import (
    AnswerIn,
    AppealDecisionIn,
    AppealFilter,
    AppealIn,
    AppealOut,
    ComplaintFilter,
    ComplaintIn,
    ComplaintOut,
)

router = APIRouter(tags=["oversight 申诉与投诉"], route_class=CallerRoute)


@router.post("/appeals", status_code=status.HTTP_201_CREATED)
async def appeal(session: Session, caller: SignedInCaller, body: AppealIn) -> AppealOut:
    """Object to a decision (申诉): it has no effect until the level above has decided."""
    return await listing.appeal_out(session, caller, await appealing.file(session, caller, body))


@router.get("/appeals")
async def appeals(
    session: Session, caller: SignedInCaller, wanted: Annotated[AppealFilter, Query()]
) -> Page[AppealOut]:
    """Appeals: mine, or those that my desk decides."""
    return await listing.appeals(session, caller, wanted)


@router.get("/appeals/{appeal_id}")
async def one_appeal(session: Session, caller: SignedInCaller, appeal_id: Id) -> AppealOut:
    """One appeal."""
    return await listing.appeal(session, caller, appeal_id)


@router.post("/appeals/{appeal_id}/decide")
async def decide(session: Session, caller: SignedInCaller, appeal_id: Id, body: AppealDecisionIn) -> AppealOut:
    """Uphold an appeal or refuse it, with a reason."""
    return await listing.appeal_out(session, caller, await appealing.decide(session, caller, appeal_id, body))


@router.post("/appeals/{appeal_id}/withdraw")
async def withdraw(session: Session, caller: SignedInCaller, appeal_id: Id) -> AppealOut:
    """Take an appeal back."""
    return await listing.appeal_out(session, caller, await appealing.withdraw(session, caller, appeal_id))


@router.post("/complaints", status_code=status.HTTP_201_CREATED)
async def complain(session: Session, caller: SignedInCaller, body: ComplaintIn) -> ComplaintOut:
    """Say what is wrong, or could be better (投诉建议)."""
    return await listing.complaint_out(session, caller, await complaining.complain(session, caller, body))


@router.get("/complaints")
async def complaints(
    session: Session, caller: SignedInCaller, wanted: Annotated[ComplaintFilter, Query()]
) -> Page[ComplaintOut]:
    """Complaints and suggestions: mine, those that wait for my desk, or all under my grant."""
    return await listing.complaints(session, caller, wanted)


@router.get("/complaints/{complaint_id}")
async def one_complaint(session: Session, caller: SignedInCaller, complaint_id: Id) -> ComplaintOut:
    """One complaint or suggestion."""
    return await listing.complaint(session, caller, complaint_id)


@router.post("/complaints/{complaint_id}/answer")
async def answer(session: Session, caller: SignedInCaller, complaint_id: Id, body: AnswerIn) -> ComplaintOut:
    """Answer for the desk."""
    return await listing.complaint_out(session, caller, await complaining.answer(session, caller, complaint_id, body))


@router.post("/complaints/{complaint_id}/raise-again")
async def raise_again(session: Session, caller: SignedInCaller, complaint_id: Id) -> ComplaintOut:
    """Ask the level above, once, where the answer does not content."""
    return await listing.complaint_out(session, caller, await complaining.raise_again(session, caller, complaint_id))
