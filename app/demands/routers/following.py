"""`/demands/{id}/merge`, `/split`, `/joins`: demands that hang together, and those who follow them."""

from fastapi import APIRouter, Response, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.demands import joining, merging, presenting, splitting
from app.demands.following_schemas import MergeIn, SplitIn
from app.demands.schemas import DemandOut, ReasonIn
from app.kit.http import Session
from app.kit.schema import Id

router = APIRouter(prefix="/demands", tags=["demands 点单"], route_class=CallerRoute)
desk = APIRouter(prefix="/demands", tags=["dispatch 下单"], route_class=CallerRoute)


@router.post("/{demand_id}/joins", status_code=status.HTTP_201_CREATED)
async def join(session: Session, caller: SignedInCaller, demand_id: Id) -> DemandOut:
    """Say "me too" (我也是): follow a request of one's neighbourhood instead of filing it again."""
    found = await joining.join(session, caller, demand_id)
    return await presenting.demand_out(session, caller, found)


@router.post("/{demand_id}/leave", status_code=status.HTTP_204_NO_CONTENT)
async def leave(session: Session, caller: SignedInCaller, demand_id: Id) -> Response:
    """Take "me too" back."""
    await joining.leave(session, caller, demand_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@desk.post("/{demand_id}/merge")
async def merge(session: Session, caller: SignedInCaller, demand_id: Id, body: MergeIn) -> DemandOut:
    """Let a demand go on in another that asks for the same (合并); its filers follow that one."""
    found = await merging.merge(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/unmerge")
async def unmerge(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Undo a merging: it is back where it was."""
    found = await merging.unmerge(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/split")
async def split(session: Session, caller: SignedInCaller, demand_id: Id, body: SplitIn) -> DemandOut:
    """Make several of one (拆分), each with a category, a plan and a desk of its own; the filer is asked once."""
    found = await splitting.split(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)
