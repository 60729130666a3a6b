"""Hours, points and leaderboards."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.http import Session
from app.kit.pagination import PageRequest
from app.ledger import hours, points
from app.ledger.leaderboard import leaderboard
from app.ledger.schemas import (
    BoardRequest,
    HoursOut,
    LeaderboardOut,
    OrganizationHoursOut,
    PeriodRequest,
    PointsOut,
)

router = APIRouter(tags=["ledger 积分台账"], route_class=CallerRoute)
InPeriod = Annotated[PeriodRequest, Query()]


@router.get("/me/hours")
async def my_hours(session: Session, caller: SignedInCaller, asked: InPeriod) -> HoursOut:
    """My service hours in a quarter and what is asked of me."""
    return await hours.of_caller(session, caller, asked.period)


@router.get("/me/points")
async def my_points(session: Session, caller: SignedInCaller, request: Annotated[PageRequest, Query()]) -> PointsOut:
    """My points and where they come from, newest first."""
    return await points.of_caller(session, caller, request)


@router.get("/members/{member_id}/hours")
async def member_hours(session: Session, caller: SignedInCaller, member_id: uuid.UUID, asked: InPeriod) -> HoursOut:
    """A member's service hours in a quarter."""
    return await hours.of_member(session, caller, member_id, asked.period)


@router.get("/organizations/{organization_id}/hours")
async def organization_hours(
    session: Session, caller: SignedInCaller, organization_id: uuid.UUID, asked: InPeriod
) -> OrganizationHoursOut:
    """What people did for an organization in a quarter."""
    return await hours.of_organization(session, caller, organization_id, asked.period)


@router.get("/leaderboard")
async def best(session: Session, caller: SignedInCaller, request: Annotated[BoardRequest, Query()]) -> LeaderboardOut:
    """Who did most in a region and quarter: organizations, communities, or members where that is allowed."""
    return await leaderboard(session, caller, request)
