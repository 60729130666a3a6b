"""The session of a desk's browser: a sign-in of its own, ended by a long day and by an hour of silence."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries, signing_in
from app.access.caller import Caller
from app.access.models import SignIn
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.errors import TokenInvalid

LIFE = timedelta(hours=12)
LONGEST_SILENCE = timedelta(hours=1)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used, so that not every request writes."""
COOKIE, FORM = "desk-session", "desk-form"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at a desk, and the name that they signed in with."""

    caller: Caller
    username: str


async def open_session(session: AsyncSession, keyring: Keyring, username: str, password: str) -> str:
    """Sign staff in for a browser; answers the cookie's value. Raises `WrongPassword` and `TooManyAttempts`."""
    account = await signing_in.check_password(session, username, password)
    sign_in = await signing_in.begin(session, account, LIFE)
    return seal(keyring, sign_in.id)


def seal(keyring: Keyring, sign_in_id: uuid.UUID) -> str:
    """A sign-in as the cookie carries it, so that nobody can make one up."""
    return f"{sign_in_id}.{keyring.sign(COOKIE, str(sign_in_id))}"


def is_ours(keyring: Keyring, cookie: str) -> bool:
    """Whether we have made a cookie; what it names may be over."""
    sign_in_id, _, signature = cookie.partition(".")
    return keyring.verify(COOKIE, sign_in_id, signature)


async def desk(session: AsyncSession, keyring: Keyring, cookie: str) -> Desk:
    """Whose session a cookie names; raises `TokenInvalid` unless it is ours, stands, and was used within the hour."""
    if not is_ours(keyring, cookie):
        raise TokenInvalid
    sign_in_id = uuid.UUID(cookie.partition(".")[0])
    known = await queries.sign_in(session, sign_in_id)
    found = await queries.caller(session, sign_in_id)
    if known is None or found is None or clock.now() - known[0].refreshed_at > LONGEST_SILENCE:
        raise TokenInvalid
    await _note_use(session, known[0])
    return Desk(found, known[1] or "")


async def _note_use(session: AsyncSession, sign_in: SignIn) -> None:
    now = clock.now()
    if now - sign_in.refreshed_at > NOTED_EVERY:
        await session.execute(update(SignIn).where(SignIn.id == sign_in.id).values(refreshed_at=now))


def form_token(keyring: Keyring, caller: Caller) -> str:
    """What every form of a session carries, and no other site can know."""
    return keyring.sign(FORM, str(caller.sign_in_id))


def is_form_token(keyring: Keyring, caller: Caller, token: str) -> bool:
    """Whether a form was made for this session."""
    return keyring.verify(FORM, str(caller.sign_in_id), token)
