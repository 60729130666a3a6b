"""Sign in, refresh, sign out; growing delays after failures, and no reuse of a refresh token."""

import asyncio
import uuid
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from secrets import token_bytes
from weakref import WeakValueDictionary

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries, tokens
from app.access.caller import Caller
from app.access.errors import RefreshReused, TooManyAttempts, WrongPassword
from app.access.events import AccessEvent
from app.access.models import Account, Identity, SignIn, SignInFailure
from app.access.schemas import SignedIn, account_out
from app.access.tokens import RefreshToken
from app.gateways.wechat import WeChat
from app.kit import clock, events
from app.kit.crypto import Keyring
from app.kit.db import new_id
from app.kit.errors import TokenInvalid

SIGN_IN_LIFE = timedelta(days=30)
GRACE = timedelta(seconds=30)
FREE_FAILURES = 3
LONGEST_WAIT = timedelta(minutes=15)
FORGIVEN_AFTER = timedelta(days=1)

AT_ONCE = 16
"""Tries of one name that a process has at a time; one more is to come back."""

hasher = PasswordHasher()
asking: Counter[str] = Counter()
turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


def _nobodys() -> str:
    """A hash that no password has: verifying it takes as long as any other, making it takes nothing."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


NOBODY = _nobodys()
"""Verified where a username is unknown, so that the answer takes as long as for a known one."""


async def with_wechat(session: AsyncSession, keyring: Keyring, wechat: WeChat, code: str) -> SignedIn:
    """Sign in with the code of wx.login; the person behind it is made on first sight."""
    identity = await wechat.identify(code)
    account = await queries.account_of_identity(session, "wechat", identity.app_id, identity.openid)
    if account is None:
        account = await _first_sight(session, identity.app_id, identity.openid, identity.union_id)
    return await _sign_in(session, keyring, account)


async def _first_sight(session: AsyncSession, app_id: str, openid: str, union_id: str | None) -> Account:
    """A new account for an openid; of two first sights at once, the second takes the first one's."""
    account = Account(id=new_id(), created_at=clock.now())
    session.add(account)
    await session.flush()  # the identity refers to it
    row = {
        "id": new_id(),
        "account_id": account.id,
        "provider": "wechat",
        "app_id": app_id,
        "subject": openid,
        "union_id": union_id,
    }
    made = await session.scalar(insert(Identity).values(row).on_conflict_do_nothing().returning(Identity.account_id))
    if made:
        return account
    await session.delete(account)
    existing = await queries.account_of_identity(session, "wechat", app_id, openid)
    assert existing is not None  # noqa: S101 - the conflict was with its committed row
    return existing


async def with_password(session: AsyncSession, keyring: Keyring, username: str, password: str) -> SignedIn:
    """Sign staff in. Raises `WrongPassword` and `TooManyAttempts`."""
    return await _sign_in(session, keyring, await check_password(session, username, password))


async def check_password(session: AsyncSession, username: str, password: str) -> Account:
    """Whose password it is. After three failures each next try must wait twice as long, up to 15 minutes."""
    async with _turn(username):
        return await _check_password(session, username, password)


@asynccontextmanager
async def _turn(username: str) -> AsyncIterator[None]:
    """Wait until nobody before us tries the same name: for its row one would wait with a connection in hand."""
    if asking[username] >= AT_ONCE:
        raise TooManyAttempts(retry_after=1)
    asking[username] += 1
    try:
        async with turns.setdefault(username, asyncio.Lock()):
            yield
    finally:
        asking[username] -= 1
        if not asking[username]:
            del asking[username]


async def _check_password(session: AsyncSession, username: str, password: str) -> Account:
    now = clock.now()
    failure = await _failure(session, username, now)
    if failure.wait_until > now:
        raise TooManyAttempts(retry_after=int((failure.wait_until - now).total_seconds()) + 1)
    account = await queries.account_of_username(session, username)
    if not await verify(account.password_hash if account else None, password) or account is None:
        _count(failure)
        raise WrongPassword
    await session.delete(failure)
    return account


async def verify(stored: str | None, password: str) -> bool:
    """Argon2id in a thread: it takes tens of milliseconds on purpose."""
    try:
        return await asyncio.to_thread(hasher.verify, stored or NOBODY, password) and stored is not None
    except VerificationError:
        return False


