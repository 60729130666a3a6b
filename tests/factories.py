"""Rows that tests need, with fixed defaults; each is flushed, and the test commits."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account, Grant, Role
from app.kit import clock
from app.kit.db import new_id
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.regions.models import Level, Region
from tests.client import Client

COMMUNITY = "110107003024"


async def a_region(
    session: AsyncSession,
    code: str = COMMUNITY,
    *,
    name: str = "八角南路社区",
    level: Level = Level.COMMUNITY,
    parent_code: str | None = None,
) -> Region:
    """A region, by itself unless a parent is named."""
    region = Region(code=code, level=level, name=name, parent_code=parent_code)
    session.add(region)
    await session.flush()  # others refer to it
    return region


async def an_organization(
    session: AsyncSession,
    *,
    name: str = "八角南路社区党支部",
    region_code: str = COMMUNITY,
    kind: OrganizationKind = OrganizationKind.BRANCH,
    parent: Organization | None = None,
) -> Organization:
    """A branch of the region, which must be there."""
    made = new_id()
    organization = Organization(
        id=made,
        kind=kind,
        name=name,
        region_code=region_code,
        parent_id=parent.id if parent else None,
        path=f"{parent.path if parent else ''}{made}.",
        created_at=clock.now(),
    )
    session.add(organization)
    await session.flush()  # others refer to it
    return organization


def on_roster(
    organization: Organization,
    *,
    name: str = "王建国",
    phone: str | None = None,
    home_region_code: str | None = None,
    skills: Sequence[str] = (),
) -> Member:
    """A member of an organization, at home in its region, not yet in a session."""
    return Member(
        id=new_id(),
        organization_id=organization.id,
        name=name,
        phone=phone,
        home_region_code=home_region_code or organization.region_code,
        skills=list(skills),
        created_at=clock.now(),
    )


async def a_member(session: AsyncSession, organization: Organization, **said: Any) -> Member:
    """A member on an organization's roster, as `on_roster` makes one."""
    member = on_roster(organization, **said)
    session.add(member)
    await session.flush()  # others refer to it
    return member


async def an_account(session: AsyncSession, *, member: Member | None = None) -> Account:
    """Somebody who could sign in, and is a member where one is given."""
    account = Account(id=new_id(), member_id=member.id if member else None, created_at=clock.now())
    session.add(account)
    await session.flush()  # others refer to it
    return account


async def a_grant(
    session: AsyncSession,
    account_id: uuid.UUID,
    role: Role,
    *,
    region_code: str | None = None,
    organization_id: uuid.UUID | None = None,
) -> Grant:
    """A role over a region, or for an organization."""
    grant = Grant(
        id=new_id(),
        account_id=account_id,
        role=role,
        region_code=region_code,
        organization_id=organization_id,
        granted_at=clock.now(),
    )
    session.add(grant)
    await session.flush()  # the next request must see it
    return grant


async def a_caller(
    session: AsyncSession,
    client: Client,
    name: str,
    role: Role | None = None,
    *,
    region_code: str | None = None,
    organization: Organization | None = None,
) -> Client:
    """The sandbox person of that name, signed in, with a role where one is given; all committed."""
    caller = await client.signed_in(name)
    if role is not None:
        account_id = uuid.UUID((await caller.get("/me")).json()["id"])
        organization_id = organization.id if organization else None
        await a_grant(session, account_id, role, region_code=region_code, organization_id=organization_id)
    await session.commit()
    return caller
