"""Every select of access."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Row, Text, Uuid, bindparam, cast, column, exists, func, select, table
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account, Consent, Grant, Identity, Purpose, Role, SignIn, SignInFailure
from app.kit import clock
from app.kit.sealing import finds

CALLER = (
    select(Account, Grant)
    .join(SignIn, SignIn.account_id == Account.id)
    .outerjoin(Grant, (Grant.account_id == Account.id) & Grant.revoked_at.is_(None))
    .where(SignIn.id == bindparam("sign_in_id"), SignIn.revoked_at.is_(None), SignIn.expires_at > bindparam("now"))
)
"""Made once: every request of somebody signed in asks it."""


async def caller(session: AsyncSession, sign_in_id: uuid.UUID) -> Caller | None:
    """The person behind a sign-in that stands, with their live grants, in one statement."""
    asked = {"sign_in_id": sign_in_id, "now": clock.now()}
    rows: Sequence[Row[Account, Grant | None]] = (await session.execute(CALLER, asked)).all()
    return _caller(sign_in_id, rows) if rows else None


def _caller(sign_in_id: uuid.UUID, rows: Sequence[Row[Account, Grant | None]]) -> Caller:
    account = rows[0][0]
    regions: dict[Role, tuple[str, ...]] = {}
    organizations: list[uuid.UUID] = []
    for _, grant in rows:
        if grant is None:
            continue
        if grant.organization_id is not None:
            organizations.append(grant.organization_id)
        else:
            regions[grant.role] = (*regions.get(grant.role, ()), grant.region_code or "")
    return Caller(
        account_id=account.id,
        sign_in_id=sign_in_id,
        member_id=account.member_id,
        phone=account.phone,
        home_region_code=account.home_region_code,
        regions=regions,
        organization_ids=tuple(organizations),
    )


async def account(session: AsyncSession, account_id: uuid.UUID) -> Account:
    """An account that is known to be there."""
    return (await session.scalars(select(Account).where(Account.id == account_id))).one()


async def standing_account(session: AsyncSession, account_id: uuid.UUID) -> Account | None:
    """An account of somebody who has not left."""
    return await session.scalar(select(Account).where(Account.id == account_id, Account.erased_at.is_(None)))


async def locked_account(session: AsyncSession, account_id: uuid.UUID) -> Account:
    """An account that is known to be there, as it stands now and held against changes by others."""
    statement = select(Account).where(Account.id == account_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def account_of_identity(session: AsyncSession, provider: str, app_id: str, subject: str) -> Account | None:
    """Whose openid this is."""
    return await session.scalar(
        select(Account)
        .join(Identity, Identity.account_id == Account.id)
        .where(Identity.provider == provider, Identity.app_id == app_id)
        .where(finds(Identity.subject_index, subject))
    )


async def account_of_username(session: AsyncSession, username: str) -> Account | None:
    """Whose username this is."""
    return await session.scalar(select(Account).where(Account.username == username))


async def account_of_member(session: AsyncSession, member_id: uuid.UUID) -> Account | None:
    """The account that a member uses, if any."""
    return await session.scalar(select(Account).where(Account.member_id == member_id))


async def account_ending(session: AsyncSession, ending: str) -> Account | None:
    """The account whose id ends so; nobody where several do."""
    statement = select(Account).where(func.right(cast(Account.id, Text), 16) == ending).limit(2)
    found = (await session.scalars(statement)).all()
    return found[0] if len(found) == 1 else None


async def accounts_of_members(session: AsyncSession, member_ids: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """The accounts that some members use."""
    wanted = select(Account.id).where(Account.member_id.in_(member_ids)).order_by(Account.id)
    return (await session.scalars(wanted)).all()


async def staff_called(session: AsyncSession, usernames: Collection[str]) -> dict[str, list[Grant]]:
    """The accounts with some usernames, each with the roles that stand."""
    joined = select(Account.username, Grant).outerjoin(
        Grant, (Grant.account_id == Account.id) & Grant.revoked_at.is_(None)
    )
    found: dict[str, list[Grant]] = {}
    for username, grant in await session.execute(joined.where(Account.username.in_(usernames))):
        found.setdefault(username or "", []).extend([grant] if grant else [])
    return found


async def grants_of(session: AsyncSession, account_id: uuid.UUID) -> Sequence[Grant]:
    """What an account was granted and still holds."""
    return (
        await session.scalars(select(Grant).where(Grant.account_id == account_id, Grant.revoked_at.is_(None)))
    ).all()


async def liaisons_of(session: AsyncSession, organization_ids: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """The accounts that speak for some organizations."""
    return await _granted(session, Grant.role == Role.LIAISON, Grant.organization_id.in_(organization_ids))


async def dispatchers_at(session: AsyncSession, region_code: str) -> Sequence[uuid.UUID]:
    """The accounts that dispatch for exactly one region, neither above nor below it."""
    return await _granted(session, Grant.role == Role.DISPATCHER, Grant.region_code == region_code)


async def _granted(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[uuid.UUID]:
    live = select(Grant.account_id).where(Grant.revoked_at.is_(None), *which)
    return (await session.scalars(live.distinct().order_by(Grant.account_id))).all()


async def failure(session: AsyncSession, subject: str) -> SignInFailure | None:
    """The failed attempts of a username, locked so that parallel guesses count one by one."""
    return await session.scalar(select(SignInFailure).where(SignInFailure.subject == subject).with_for_update())


async def sign_in(session: AsyncSession, sign_in_id: uuid.UUID) -> Row[SignIn, str | None] | None:
    """A sign-in, standing or ended, with the username behind it."""
    joined = select(SignIn, Account.username).join(Account, Account.id == SignIn.account_id)
    return (await session.execute(joined.where(SignIn.id == sign_in_id))).one_or_none()


async def locked_sign_in(session: AsyncSession, sign_in_id: uuid.UUID) -> SignIn | None:
    """A sign-in, locked against a second refresh at once."""
    return await session.scalar(select(SignIn).where(SignIn.id == sign_in_id).with_for_update())


async def live_grant(
    session: AsyncSession,
    account_id: uuid.UUID,
    role: Role,
    region_code: str | None,
    organization_id: uuid.UUID | None,
) -> Grant | None:
    """A grant that stands already."""
    return await session.scalar(
        select(Grant).where(
            Grant.account_id == account_id,
            Grant.role == role,
            Grant.region_code.is_not_distinct_from(region_code),
            Grant.organization_id.is_not_distinct_from(organization_id),
            Grant.revoked_at.is_(None),
        )
    )


async def nicknames(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str | None]:
    """What some accounts call themselves."""
    rows = await session.execute(select(Account.id, Account.nickname).where(Account.id.in_(ids)))
    return {row.id: row.nickname for row in rows}


async def members_who_show_it(session: AsyncSession, member_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Which members consent to residents seeing that they are."""
    if not member_ids:
        return set()
    newest = (
        select(Account.member_id, Consent.given)
        .join(Account, Account.id == Consent.account_id)
        .where(Account.member_id.in_(member_ids), Consent.purpose == Purpose.SHOW_IDENTITY)
        .ext(distinct_on(Account.member_id))
        .order_by(Account.member_id, Consent.id.desc())
    )
    return {row.member_id for row in await session.execute(newest) if row.given}


async def member_ids(session: AsyncSession, account_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Which members some accounts are; those that are none are left out."""
    whose = select(Account.id, Account.member_id).where(Account.id.in_(account_ids), Account.member_id.is_not(None))
    return {row.id: row.member_id for row in await session.execute(whose) if row.member_id}


async def region_exists(session: AsyncSession, code: str) -> bool:
    """Whether a grant may name a region; regions stand above us, so only the table is known here."""
    regions = table("regions", column("code"))
    return bool(await session.scalar(select(exists().where(regions.c.code == code))))


async def organization_exists(session: AsyncSession, organization_id: uuid.UUID) -> bool:
    """Whether a grant may name an organization."""
    organizations = table("organizations", column("id", Uuid))
    return bool(await session.scalar(select(exists().where(organizations.c.id == organization_id))))
