"""Recompute every summary of the ledger and compare; reads one moment, so it works beside a running server."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import Text
from app.ledger import queries, summary_queries
from app.ledger.standings import FOLLOWER, RUNG, WHERE


@dataclass(frozen=True, slots=True)
class Finding:
    """One summary that was recomputed, and where it differs; each line names a key, what is kept and what counts."""

    summary: Text
    differences: list[str]


async def verify(session: AsyncSession) -> list[Finding]:
    """The summaries of the ledger against its entries.

    What the follower has not had yet is left out on both sides: its place and its sums are one transaction.
    """
    had = summary_queries.had_by(FOLLOWER)
    standings = await summary_queries.differing(session, summary_queries.standings(), queries.contributions(had), WHERE)
    rungs = await summary_queries.differing(
        session, summary_queries.rungs(), summary_queries.rungs_of_standings(), RUNG
    )
    balances = await summary_queries.differing(
        session, summary_queries.points_on_boards(), summary_queries.balances(had), ["key"]
    )
    reversals = (await session.execute(summary_queries.crooked_reversals())).all()
    return [
        finding("排行", "standings", standings),
        finding("分档", "rungs of the standings", rungs),
        finding("余额", "balances", balances),
        finding("冲正", "reversals", reversals),
    ]


def finding(zh: str, en: str, rows: Sequence[Row[*tuple[Any, ...]]]) -> Finding:
    """What was found of one summary."""
    lines = [" ".join(f"{name}={value}" for name, value in row._mapping.items()) for row in rows]
    return Finding(Text(zh, en), lines)
