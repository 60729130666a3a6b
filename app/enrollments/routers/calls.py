"""`/designations` and `/musters`."""

from typing import Annotated

from fastapi import APIRouter, Query, status

from app.access.dependencies import CallerRoute, SignedInCaller
from app.enrollments import designating, mustering
from app.enrollments.call_schemas import (
    DesignationFilter,
    DesignationIn,
    DesignationOut,
    MusterCounts,
    MusterFilter,
    MusterIn,
    MusterOut,
)
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id

router = APIRouter(tags=["enrollments 报到"], route_class=CallerRoute)


@router.post("/designations", status_code=status.HTTP_201_CREATED)
async def designate(session: Session, caller: SignedInCaller, body: DesignationIn) -> DesignationOut:
    """Designate a place to an organization (指定社区)."""
    return await designating.shown(session, await designating.designate(session, caller, body))


@router.get("/designations")
async def designations(
    session: Session, caller: SignedInCaller, wanted: Annotated[DesignationFilter, Query()]
) -> Page[DesignationOut]:
    """Where organizations are to report in; a member sees their own organization's."""
    return await designating.designations(session, caller, wanted)


@router.post("/designations/{designation_id}/end")
async def end_designation(session: Session, caller: SignedInCaller, designation_id: Id) -> DesignationOut:
    """End a designation; who reported in there stays."""
    return await designating.shown(session, await designating.end(session, caller, designation_id))


@router.post("/musters", status_code=status.HTTP_201_CREATED)
async def call(session: Session, caller: SignedInCaller, body: MusterIn) -> MusterOut:
    """Call organizations to report in (集结令)."""
    return await mustering.shown(session, await mustering.call(session, caller, body))


@router.get("/musters")
async def musters(
    session: Session, caller: SignedInCaller, wanted: Annotated[MusterFilter, Query()]
) -> Page[MusterOut]:
    """Musters of my regions, and those that call my organization."""
    return await mustering.musters(session, caller, wanted)


@router.get("/musters/{muster_id}")
async def one_muster(session: Session, caller: SignedInCaller, muster_id: Id) -> MusterOut:
    """One muster."""
    return await mustering.muster(session, caller, muster_id)


@router.get("/musters/{muster_id}/counts")
async def muster_counts(session: Session, caller: SignedInCaller, muster_id: Id) -> MusterCounts:
    """Who has come within its time, and who has not, as it stands now."""
    return await mustering.counts(session, caller, muster_id)


@router.post("/musters/{muster_id}/close")
async def close(session: Session, caller: SignedInCaller, muster_id: Id) -> MusterOut:
    """Close a muster before its time."""
    return await mustering.shown(session, await mustering.close(session, caller, muster_id))