async def _failure(session: AsyncSession, username: str, now: datetime) -> SignInFailure:
    """The failures of a username, locked before the password is looked at, so that no burst of guesses gets ahead."""
    none = {"subject": username, "count": 0, "last_at": now, "wait_until": now}
    await session.execute(insert(SignInFailure).values(none).on_conflict_do_nothing())
    failure = await queries.failure(session, username)
    if failure is None:  # who signed in at that moment has cleared it
        return await _failure(session, username, now)
    return failure


def _count(failure: SignInFailure) -> None:
    now = clock.now()
    failure.count = 1 if failure.last_at < now - FORGIVEN_AFTER else failure.count + 1
    failure.last_at = now
    if failure.count >= FREE_FAILURES:
        seconds = min(2.0 ** (failure.count - FREE_FAILURES), LONGEST_WAIT.total_seconds())
        failure.wait_until = now + timedelta(seconds=seconds)


async def _sign_in(session: AsyncSession, keyring: Keyring, account: Account) -> SignedIn:
    return _signed_in(keyring, account, await begin(session, account, SIGN_IN_LIFE))


async def begin(session: AsyncSession, account: Account, life: timedelta) -> SignIn:
    """A new sign-in of an account; it ends by itself after `life`. Whoever was leaving has thought again."""
    if account.leaving_at is not None:
        await _stay(session, account)
    now = clock.now()
    sign_in = SignIn(
        id=new_id(),
        account_id=account.id,
        generation=0,
        created_at=now,
        refreshed_at=now,
        expires_at=now + life,
    )
    session.add(sign_in)
    _tell(session, AccessEvent.SIGNED_IN, account.id, account.id)
    return sign_in


async def _stay(session: AsyncSession, account: Account) -> None:
    account = await queries.locked_account(session, account.id)
    if account.erased_at is not None:  # it happened while we waited for the lock
        raise TokenInvalid
    account.leaving_at = None
    _tell(session, AccessEvent.STAYED, account.id, account.id)


def _signed_in(keyring: Keyring, account: Account, sign_in: SignIn) -> SignedIn:
    return SignedIn(
        access_token=tokens.access_token(keyring, account.id, sign_in.id),
        expires_in=int(tokens.ACCESS_LIFE.total_seconds()),
        refresh_token=RefreshToken(sign_in.id, sign_in.generation).seal(keyring),
        account=account_out(account),
    )


async def refresh(session: AsyncSession, keyring: Keyring, sealed: str) -> SignedIn:
    """Exchange a refresh token for the next pair.

    The token before the newest still works for 30 s and gives the newest again, since a client may send it twice
    at once; later, or an older one, it was stolen or replayed: the sign-in ends.
    """
    token = RefreshToken.open(keyring, sealed)
    sign_in = await queries.locked_sign_in(session, token.sign_in_id)
    now = clock.now()
    if sign_in is None or sign_in.revoked_at is not None or sign_in.expires_at <= now:
        raise TokenInvalid
    account = await queries.account(session, sign_in.account_id)
    if token.generation == sign_in.generation:
        sign_in.generation += 1
        sign_in.refreshed_at, sign_in.expires_at = now, now + SIGN_IN_LIFE
    elif token.generation != sign_in.generation - 1 or now - sign_in.refreshed_at > GRACE:
        sign_in.revoked_at = now
        _tell(session, AccessEvent.REFRESH_REUSED, account.id, account.id)
        raise RefreshReused
    return _signed_in(keyring, account, sign_in)


async def sign_out(session: AsyncSession, caller: Caller, *, everywhere: bool) -> None:
    """End this sign-in, or all of the account's; their tokens are refused from the next request on."""
    which = SignIn.account_id == caller.account_id if everywhere else SignIn.id == caller.sign_in_id
    ended = update(SignIn).where(which, SignIn.revoked_at.is_(None)).values(revoked_at=clock.now())
    await session.execute(ended)
    _tell(session, AccessEvent.SIGNED_OUT, caller.account_id, caller.account_id)


def _tell(session: AsyncSession, kind: AccessEvent, account_id: uuid.UUID, actor: uuid.UUID | None) -> None:
    events.record(session, kind, subject=account_id, region_code="", actor=actor)
