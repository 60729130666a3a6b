"""A small district with its people, each with a client of their own."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import tokens
from app.access.models import Account, Grant, Identity, Role, SignIn
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.db import new_id
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.regions.models import Level, Region
from tests.client import Client
from tests.conftest import SECRET
from tests.factories import an_organization, on_roster

DISTRICT, SUBDISTRICT = "110107", "110107003"
COMMUNITY, NEIGHBOUR = "110107003024", "110107003025"
ELSEWHERE = "620201001003"
ELDER_PHONE = "13800000009"

REGIONS = (
    ("11", Level.PROVINCE, "北京市", None),
    ("1101", Level.CITY, "市辖区", "11"),
    (DISTRICT, Level.DISTRICT, "石景山区", "1101"),
    (SUBDISTRICT, Level.SUBDISTRICT, "八角街道", DISTRICT),
    (COMMUNITY, Level.COMMUNITY, "八角南路社区", SUBDISTRICT),
    (NEIGHBOUR, Level.COMMUNITY, "八角北里社区", SUBDISTRICT),
    ("620201", Level.DISTRICT, "嘉峪关市", None),
    ("620201001", Level.SUBDISTRICT, "雄关街道", "620201"),
    (ELSEWHERE, Level.COMMUNITY, "绿化社区", "620201001"),
)


@dataclass
class World:
    """Everybody whom a test of the flow needs."""

    filer: Client
    stranger: Client
    member: Client
    second: Client
    far: Client
    desk: Client
    neighbour_desk: Client
    district_desk: Client
    observer: Client
    admin: Client
    liaison: Client
    other_liaison: Client
    branch: Organization
    unit: Organization
    other_unit: Organization
    members: list[Member]
    """The first two sign in as `member` and `second`."""


async def a_world(session: AsyncSession, client: Client) -> World:
    """The district, committed, with everybody signed in."""
    session.add_all(Region(code=code, level=level, name=name, parent_code=up) for code, level, name, up in REGIONS)
    await session.flush()  # everybody lives somewhere
    branch = await an_organization(session)
    unit = await an_organization(session, name="嘉恒物业公司", kind=OrganizationKind.ENTERPRISE)
    other_unit = await an_organization(session, name="住建局", kind=OrganizationKind.DEPARTMENT)
    far_branch = await an_organization(session, name="绿化社区党支部", region_code=ELSEWHERE)
    members = [on_roster(branch, name=f"党员{number}号", phone=f"1990000000{number}") for number in range(1, 7)]
    members += [on_roster(unit, name=f"职工{number}号") for number in range(1, 7)]
    far = on_roster(far_branch, name="远方党员")
    session.add_all([*members, far])
    await session.flush()  # accounts refer to them
    people = {
        "filer": account_of("filer", nickname="王女士", home=COMMUNITY),
        "stranger": account_of("stranger", nickname="李先生", home=COMMUNITY),
        "member": account_of("member", member=members[0]),
        "second": account_of("second", member=members[1]),
        "far": account_of("far", member=far),
    }
    grants = {
        "desk": (Role.DISPATCHER, COMMUNITY, None),
        "neighbour_desk": (Role.DISPATCHER, NEIGHBOUR, None),
        "district_desk": (Role.DISPATCHER, DISTRICT, None),
        "observer": (Role.OBSERVER, DISTRICT, None),
        "admin": (Role.ADMIN, "", None),
        "liaison": (Role.LIAISON, None, unit),
        "other_liaison": (Role.LIAISON, None, other_unit),
    }
    people |= {name: account_of(name) for name in grants}
    session.add_all(people.values())
    await session.flush()  # everything else refers to them; one by one, the people took longer than most tests
    session.add_all(identity_of(account, name) for name, account in people.items())
    session.add_all(grant_of(people[name], *what) for name, what in grants.items())
    clients = {name: await signed_in(session, client, account) for name, account in people.items()}
    await session.commit()
    return World(**clients, branch=branch, unit=unit, other_unit=other_unit, members=members)


async def signed_in(session: AsyncSession, client: Client, account: Account) -> Client:
    """The client of somebody who has signed in before: signing in itself has tests of its own."""
    now = clock.now()
    sign_in = SignIn(
        id=new_id(),
        account_id=account.id,
        generation=0,
        created_at=now,
        refreshed_at=now,
        expires_at=now + timedelta(days=30),
    )
    session.add(sign_in)
    return client.as_(tokens.access_token(Keyring(SECRET), account.id, sign_in.id))


def account_of(
    name: str, *, nickname: str | None = None, home: str | None = None, member: Member | None = None
) -> Account:
    """An account that is not yet in a session."""
    return Account(
        id=new_id(),
        nickname=nickname or name,
        home_region_code=home or (member.home_region_code if member else None),
        member_id=member.id if member else None,
        phone=member.phone if member else None,
        created_at=clock.now(),
    )


def identity_of(account: Account, name: str) -> Identity:
    """By which the account signs in as `sandbox:NAME`."""
    return Identity(id=new_id(), account_id=account.id, provider="wechat", app_id="sandbox", subject=name)


def grant_of(account: Account, role: Role, region_code: str | None, unit: Organization | None) -> Grant:
    """The account's role over a region, or for an organization."""
    return Grant(
        id=new_id(),
        account_id=account.id,
        role=role,
        region_code=region_code,
        organization_id=unit.id if unit else None,
        granted_at=clock.now(),
    )


