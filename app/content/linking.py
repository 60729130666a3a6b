"""Signed links to a file's variants: short-lived, and good without a token, as players and picture views need."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.content import queries
from app.content.models import File, FileKind, Variant
from app.content.schemas import EvidenceOut, FileOut, LinksOut, UploadedOut
from app.gateways.storage import Storage
from app.kit import clock, log
from app.kit.crypto import Keyring
from app.kit.errors import NotFound

logger = log.get()
PURPOSE = "file link"
PLACE = "/api/v1/files/links"
"""Where the route that opens links stands."""
TOKEN = re.compile(r"(?P<said>(?P<id>[0-9a-f]{32})-(?P<variant>[a-z]{1,20})-(?P<until>[0-9]{1,12}))-(?P<mac>.{43})")


def file_out(keyring: Keyring, file: File, window: timedelta, *, with_evidence: bool) -> FileOut:
    """A file with links that open it for `window`, and, where anything of it was kept, the evidence."""
    until = (clock.now() + window).replace(microsecond=0)
    links = LinksOut(
        full=link(keyring, file, Variant.FULL, until),
        thumbnail=link(keyring, file, Variant.THUMBNAIL, until) if file.kind == FileKind.PHOTO else None,
        until=until,
    )
    kept = with_evidence and (file.taken_at is not None or file.lat is not None)
    evidence = EvidenceOut.model_validate(file) if kept else None
    return FileOut(**UploadedOut.model_validate(file).model_dump(), links=links, evidence=evidence)


def link(keyring: Keyring, file: File, variant: Variant, until: datetime) -> str:
    """What opens one variant of a file until a moment."""
    said = f"{file.id.hex}-{variant}-{int(until.timestamp())}"
    return f"{PLACE}/{said}-{keyring.sign(PURPOSE, said)}"


async def opened(session: AsyncSession, keyring: Keyring, storage: Storage, token: str) -> tuple[File, Path, int]:
    """The file of a link, where its bytes are, and for how many seconds more the link is good.

    Raises `NotFound` alike for what was altered, is over, or names what is gone.
    """
    match = TOKEN.fullmatch(token)
    if match is None or not keyring.verify(PURPOSE, match["said"], match["mac"]):
        raise NotFound
    left = datetime.fromtimestamp(int(match["until"]), UTC) - clock.now()
    file = await queries.file(session, uuid.UUID(match["id"]))
    if file is None or left <= timedelta():
        raise NotFound
    try:
        path = await storage.local(f"{file.blob}.{match['variant']}")
    except FileNotFoundError:
        logger.error("file.lost", file_id=str(file.id))  # a row always has its variants, so somebody removed them
        raise NotFound from None
    return file, path, int(left.total_seconds())
