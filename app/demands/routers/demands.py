"""`/demands`: filing, dispatching, reading."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, HotRoute, SignedInCaller, tries
from app.demands import (
    approving,
    cancelling,
    dispatching,
    filing,
    filing_hot,
    listing,
    presenting,
    queries,
    reading_hot,
    recommending,
    reopening,
    similar,
    timeline,
)
from app.demands.matching_schemas import CandidateOut, CandidatesWanted, SimilarOut, SimilarWanted
from app.demands.schemas import (
    CloseIn,
    CountsOut,
    DemandFilter,
    DemandIn,
    DemandOut,
    DispatchIn,
    MessageIn,
    ReasonIn,
    RejectIn,
    Supplement,
    TimelineItem,
    TransferIn,
)
from app.kit.geo import CoordType
from app.kit.http import Session
from app.kit.pagination import Page, PageRequest
from app.kit.schema import Id

router = APIRouter(prefix="/demands", tags=["demands 点单"], route_class=HotRoute)
desk = APIRouter(prefix="/demands", tags=["dispatch 下单"], route_class=CallerRoute)


@router.post("", status_code=status.HTTP_201_CREATED)
@tries(filing_hot.file)
async def file(session: Session, caller: SignedInCaller, body: DemandIn) -> DemandOut:
    """File a demand (点单); a dispatcher may publish it in the same call."""
    demand = await filing.file(session, caller, body)
    return await presenting.demand_out(session, caller, demand)


@router.get("")
@tries(reading_hot.list_open)
async def demands(
    session: Session, caller: SignedInCaller, wanted: Annotated[DemandFilter, Query()]
) -> Page[DemandOut]:
    """A list of demands: mine, open to me, on my desk, or in my region."""
    return await listing.demands(session, caller, wanted)


@router.get("/counts")
async def counts(session: Session, caller: SignedInCaller) -> CountsOut:
    """How many demands each list holds, and why my desks are needed."""
    return await listing.counts(session, caller)


@router.get("/similar")
async def similar_demands(
    session: Session, caller: SignedInCaller, wanted: Annotated[SimilarWanted, Query()]
) -> Page[SimilarOut]:
    """Requests like the one I am about to file, with what I need to tell whether it is the same."""
    return await similar.similar(session, caller, wanted)


@router.get("/{demand_id}")
@tries(reading_hot.read)
async def demand(
    session: Session, caller: SignedInCaller, demand_id: Id, coord_type: CoordType | None = None
) -> DemandOut:
    """One demand as I may see it, its place in the datum asked for or else in the one it was given in."""
    found = await queries.demand(session, caller, demand_id)
    return await presenting.demand_out(session, caller, found, coord_type)


@router.get("/{demand_id}/timeline")
async def demand_timeline(
    session: Session, caller: SignedInCaller, demand_id: Id, wanted: Annotated[PageRequest, Query()]
) -> Page[TimelineItem]:
    """What happened to a demand, oldest first."""
    return await timeline.timeline(session, caller, demand_id, wanted)


@router.post("/{demand_id}/supplement")
async def supplement(session: Session, caller: SignedInCaller, demand_id: Id, body: Supplement) -> DemandOut:
    """Answer what the desk asked."""
    found = await filing.supplement(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@router.post("/{demand_id}/cancel")
async def cancel(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Take a demand back, until somebody has arrived."""
    found = await cancelling.cancel(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@router.post("/{demand_id}/messages", status_code=status.HTTP_201_CREATED)
async def message(session: Session, caller: SignedInCaller, demand_id: Id, body: MessageIn) -> TimelineItem:
    """Say something to the filer, the desk and those who serve."""
    await filing.message(session, caller, demand_id, body)
    return await timeline.latest(session, caller, demand_id)


@desk.get("/{demand_id}/candidates")
async def candidates(
    session: Session, caller: SignedInCaller, demand_id: Id, wanted: Annotated[CandidatesWanted, Query()]
) -> Page[CandidateOut]:
    """Whom I could offer a demand to, best first, with the reasons."""
    return await recommending.candidates(session, caller, demand_id, wanted)


@desk.post("/{demand_id}/dispatch")
async def dispatch(session: Session, caller: SignedInCaller, demand_id: Id, body: DispatchIn) -> DemandOut:
    """Open a demand to all, assign it, or whistle for departments (下单)."""
    found = await dispatching.dispatch(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/approve")
async def approve(session: Session, caller: SignedInCaller, demand_id: Id) -> DemandOut:
    """Let a community's proposed whistle sound; for the subdistrict's desk."""
    found = await approving.approve(session, caller, demand_id)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/send-back")
async def send_back(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Refuse a community's proposed whistle, with a reason; for the subdistrict's desk."""
    found = await approving.send_back(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/return")
async def return_(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Ask the filer for what is missing (退回补充)."""
    found = await dispatching.return_(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/reject")
async def reject(session: Session, caller: SignedInCaller, demand_id: Id, body: RejectIn) -> DemandOut:
    """Refuse a demand, with a reason."""
    found = await dispatching.reject(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/transfer")
async def transfer(session: Session, caller: SignedInCaller, demand_id: Id, body: TransferIn) -> DemandOut:
    """Hand a demand to the desk it belongs to (转派)."""
    found = await dispatching.transfer(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/escalate")
async def escalate(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Hand a demand to the level above (上报)."""
    found = await dispatching.escalate(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/finish")
async def finish(session: Session, caller: SignedInCaller, demand_id: Id) -> DemandOut:
    """Say that enough is done."""
    found = await dispatching.finish(session, caller, demand_id)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/close")
async def close(session: Session, caller: SignedInCaller, demand_id: Id, body: CloseIn) -> DemandOut:
    """Close a demand and say what became of it (办结)."""
    found = await dispatching.close(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)


@desk.post("/{demand_id}/reopen")
async def reopen(session: Session, caller: SignedInCaller, demand_id: Id, body: ReasonIn) -> DemandOut:
    """Start another round."""
    found = await reopening.reopen(session, caller, demand_id, body)
    return await presenting.demand_out(session, caller, found)
