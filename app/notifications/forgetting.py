"""Remove messages that have served their time."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.notifications import queries
from app.policies import service as policies
from app.policies.defaults import Key

EVERYWHERE = ""
"""An inbox is an account's, not a region's."""


async def forget_old(session: AsyncSession) -> int:
    """Remove a portion of the messages read or made too long ago; how many, none when all are gone."""
    read, made = await policies.values(session, (Key.NOTIFICATION_KEEP_READ, Key.NOTIFICATION_KEEP), EVERYWHERE)
    now = clock.now()
    return await queries.forget(session, read_before=now - read, made_before=now - made)
