"""Staff: giving roles, taking them back, and the passwords that go with them."""

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.events import AccessEvent
from app.access.granting import Scope
from app.access.models import Account, Grant, Role
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.events import Event
from tests.client import Client, refusal
from tests.factories import COMMUNITY, a_region, an_account, an_organization

PASSWORD = "correct horse"


async def dispatcher(
    session: AsyncSession, username: str = "clerk", password: str = PASSWORD, region_code: str = COMMUNITY
) -> Account:
    """A dispatcher of the community, committed."""
    account = await granting.add_staff(
        session, username=username, password=password, role=Role.DISPATCHER, region_code=region_code
    )
    await session.commit()
    return account


async def signed_in(client: Client, password: str = PASSWORD, username: str = "clerk") -> Client:
    answer = await client.post("/auth/password", {"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    return client.as_(answer.json()["access_token"])


async def roles(client: Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await client.get("/me")).json()["roles"]
    return found


async def told(session: AsyncSession, account_id: uuid.UUID) -> list[str]:
    """What the event log says of an account, oldest first."""
    return list(await session.scalars(select(Event.kind).where(Event.subject == account_id).order_by(Event.n)))


async def test_staff_who_were_added_sign_in_with_their_role(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    account = await dispatcher(session)
    assert await roles(await signed_in(client)) == [{"role": "dispatcher", "region_code": COMMUNITY}]
    assert AccessEvent.GRANTED in await told(session, account.id)


async def test_adding_staff_again_adds_no_second_grant_and_keeps_them_signed_in(
    client: Client, session: AsyncSession
) -> None:
    await a_region(session)
    first = await dispatcher(session)
    clerk = await signed_in(client)
    assert (await dispatcher(session)).id == first.id
    assert len(await roles(clerk)) == 1
    assert await session.scalar(select(func.count()).select_from(Grant)) == 1


async def test_a_known_username_gets_a_role_beside_its_others(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    await dispatcher(session)
    await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.ADMIN, region_code="")
    await session.commit()
    assert {role["role"]: role["region_code"] for role in await roles(await signed_in(client))} == {
        "dispatcher": COMMUNITY,
        "admin": "",
    }


async def test_another_password_replaces_the_old_one_and_ends_its_sign_ins(
    client: Client, session: AsyncSession
) -> None:
    await a_region(session)
    await dispatcher(session)
    clerk = await signed_in(client)
    await dispatcher(session, password="battery staple")
    assert refusal(await clerk.get("/me")) == (401, "token_invalid")
    old = await client.post("/auth/password", {"username": "clerk", "password": PASSWORD})
    assert refusal(old) == (401, "wrong_password")
    await signed_in(client, "battery staple")


async def test_blanks_around_a_password_count(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    await dispatcher(session, password="  eight  ")
    await signed_in(client, "  eight  ")
    stripped = await client.post("/auth/password", {"username": "clerk", "password": "eight"})
    assert refusal(stripped) == (401, "wrong_password")


async def test_a_revoked_grant_counts_from_the_next_request(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    account = await dispatcher(session)
    clerk = await signed_in(client)
    assert (await clerk.get("/organizations")).status_code == 200
    scope = Scope(Role.DISPATCHER, COMMUNITY)
    assert await granting.revoke(session, account.id, scope, actor=None) is True
    await session.commit()
    assert refusal(await clerk.get("/organizations")) == (403, "forbidden")
    assert AccessEvent.REVOKED in await told(session, account.id)
    assert await granting.revoke(session, account.id, scope, actor=None) is False


async def test_a_revoked_role_can_be_given_again(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    account = await dispatcher(session)
    await granting.revoke(session, account.id, Scope(Role.DISPATCHER, COMMUNITY), actor=None)
    await dispatcher(session)
    assert len(await roles(await signed_in(client))) == 1


async def test_a_liaison_speaks_for_an_organization(client: Client, session: AsyncSession) -> None:
    await a_region(session)
    organization = await an_organization(session)
    await granting.add_staff(
        session, username="liaison", password=PASSWORD, role=Role.LIAISON, organization_id=organization.id
    )
    await session.commit()
    shown = await roles(await signed_in(client, username="liaison"))
    assert shown == [{"role": "liaison", "organization_id": str(organization.id)}]


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("ab", PASSWORD, "username"),
        ("a" * 65, PASSWORD, "username"),
        ("with blank", PASSWORD, "username"),
        ("王主任", PASSWORD, "username"),
        ("clerk\n", PASSWORD, "username"),
        ("clerk", "1234567", "password"),
        ("clerk", "x" * 201, "password"),
        ("clerk", "12345678\0", "password"),
    ],
)
async def test_a_username_or_password_that_could_not_sign_in_is_refused(
    session: AsyncSession, username: str, password: str, field: str
) -> None:
    await a_region(session)
    with pytest.raises(InvalidRequest) as refused:
        await dispatcher(session, username, password)
    assert [wrong.field for wrong in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("scope", "field", "code"),
    [
        (Scope(Role.DISPATCHER), "region_code", "scope"),
        (Scope(Role.ADMIN), "region_code", "scope"),
        (Scope(Role.OBSERVER, "99"), "region_code", "unknown_region"),
        (Scope(Role.DISPATCHER, "", new_id()), "region_code", "scope"),
        (Scope(Role.LIAISON), "organization_id", "scope"),
        (Scope(Role.LIAISON, "", new_id()), "organization_id", "scope"),
        (Scope(Role.LIAISON, None, new_id()), "organization_id", "unknown_organization"),
    ],
)
async def test_a_scope_that_does_not_fit_its_role_is_refused(
    session: AsyncSession, scope: Scope, field: str, code: str
) -> None:
    account = await an_account(session)
    with pytest.raises(InvalidRequest) as refused:
        await granting.grant(session, account.id, scope, actor=None)
    assert [(wrong.field, wrong.code) for wrong in refused.value.errors] == [(field, code)]


async def test_the_database_refuses_a_liaison_of_a_region(session: AsyncSession) -> None:
    account = await an_account(session)
    session.add(Grant(account_id=account.id, role=Role.LIAISON, region_code="", granted_at=account.created_at))
    with pytest.raises(IntegrityError, match="liaison_has_organization"):
        await session.flush()
