"""Recompute what demands and claims keep of their parts, and compare."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import summary_queries
from app.ledger.summary_queries import differing
from app.ledger.verifying import Finding, finding


async def verify(session: AsyncSession) -> list[Finding]:
    """The counts of demands against their claims, and the minutes of claims against their services."""
    claimed = await differing(session, summary_queries.claimed(), summary_queries.claimed_by_claims(), ["id"])
    minutes = await differing(session, summary_queries.minutes(), summary_queries.minutes_of_services(), ["id"])
    return [finding("已认领数", "claimed counts", claimed), finding("服务时长", "minutes of claims", minutes)]
