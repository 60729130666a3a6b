"""Give roles and take them back; both count from the account's next request on."""

import asyncio
import re
import uuid
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries
from app.access.events import AccessEvent
from app.access.models import Account, Grant, Role, SignIn
from app.access.signing_in import hasher, verify
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest

USERNAME = re.compile(r"[\x21-\x7e]{3,64}")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200


@dataclass(frozen=True, slots=True)
class Scope:
    """A role and what it holds for: a region (the empty code is everywhere), or a liaison's organization."""

    role: Role
    region_code: str | None = None
    organization_id: uuid.UUID | None = None


async def add_staff(
    session: AsyncSession,
    *,
    username: str,
    password: str,
    role: Role,
    region_code: str | None = None,
    organization_id: uuid.UUID | None = None,
) -> Account:
    """Let somebody sign in with a password and give them a role beside those they have.

    Another password replaces the old one and ends the sign-ins made with it. Raises `InvalidRequest`.
    """
    account = await let_in(session, username, password)
    await grant(session, account.id, Scope(role, region_code, organization_id), actor=None)
    return account


async def let_in(session: AsyncSession, username: str, password: str) -> Account:
    """The account of a username, new or not, with this password; raises `InvalidRequest`."""
    check_credentials(username, password)
    account = await queries.account_of_username(session, username)
    if account is None:
        account = Account(id=new_id(), username=username, created_at=clock.now())
        session.add(account)
        await session.flush()  # the grant refers to it
    await _set_password(session, account, password)
    return account


async def grant(session: AsyncSession, account_id: uuid.UUID, scope: Scope, *, actor: uuid.UUID | None) -> None:
    """Give a role; one that stands is left as it is. Raises `InvalidRequest` for a scope without sense."""
    await _check_scope(session, scope)
    row = {
        "id": new_id(),
        "account_id": account_id,
        "role": scope.role,
        "region_code": scope.region_code,
        "organization_id": scope.organization_id,
        "granted_at": clock.now(),
    }
    made = await session.scalar(insert(Grant).values(row).on_conflict_do_nothing().returning(Grant.id))
    if made:
        _tell(session, AccessEvent.GRANTED, account_id, scope, actor)


async def revoke(session: AsyncSession, account_id: uuid.UUID, scope: Scope, *, actor: uuid.UUID | None) -> bool:
    """Take a role back; answers whether it stood."""
    standing = await queries.live_grant(session, account_id, scope.role, scope.region_code, scope.organization_id)
    if standing is None:
        return False
    standing.revoked_at = clock.now()
    _tell(session, AccessEvent.REVOKED, account_id, scope, actor)
    return True


async def _set_password(session: AsyncSession, account: Account, password: str) -> None:
    if await verify(account.password_hash, password):
        return
    account.password_hash = await asyncio.to_thread(hasher.hash, password)
    theirs = (SignIn.account_id == account.id, SignIn.revoked_at.is_(None))
    await session.execute(update(SignIn).where(*theirs).values(revoked_at=clock.now()))
    events.record(session, AccessEvent.PASSWORD_SET, subject=account.id, region_code="", actor=None)


def check_credentials(username: str, password: str) -> None:
    """Raise `InvalidRequest` for what is no username or no password."""
    if not USERNAME.fullmatch(username):
        raise InvalidRequest.field(
            "username",
            "username",
            "用户名须为 3 到 64 个可见 ASCII 字符",
            "a username takes 3 to 64 visible ASCII characters",
        )
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or "\0" in password:
        raise InvalidRequest.field(
            "password",
            "password",
            f"密码须为 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符",
            f"a password takes {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
        )


async def _check_scope(session: AsyncSession, scope: Scope) -> None:
    if scope.role == Role.LIAISON:
        await _check_organization(session, scope)
    else:
        await _check_region(session, scope)


async def _check_organization(session: AsyncSession, scope: Scope) -> None:
    if scope.region_code is not None or scope.organization_id is None:
        raise InvalidRequest.field(
            "organization_id",
            "scope",
            "联络员须指定组织，不指定区域",
            "a liaison needs an organization and takes no region",
        )
    if not await queries.organization_exists(session, scope.organization_id):
        raise InvalidRequest.field(
            "organization_id", "unknown_organization", "没有这个组织", "there is no such organization"
        )


async def _check_region(session: AsyncSession, scope: Scope) -> None:
    if scope.organization_id is not None or scope.region_code is None:
        raise InvalidRequest.field(
            "region_code",
            "scope",
            "此角色须指定区域，不指定组织",
            f"the role {scope.role} needs a region and takes no organization",
        )
    if scope.region_code and not await queries.region_exists(session, scope.region_code):
        raise InvalidRequest.field("region_code", "unknown_region", "没有这个区域", "there is no such region")


def _tell(
    session: AsyncSession, kind: AccessEvent, account_id: uuid.UUID, scope: Scope, actor: uuid.UUID | None
) -> None:
    events.record(
        session,
        kind,
        subject=account_id,
        region_code=scope.region_code or "",
        actor=actor,
        role=scope.role,
        organization_id=scope.organization_id,
    )
