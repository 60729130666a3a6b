"""`/lifecycle`: both tables of moves, so that clients draw their buttons from them."""

from fastapi import APIRouter

from app.demands.lifecycle import CLAIM_MOVES, CLAIM_WHO, ENDS, LIVE, MOVES, WHO
from app.demands.lifecycle_schemas import LifecycleOut, Move, Table
from app.kit.http import TransactionalRoute

public = APIRouter(tags=["public 公开"], route_class=TransactionalRoute)

TABLES = LifecycleOut(
    demand=Table(
        moves=[
            Move(state=state, action=action, to=to, who=sorted(WHO.get(action, ())))
            for (state, action), to in MOVES.items()
        ],
        ends=sorted(ENDS),
    ),
    claim=Table(
        moves=[
            Move(state=state, action=action, to=to, who=sorted(CLAIM_WHO.get(action, ())))
            for (state, action), to in CLAIM_MOVES.items()
        ],
        live=sorted(LIVE),
    ),
)


@public.get("/lifecycle")
async def lifecycle() -> LifecycleOut:
    """Every move of a demand and of a claim; a move without `who` follows from something else."""
    return TABLES