async def an_account(session: AsyncSession, name: str, **said: Any) -> Account:
    """An account as `account_of` makes one, that signs in as `sandbox:NAME`."""
    account = account_of(name, **said)
    session.add(account)
    await session.flush()  # its identity refers to it
    session.add(identity_of(account, name))
    return account


async def staff(
    session: AsyncSession, name: str, role: Role, region_code: str | None = None, unit: Organization | None = None
) -> Account:
    """An account with a grant."""
    account = await an_account(session, name)
    session.add(grant_of(account, role, region_code, unit))
    return account


def drain(**changes: Any) -> dict[str, Any]:
    """The blocked drain of building 12."""
    usual = {
        "kind": "request",
        "category": "repair",
        "title": "12号楼下水道堵塞返味",
        "description": "天气越来越热，下水道堵了总是泛味。",
        "region_code": COMMUNITY,
        "address": "育才街12号楼",
        "location": {"lng": 98.27, "lat": 39.80, "coord_type": "gcj02"},
        "contact": {"name": "王女士", "phone": "13800000001"},
    }
    return usual | changes


async def filed(who: Client, **changes: Any) -> dict[str, Any]:
    """A filed demand."""
    return await ok(who.post("/demands", drain(**changes)), 201)


async def opened(world: World, *, slots: int = 1, audience: str = "members", **changes: Any) -> dict[str, Any]:
    """A demand of the filer that the desk opened to all; `plan` holds more of the plan."""
    plan = changes.pop("plan", {})
    demand = await filed(world.filer, **changes)
    body = {"mode": "open", "slots": slots, "audience": audience, **plan}
    return await ok(world.desk.post(f"/demands/{demand['id']}/dispatch", body))


async def claimed(who: Client, demand: dict[str, Any], **body: Any) -> dict[str, Any]:
    """A claim on it."""
    return await ok(who.post(f"/demands/{demand['id']}/claims", body), 201)


async def seen(who: Client, demand: dict[str, Any]) -> dict[str, Any]:
    """The demand as somebody sees it now."""
    return await ok(who.get(f"/demands/{demand['id']}"))


async def ok(call: Any, status: int = 200) -> dict[str, Any]:
    """The body of an answer that must have gone well."""
    answer = await call
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def in_hours(hours: float) -> str:
    """A time from now as the API takes it."""
    at: datetime = clock.now() + timedelta(hours=hours)
    return at.isoformat()


def ids(things: list[Any]) -> list[str]:
    """Their ids as the API takes them."""
    return [str(thing if isinstance(thing, uuid.UUID) else thing.id) for thing in things]
