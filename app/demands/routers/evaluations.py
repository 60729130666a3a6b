"""`/demands/{id}/evaluation`: the filer's word."""

from fastapi import APIRouter, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.demands import evaluating
from app.demands.schemas import EvaluationIn, EvaluationOut
from app.kit.http import Session
from app.kit.schema import Id

router = APIRouter(tags=["evaluation 评议"], route_class=CallerRoute)


@router.post("/demands/{demand_id}/evaluation", status_code=status.HTTP_201_CREATED)
async def evaluate(session: Session, caller: SignedInCaller, demand_id: Id, body: EvaluationIn) -> EvaluationOut:
    """Rate a round (评议): resolved closes the demand, not resolved hands it to the desk."""
    return EvaluationOut.model_validate(await evaluating.evaluate(session, caller, demand_id, body))


@router.get("/demands/{demand_id}/evaluations")
async def evaluations(session: Session, caller: SignedInCaller, demand_id: Id) -> list[EvaluationOut]:
    """What was said of each round, for the filer, the desk and those who served."""
    found = await evaluating.evaluations(session, caller, demand_id)
    return [EvaluationOut.model_validate(one) for one in found]
