"""Keys for every purpose derived from one secret: signing, encrypting, and the secret's own file."""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET = 32
"""Characters below which a secret could be guessed."""
KEY_ID, NONCE = 4, 12
"""Bytes of what names a secret, and of what makes each ciphertext differ."""


class Undecipherable(ValueError):
    """The ciphertext was made with another key, for another purpose, or was altered."""


@cache
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"yihu/" + purpose.encode()).derive(secret.encode())


@cache
def _cipher(secret: str, purpose: str) -> AESGCM:
    return AESGCM(_derived(secret, purpose))


def _key_id(secret: str) -> bytes:
    return _derived(secret, "key-id")[:KEY_ID]


@dataclass(frozen=True)
class Keyring:
    """Derives one 256-bit key a purpose (HKDF-SHA256, RFC 5869), so that no key serves two.

    What is new is made with `secret`; what was made with a `retired` one can still be read.
    """

    secret: str = field(repr=False)
    retired: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that may have been used, the newest first."""
        return (self.secret, *self.retired)

    @cached_property
    def key_id(self) -> bytes:
        """Names the newest secret in what is sealed with it."""
        return _key_id(self.secret)

    @cached_property
    def _by_id(self) -> dict[bytes, str]:
        return {_key_id(secret): secret for secret in self.secrets}

    def key(self, purpose: str) -> bytes:
        """The 32-byte key of a purpose."""
        return _derived(self.secret, purpose)

    def keys(self, purpose: str) -> list[bytes]:
        """The key of a purpose from every secret, the newest first."""
        return [_derived(secret, purpose) for secret in self.secrets]

    def sign(self, purpose: str, message: str) -> str:
        """A URL-safe HMAC-SHA256 of `message`, 43 characters."""
        return _signature(self.key(purpose), message)

    def verify(self, purpose: str, message: str, signature: str) -> bool:
        """Whether `signature` is ours, in constant time."""
        given = signature.encode()
        return any(hmac.compare_digest(_signature(key, message).encode(), given) for key in self.keys(purpose))

    def encrypt(self, purpose: str, plain: bytes, context: bytes = b"") -> bytes:
        """AES-256-GCM with a fresh 96-bit nonce in front; `context` must be given again to decrypt."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + _cipher(self.secret, purpose).encrypt(nonce, plain, context)

    def decrypt(self, purpose: str, cipher: bytes, context: bytes = b"") -> bytes:
        """The plain bytes; raises `Undecipherable`."""
        for secret in self.secrets:
            try:
                return _cipher(secret, purpose).decrypt(cipher[:NONCE], cipher[NONCE:], context)
            except (InvalidTag, ValueError):  # the latter where it is shorter than a nonce
                continue
        raise Undecipherable

    def seal(self, purpose: str, plain: bytes, index: bytes = b"") -> bytes:
        """Key id, `index` in the clear, nonce and ciphertext; a change of any of them is noticed."""
        head, nonce = self.key_id + index, secrets.token_bytes(NONCE)
        return head + nonce + _cipher(self.secret, purpose).encrypt(nonce, plain, head)

    def unseal(self, purpose: str, sealed: bytes, index_length: int = 0) -> bytes:
        """The plain bytes of what `seal` made with an index of that length; raises `Undecipherable`."""
        head, body = sealed[: KEY_ID + index_length], KEY_ID + index_length + NONCE
        try:
            cipher = _cipher(self._by_id[head[:KEY_ID]], purpose)
            return cipher.decrypt(sealed[body - NONCE : body], sealed[body:], head)
        except (KeyError, InvalidTag, ValueError) as error:
            raise Undecipherable from error


def _signature(key: bytes, message: str) -> str:
    digest = hmac.digest(key, message.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def secret_in(file: Path) -> str:
    """The secret that stands in `file`, made there with mode 0600 on first use; of two at once, one wins.

    Raises `ValueError` when the file holds too little to be one: a guessable secret is worse than none.
    """
    if not file.exists():
        _write_secret(file)
    secret = file.read_text().strip()  # an editor adds a line end
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"{file} holds no secret; restore it from a backup, or remove it for a new one")
    return secret


def _write_secret(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_urlsafe(48))
        handle.flush()
        os.fsync(handle.fileno())
    try:
        os.link(draft, file)  # link refuses to replace, so a second process reads what the first one made
    except FileExistsError:
        pass
    finally:
        draft.unlink()
