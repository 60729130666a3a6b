"""What stood at the end of each day, by district: summed up once the day is surely over, and never again."""

from datetime import date, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments import statistics_queries as queries
from app.enrollments.models import EnrollmentBalance
from app.kit import clock

SURE_AFTER = timedelta(hours=1)
"""No request that began before midnight commits so late."""
PATIENCE = "10min"
"""Two million rows take longer than a request may."""


async def sum_up(session: AsyncSession) -> int:
    """Sum up the days that are over since the last one; how many they were. The first time it is yesterday only."""
    await session.execute(select(func.set_config("statement_timeout", PATIENCE, True)))
    await session.execute(select(func.pg_advisory_xact_lock(queries.LOCK)))  # of two workers, one
    over = (clock.now() - SURE_AFTER).astimezone(clock.CHINA).date() - timedelta(days=1)
    last = await queries.last_balance(session, over)
    days = [over] if last is None else _between(last, over)
    for day in days:
        names = [column.name for column in EnrollmentBalance.__table__.columns]
        await session.execute(insert(EnrollmentBalance).from_select(names, queries.balance_of(day)))
    return len(days)


def _between(last: date, over: date) -> list[date]:
    return [last + timedelta(days=number) for number in range(1, (over - last).days + 1)]
