"""Recompute what slots and sign-ups keep of others, and compare."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.activities import summary_queries
from app.ledger.summary_queries import differing
from app.ledger.verifying import Finding, finding


async def verify(session: AsyncSession) -> list[Finding]:
    """The places of slots against their sign-ups, and the minutes of these against the ledger."""
    taken = await differing(session, summary_queries.taken(), summary_queries.taken_by_sign_ups(), ["id"])
    booked = await differing(session, summary_queries.booked(), summary_queries.minutes(), ["id"])
    return [finding("活动名额", "places of shifts", taken), finding("活动时长", "minutes of sign-ups", booked)]
