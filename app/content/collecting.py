"""Removing what nothing stands for: files that nobody used, and variants without a row.

A row is written after its variants and removed before them, so a crash leaves variants too many, never too few.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.content import queries
from app.content.models import File
from app.gateways.storage import Storage
from app.kit import clock, log
from app.kit.db import Sessions, transaction
from app.kit.timers import Timer

logger = log.get()
GRACE = timedelta(hours=1)
"""Far longer than an upload may be between its variants and its row."""
BATCH = 500


async def _remove(session: AsyncSession, file: File, _: datetime) -> None:
    await session.delete(file)


UNUSED_FILES = Timer("unused files", queries.expired, File.id, _remove)


async def remove_orphans(sessions: Sessions, storage: Storage) -> int:
    """Remove the variants that have had no row for longer than any upload takes; how many those were."""
    names = await storage.older_than(clock.now() - GRACE)
    removed = 0
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        async with transaction(sessions) as session:
            known = await queries.known_blobs(session, list({_blob(name) for name in batch}))
        orphans = [name for name in batch if _blob(name) not in known]
        for name in orphans:
            await storage.remove(name)
        removed += len(orphans)
    if removed:
        logger.info("files.orphans_removed", count=removed)
    return removed


def _blob(name: str) -> str:
    return name.partition(".")[0]


async def forget_days(session: AsyncSession) -> None:
    """Drop the counts of days that are over."""
    await queries.forget_days(session, clock.today())
