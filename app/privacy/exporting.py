"""My data: everything that is kept about the caller, across every package."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.kit import clock, events
from app.kit.schema import china_time
from app.privacy import queries
from app.privacy.events import PrivacyEvent
from app.privacy.holdings import HOLDINGS
from app.privacy.schemas import ExportOut


async def export(session: AsyncSession, caller: Caller) -> ExportOut:
    """Every row that is the caller's, readable; that it was taken is on record."""
    account = await access.account(session, caller.account_id)
    whose = await queries.person(session, account)
    tables = {}
    for holding in HOLDINGS:
        found = await queries.rows(session, holding, whose)
        tables[holding.model.__tablename__] = [{name: _shown(value) for name, value in row.items()} for row in found]
    events.record(session, PrivacyEvent.EXPORTED, subject=account.id, region_code="", actor=account.id)
    return ExportOut(made_at=clock.now(), tables=tables)


def _shown(value: Any) -> Any:
    """A value as every answer shows it; a stretch of time as its two ends."""
    if isinstance(value, Range):
        return [_shown(value.lower), _shown(value.upper)]
    return china_time(value) if isinstance(value, datetime) else value
