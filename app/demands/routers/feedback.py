"""`/claims/{id}/feedback` and `/claims/{id}/evaluation`: the words of those who served, and of the whistler."""

from fastapi import APIRouter, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.demands import feedback
from app.demands.feedback_schemas import FeedbackIn, FeedbackOut, ResponseRatingIn, ResponseRatingOut
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id

router = APIRouter(prefix="/claims", tags=["evaluation 评议"], route_class=CallerRoute)


@router.post("/{claim_id}/feedback", status_code=status.HTTP_201_CREATED)
async def give(session: Session, caller: SignedInCaller, claim_id: Id, body: FeedbackIn) -> FeedbackOut:
    """Say, as who served, what one thinks of the demand and of its community; once."""
    return FeedbackOut.model_validate(await feedback.give(session, caller, claim_id, body))


@router.get("/{claim_id}/feedback")
async def given(session: Session, caller: SignedInCaller, claim_id: Id) -> Page[FeedbackOut]:
    """What those who served said: all of it for the desk, one's own for them, nothing for the filer."""
    return await feedback.given(session, caller, claim_id)


@router.post("/{claim_id}/evaluation", status_code=status.HTTP_201_CREATED)
async def rate_response(
    session: Session, caller: SignedInCaller, claim_id: Id, body: ResponseRatingIn
) -> ResponseRatingOut:
    """Rate a department's response to a whistle (评哨); the desk's word, apart from the filer's."""
    return ResponseRatingOut.model_validate(await feedback.rate_response(session, caller, claim_id, body))


@router.get("/{claim_id}/evaluation")
async def ratings(session: Session, caller: SignedInCaller, claim_id: Id) -> Page[ResponseRatingOut]:
    """How a response was rated, for the desk and the department: once, or not yet."""
    return await feedback.ratings(session, caller, claim_id)
