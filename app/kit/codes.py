"""Signed codes of at most 32 characters, for QR codes and WeChat's `scene`, verified without a look-up."""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from app.kit.crypto import Keyring

LONGEST = 32
"""Characters that WeChat's `scene` holds."""
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: five bits a character, and none that is taken for another."""
NUMBER, COUNT = 12, 7
"""Characters of the number that a code names (60 bits), and of the count of a code that ends."""
READABLE = {ord(letter): letter for letter in ALPHABET}
READABLE |= {ord(letter.lower()): letter for letter in ALPHABET}
READABLE |= dict(zip(map(ord, "iIlLoO"), "111100", strict=True))
READABLE |= {ord(between): "" for between in "- "}


class Purpose(StrEnum):
    """What a code is for, by its first letter."""

    PLACE = "P"
    SCREEN = "S"
    MEMBER = "M"
    RECEIPT = "R"
    CERTIFICATE = "C"


@dataclass(frozen=True, slots=True)
class _Life:
    """A code counts for so many `steps` of so many seconds, that in which it was made included."""

    step: int
    steps: int


LIVES = {Purpose.SCREEN: _Life(20, 2), Purpose.MEMBER: _Life(1, 60)}
"""The codes that end by themselves; what is printed lives as long as its row."""


class Reason(StrEnum):
    """Why a text is not taken for a code of ours that counts now."""

    NOT_OURS = "not_ours"
    FORGED = "forged"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Code:
    """What a code of ours says; `text` is its one spelling, so that it is what one use is counted by."""

    text: str
    purpose: Purpose
    number: str
    since: datetime | None = None
    until: datetime | None = None
    """From when and until when (excluded) it counts; None for what does not end by itself."""


class Unaccepted(ValueError):
    """Not a code that counts now; `code` is what it says, where its signature is ours."""

    def __init__(self, reason: Reason, code: Code | None = None) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


def new_number() -> str:
    """A random number of 60 bits, to be kept under a unique constraint by who makes codes of it."""
    return _written(secrets.randbits(5 * NUMBER), NUMBER)


def number_of(one: uuid.UUID) -> str:
    """The number of somebody whose row has no number of its own: the last 60 bits of a UUIDv7, which are random."""
    return _written(one.int & (1 << 5 * NUMBER) - 1, NUMBER)


def ending(number: str) -> str:
    """How the id ends, as it is written, that `number_of` made a number of."""
    digits = f"{_read(number):015x}"
    return f"{digits[:3]}-{digits[3:]}"


def plain(typed: str) -> str:
    """What somebody read out or typed, in the one spelling."""
    return typed.translate(READABLE)


def in_groups(number: str) -> str:
    """A number as people read it out: `8F3K-2Q7M-5R1T`."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def make(keyring: Keyring, purpose: Purpose, number: str, now: datetime | None = None) -> str:
    """The code of a number; those that end by themselves are made for `now`."""
    if len(number) != NUMBER or not set(number) <= set(ALPHABET):
        raise ValueError(f"not a number of {NUMBER} characters: {number!r}")
    text = purpose + number
    if life := LIVES.get(purpose):
        if now is None:
            raise ValueError(f"a code for {purpose.name} is made for a moment")
        text += _written(int(now.timestamp()) // life.step, COUNT)
    return text + _signature(keyring.key(_key(purpose)), purpose, text)


def read(keyring: Keyring, text: str, now: datetime) -> Code:
    """What a code says, however it was typed; raises `Unaccepted`."""
    text = plain(text)
    try:
        purpose = Purpose(text[:1])
    except ValueError:
        raise Unaccepted(Reason.NOT_OURS) from None
    life = LIVES.get(purpose)
    signed = 1 + NUMBER + (COUNT if life else 0)
    if len(text) != signed + _signature_length(purpose) or not set(text) <= set(ALPHABET):
        raise Unaccepted(Reason.NOT_OURS)
    if not _is_signed(keyring, purpose, text[:signed], text[signed:]):
        raise Unaccepted(Reason.FORGED)
    number = text[1 : 1 + NUMBER]
    if life is None:
        return Code(text, purpose, number)
    return _living(Code(text, purpose, number), life, _read(text[1 + NUMBER : signed]), now)


def _living(code: Code, life: _Life, count: int, now: datetime) -> Code:
    since = datetime.fromtimestamp(count * life.step, UTC)
    until = since + timedelta(seconds=life.step * life.steps)
    code = Code(code.text, code.purpose, code.number, since, until)
    if now < since:
        raise Unaccepted(Reason.NOT_YET, code)
    if now >= until:
        raise Unaccepted(Reason.EXPIRED, code)
    return code


def _key(purpose: Purpose) -> str:
    return f"code/{purpose.name.lower()}"


def _signature_length(purpose: Purpose) -> int:
    """65 bits for what hangs on a wall for years, 50 for what ends within a minute (docs/adr/0020-codes.md)."""
    return 10 if purpose in LIVES else 13


def _signature(key: bytes, purpose: Purpose, signed: str) -> str:
    length = _signature_length(purpose)
    digest = int.from_bytes(hmac.digest(key, signed.encode(), hashlib.sha256))
    return _written(digest >> 256 - 5 * length, length)


def _is_signed(keyring: Keyring, purpose: Purpose, signed: str, signature: str) -> bool:
    keys = keyring.keys(_key(purpose))
    return any(hmac.compare_digest(_signature(key, purpose, signed), signature) for key in keys)


def _written(value: int, length: int) -> str:
    """`value` in so many characters; raises `ValueError` where it does not fit."""
    if value < 0 or value >> 5 * length:
        raise ValueError(f"{value} has no {length} characters")
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(length)))


def _read(text: str) -> int:
    value = 0
    for letter in text:
        value = value << 5 | ALPHABET.index(letter)
    return value
