"""Taking a file in: counted, sniffed, written anew, stored, and only then a row."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import BinaryIO

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.content import queries
from app.content.errors import TooManyUploads, refusal
from app.content.models import File, Variant
from app.content.reencoding import Bounds, Clean, Workshop
from app.content.refused import Fault
from app.content.sniffing import ENOUGH, Form, sniff
from app.gateways.storage import Storage
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.db import Sessions, new_id, transaction
from app.kit.errors import Unavailable
from app.policies import service as policies
from app.policies.defaults import Key

MOST_BYTES = 10_000_000
"""What one file may hold; a bound of the machine, not a rule of a district."""
PURPOSE = "file content"
RULES = (Key.UPLOADS_PER_DAY, Key.PHOTO_EDGE, Key.VOICE_LENGTH)
KEEPING = (Key.UNUSED_FILE_WINDOW, Key.KEEP_PHOTO_EVIDENCE)


@dataclass(frozen=True, slots=True)
class Stored:
    """An upload whose variants lie in the storage, for a row to stand for them."""

    blob: str
    clean: Clean


def content_mac(keyring: Keyring, source: BinaryIO) -> str:
    """The keyed digest of what was sent."""
    digest = hashlib.sha256()
    source.seek(0)
    while part := source.read(1 << 16):
        digest.update(part)
    return keyring.sign(PURPOSE, digest.hexdigest())


async def prepare(
    sessions: Sessions, caller: Caller, source: BinaryIO, mac: str, workshop: Workshop, storage: Storage
) -> Stored | uuid.UUID:
    """Count, clean and store what was sent, outside of any transaction; the file's id where it is here already.

    Whatever goes wrong afterwards leaves variants without a row, which the worker removes.
    """
    form = _form(source)
    async with transaction(sessions) as session:
        if known := await queries.same_content(session, caller.account_id, mac):
            return known.id
        bounds = await _count(session, caller)
    clean = await workshop.reencode(source, form, bounds)
    blob = secrets.token_hex(16)
    for variant, data in clean.variants.items():
        await storage.put(f"{blob}.{variant}", data)
    return Stored(blob, clean)


def _form(source: BinaryIO) -> Form:
    source.seek(0)
    form = sniff(source.read(ENOUGH))
    if form is None:
        raise refusal(Fault.UNSUPPORTED)
    return form


async def _count(session: AsyncSession, caller: Caller) -> Bounds:
    """Count the upload, which also one that is then refused was, and say what decoding may do."""
    most, edge, longest = await policies.values(session, RULES, caller.home_region_code or "")
    if not await queries.count_upload(session, caller.account_id, clock.today(), most):
        raise TooManyUploads(retry_after=_seconds_left_today())
    return Bounds(edge, round(longest.total_seconds()))


def _seconds_left_today() -> int:
    midnight = datetime.combine(clock.today() + timedelta(days=1), time(), clock.CHINA)
    return round((midnight - clock.now()).total_seconds()) + 1


async def receive(session: AsyncSession, caller: Caller, mac: str, prepared: Stored | uuid.UUID) -> File:
    """The row of what was prepared. Of two at once with the same content, the second answers the first one's."""
    if isinstance(prepared, uuid.UUID):
        found = await queries.file(session, prepared)
    else:
        await _insert(session, caller, mac, prepared)
        found = await queries.same_content(session, caller.account_id, mac)
    if found is None:  # it expired meanwhile, or was used by the first of the two
        raise Unavailable(retry_after=1)
    return found


async def _insert(session: AsyncSession, caller: Caller, mac: str, stored: Stored) -> None:
    now, clean = clock.now(), stored.clean
    kept, keeps = await policies.values(session, KEEPING, caller.home_region_code or "")
    row = {
        **(clean.evidence if keeps else {}),
        "id": new_id(),
        "kind": clean.kind,
        "media_type": clean.media_type,
        "blob": stored.blob,
        "content_mac": mac,
        "size": len(clean.variants[Variant.FULL]),
        "width": clean.width,
        "height": clean.height,
        "seconds": clean.seconds,
        "uploaded_by": caller.account_id,
        "uploaded_at": now,
        "expires_at": now + kept,
    }
    await session.execute(insert(File).values(row).on_conflict_do_nothing())
