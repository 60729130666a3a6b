"""Retries never double an effect: the key, the effect and the stored answer are one transaction."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.db import Base, made
from app.kit.errors import IdempotencyKeyReused, InvalidRequest

KEPT = timedelta(hours=48)
VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{16,64}")
PURPOSE = "idempotency"


class IdempotencyKey(Base):
    """A key that a caller has used, with the encrypted 2xx answer it got."""

    __tablename__ = "idempotency_keys"

    principal: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer as it left, or would leave again."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Keyed:
    """One keyed request: whose key it is, and what was asked."""

    principal: uuid.UUID
    key: str
    fingerprint: bytes


def keyed(principal: uuid.UUID, header: str, *asked: bytes) -> Keyed:
    """The keyed request of a header; the fingerprint covers what was `asked`.

    Raises `InvalidRequest` unless the key is 16 to 64 visible ASCII characters (quotes around it are dropped,
    as the header is a structured-field string in the IETF draft).
    """
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not VISIBLE_ASCII.fullmatch(key):
        raise InvalidRequest.field(
            "Idempotency-Key",
            "idempotency_key",
            "幂等键须为 16 到 64 个可见 ASCII 字符",
            "Idempotency-Key takes 16 to 64 visible ASCII characters",
        )
    digests = b"".join(hashlib.sha256(part).digest() for part in asked)  # no part can run into the next
    return Keyed(principal, key, hashlib.sha256(digests).digest())


async def begin(session: AsyncSession, keyring: Keyring, request: Keyed) -> Answer | None:
    """Take the key, or answer what it was answered before.

    Of two at once, the second waits for the first: then it gets the first one's answer, or, where the first
    was refused, its own try. Raises `IdempotencyKeyReused` when the key stands for another request.
    """
    row = None
    while row is None:  # a key that was there may be forgotten, for its age, before it is read
        if await _take(session, request):
            return None
        row = await session.scalar(select(IdempotencyKey).where(*_is(request)))
    if row.fingerprint != request.fingerprint:
        raise IdempotencyKeyReused
    if row.status is None or row.body is None:
        raise LookupError("a key was committed without its answer")
    return Answer(row.status, keyring.decrypt(PURPOSE, row.body, row.fingerprint))


def answered(keyring: Keyring, request: Keyed, answer: Answer) -> IdempotencyKey:
    """The key with its answer, for a statement that stores it together with the effect."""
    return made(
        IdempotencyKey,
        principal=request.principal,
        key=request.key,
        fingerprint=request.fingerprint,
        status=answer.status,
        body=keyring.encrypt(PURPOSE, answer.body, request.fingerprint),
        created_at=clock.now(),
    )


async def _take(session: AsyncSession, request: Keyed) -> bool:
    row = {
        "principal": request.principal,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "created_at": clock.now(),
    }
    inserted = insert(IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    return await session.scalar(inserted) is not None


async def finish(session: AsyncSession, keyring: Keyring, request: Keyed, answer: Answer) -> None:
    """Store the answer beside its effect."""
    sealed = keyring.encrypt(PURPOSE, answer.body, request.fingerprint)
    await session.execute(update(IdempotencyKey).where(*_is(request)).values(status=answer.status, body=sealed))


async def give_back(session: AsyncSession, request: Keyed) -> None:
    """Leave the key unused: a refusal is evaluated again, also one whose writes are kept."""
    await session.execute(delete(IdempotencyKey).where(*_is(request)))


def _is(request: Keyed) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IdempotencyKey.principal == request.principal, IdempotencyKey.key == request.key


async def forget(session: AsyncSession, principal: uuid.UUID) -> None:
    """Drop every key of a caller, answers included."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.principal == principal))


async def forget_old(session: AsyncSession) -> None:
    """Drop keys older than 48 hours, answers included."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT))
