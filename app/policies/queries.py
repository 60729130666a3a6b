"""Every select of policies and of the calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, any_, bindparam, column, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.policies.models import CalendarDay, DayKind, Policy


def _prefixes(region_code: str) -> list[str]:
    return [region_code[:length] for length in range(len(region_code) + 1)]


async def standing(session: AsyncSession, keys: Sequence[str], region_code: str, on: date) -> dict[str, list[Policy]]:
    """Of each key the settings that are valid on a day along the region's chain, the nearest first."""
    height = func.length(Policy.region_code)
    statement = (
        select(Policy)
        .where(Policy.key.in_(keys), Policy.region_code.in_(_prefixes(region_code)), Policy.valid_from <= on)
        .order_by(Policy.key, height.desc(), Policy.valid_from.desc())
        .ext(distinct_on(Policy.key, height))
    )
    found: dict[str, list[Policy]] = {}
    for row in await session.scalars(statement):
        found.setdefault(row.key, []).append(row)
    return found


def nearest_value(key: str, region_code: Any, on: Any) -> ColumnElement[Any]:
    """A rule's setting nearest to the region in a column of the statement around; null where there is none.

    For rules that are no tables: of those every region's entries count.
    """
    cut = (
        func.generate_series(0, func.length(region_code))
        .table_valued(column("at", Integer), name="cut")
        .render_derived()
    )
    chain = select(func.left(region_code, cut.c.at)).correlate_except(cut).scalar_subquery()
    return (
        select(Policy.value)
        .where(Policy.key == key, Policy.region_code == any_(func.array(chain)), Policy.valid_from <= on)
        .order_by(func.length(Policy.region_code).desc(), Policy.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )


async def days(session: AsyncSession, region_code: str, first: date, last: date | None = None) -> Sequence[CalendarDay]:
    """What is known of the days from `first` on along a region's chain, the nearest region's word each."""
    statement = (
        select(CalendarDay)
        .where(CalendarDay.region_code.in_(_prefixes(region_code)), CalendarDay.day >= first)
        .order_by(CalendarDay.day, func.length(CalendarDay.region_code).desc())
        .ext(distinct_on(CalendarDay.day))
    )
    if last is not None:
        statement = statement.where(CalendarDay.day <= last)
    return (await session.scalars(statement)).all()


async def day(session: AsyncSession, region_code: str, one: date) -> CalendarDay | None:
    """What one region itself says of a day."""
    return await session.get(CalendarDay, (region_code, one), populate_existing=True)


async def forget_day(session: AsyncSession, region_code: str, one: date) -> None:
    """Take back what a region says of a day."""
    await session.execute(delete(CalendarDay).where(CalendarDay.region_code == region_code, CalendarDay.day == one))


async def stored_days(session: AsyncSession, wanted: Sequence[date]) -> dict[tuple[str, date], tuple[DayKind, str]]:
    """Kind and name of some days in every region that says anything of them."""
    among = CalendarDay.day == any_(bindparam("days", list(wanted), type_=ARRAY(Date)))
    columns = select(CalendarDay.region_code, CalendarDay.day, CalendarDay.kind, CalendarDay.name)
    rows = await session.execute(columns.where(among))
    return {(row.region_code, row.day): (row.kind, row.name) for row in rows}
