"""Access tokens (JWT, RFC 7519, HS256, 15 minutes) and refresh tokens (signed, one use)."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from jwt.types import Options

from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.errors import TokenExpired, TokenInvalid

ACCESS_LIFE = timedelta(minutes=15)
ACCESS, REFRESH = "access-token", "refresh-token"


def access_token(keyring: Keyring, account_id: uuid.UUID, sign_in_id: uuid.UUID) -> str:
    """A bearer token; that its sign-in still stands is checked at every use."""
    now = clock.now()
    claims = {"sub": str(account_id), "sid": str(sign_in_id), "iat": now, "exp": now + ACCESS_LIFE}
    return jwt.encode(claims, keyring.key(ACCESS), algorithm="HS256")


def sign_in_of(keyring: Keyring, token: str) -> uuid.UUID:
    """The sign-in that an access token was made for; raises `TokenExpired` or `TokenInvalid`."""
    try:
        sign_in_id, expires = _opened(keyring, token)
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise TokenInvalid from error
    if expires <= clock.now().timestamp():  # our clock can be moved; the library's cannot
        raise TokenExpired
    return sign_in_id


@lru_cache(maxsize=4096)
def _opened(keyring: Keyring, token: str) -> tuple[uuid.UUID, float]:
    """The sign-in and the expiry (seconds since 1970) of a genuine token; what is refused is looked at each time."""
    claims = _claims(keyring, token)
    return uuid.UUID(claims["sid"]), float(claims["exp"])


def _claims(keyring: Keyring, token: str) -> dict[str, Any]:
    options: Options = {"require": ["exp", "sid", "sub"], "verify_exp": False, "verify_iat": False}
    newest, *retired = keyring.keys(ACCESS)
    for key in retired:
        try:
            return jwt.decode(token, key, algorithms=["HS256"], options=options)
        except jwt.InvalidSignatureError:
            continue
    return jwt.decode(token, newest, algorithms=["HS256"], options=options)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Names a sign-in and how often it was refreshed; the signature makes it unforgeable."""

    sign_in_id: uuid.UUID
    generation: int

    def seal(self, keyring: Keyring) -> str:
        """The token as it travels: nothing of it needs to be stored."""
        text = f"{self.sign_in_id}.{self.generation}"
        return f"{text}.{keyring.sign(REFRESH, text)}"

    @classmethod
    def open(cls, keyring: Keyring, sealed: str) -> "RefreshToken":
        """Read a token of ours; raises `TokenInvalid`."""
        text, _, signature = sealed.rpartition(".")
        sign_in_id, _, generation = text.partition(".")
        if not keyring.verify(REFRESH, text, signature):
            raise TokenInvalid
        return cls(uuid.UUID(sign_in_id), int(generation))
