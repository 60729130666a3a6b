"""`/organizations`."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.http import Session
from app.kit.pagination import Page
from app.organizations import listing
from app.organizations.schemas import OrganizationOut, OrganizationsWanted

router = APIRouter(prefix="/organizations", tags=["organizations 组织"], route_class=CallerRoute)


@router.get("")
async def organizations(
    session: Session, caller: SignedInCaller, wanted: Annotated[OrganizationsWanted, Query()]
) -> Page[OrganizationOut]:
    """Organizations, for staff and liaisons."""
    return await listing.organizations(session, caller, wanted)
