"""Keys for every purpose derived from one secret: signing, encrypting, and the secret's own file."""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET = 32
"""Characters below which a secret could be guessed."""


class Undecipherable(ValueError):
    """The ciphertext was made with another key, for another purpose, or was altered."""


@dataclass(frozen=True)
class Keyring:
    """Derives one 256-bit key a purpose (HKDF-SHA256, RFC 5869), so that no key serves two."""

    secret: str = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """The 32-byte key of a purpose."""
        return HKDF(SHA256(), 32, salt=None, info=b"yihu/" + purpose.encode()).derive(self.secret.encode())

    def sign(self, purpose: str, message: str) -> str:
        """A URL-safe HMAC-SHA256 of `message`, 43 characters."""
        digest = hmac.digest(self.key(purpose), message.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def verify(self, purpose: str, message: str, signature: str) -> bool:
        """Whether `signature` is ours, in constant time."""
        return hmac.compare_digest(self.sign(purpose, message).encode(), signature.encode())

    def encrypt(self, purpose: str, plain: bytes, context: bytes = b"") -> bytes:
        """AES-256-GCM with a fresh 96-bit nonce in front; `context` must be given again to decrypt."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, plain, context)

    def decrypt(self, purpose: str, cipher: bytes, context: bytes = b"") -> bytes:
        """The plain bytes; raises `Undecipherable`."""
        try:
            return AESGCM(self.key(purpose)).decrypt(cipher[:12], cipher[12:], context)
        except (InvalidTag, ValueError) as error:  # the latter where it is shorter than a nonce
            raise Undecipherable from error


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
