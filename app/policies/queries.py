"""Every select of policies and of the calendar."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    ScalarSelect,
    Select,
    Text,
    any_,
    bindparam,
    column,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.policies.models import CalendarDay, DayKind, Policy

Setting = Row[*tuple[Any, ...]]
"""Key, region, first day and value."""


def _prefixes(region_code: str) -> list[str]:
    return [region_code[:length] for length in range(len(region_code) + 1)]


def _standing() -> Select[*tuple[Any, ...]]:
    height = func.length(Policy.region_code)
    among = (
        Policy.key == any_(bindparam("keys", type_=ARRAY(Text))),
        Policy.region_code == any_(bindparam("codes", type_=ARRAY(Text))),
        Policy.valid_from <= bindparam("day", type_=Date),
    )
    return (
        select(Policy.key, Policy.region_code, Policy.valid_from, Policy.value)
        .where(*among)
        .order_by(Policy.key, height.desc(), Policy.valid_from.desc())
        .ext(distinct_on(Policy.key, height))
    )


STANDING = _standing()
"""Made once: every request asks it, some several times."""


async def standing(session: AsyncSession, keys: Sequence[str], region_code: str, on: date) -> dict[str, list[Setting]]:
    """Of each key the settings that are valid on a day along the region's chain, the nearest first."""
    asked = {"keys": list(keys), "codes": _prefixes(region_code), "day": on}
    found: dict[str, list[Setting]] = {}
    for row in await session.execute(STANDING, asked):
        found.setdefault(row.key, []).append(row)
    return found


def _chain(region_code: Any) -> ScalarSelect[str]:
    """A region's code and those of all above it, where the code is a column of the statement around."""
    cut = (
        func.generate_series(0, func.length(region_code))
        .table_valued(column("at", Integer), name="cut")
        .render_derived()
    )
    return select(func.left(region_code, cut.c.at)).correlate_except(cut).scalar_subquery()


def nearest_value(key: str, region_code: Any, on: Any) -> ColumnElement[Any]:
    """A rule's setting nearest to the region in a column of the statement around; null where there is none.

    For rules that are no tables: of those every region's entries count.
    """
    return (
        select(Policy.value)
        .where(Policy.key == key, Policy.region_code == any_(func.array(_chain(region_code))), Policy.valid_from <= on)
        .order_by(func.length(Policy.region_code).desc(), Policy.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )


def values_above(keys: Sequence[str], region_code: Any, on: Any) -> ScalarSelect[Any]:
    """By key the settings along the chain of the region in a column of the statement around, the nearest first.

    For `service.read_above`.
    """
    height = func.length(Policy.region_code).label("height")
    found = (
        select(Policy.key, Policy.value, height)
        .where(Policy.key.in_(keys), Policy.region_code == any_(func.array(_chain(region_code))))
        .where(Policy.valid_from <= on)
        .order_by(Policy.key, height, Policy.valid_from.desc())
        .ext(distinct_on(Policy.key, height))
        .lateral("found")
    )
    gathered = func.jsonb_agg(aggregate_order_by(found.c.value, found.c.height.desc()))
    by_key = select(found.c.key, gathered.label("values")).group_by(found.c.key).lateral("by_key")
    return select(func.jsonb_object_agg(by_key.c.key, by_key.c["values"], type_=JSONB)).scalar_subquery()


def days_above(region_code: Any, first: Any) -> ScalarSelect[Any]:
    """By day what is known from `first` on along the chain of the region in a column of the statement around."""
    found = (
        select(CalendarDay.day, CalendarDay.kind)
        .where(CalendarDay.region_code == any_(func.array(_chain(region_code))), CalendarDay.day >= first)
        .order_by(CalendarDay.day, func.length(CalendarDay.region_code).desc())
        .ext(distinct_on(CalendarDay.day))
        .lateral("found")
    )
    return select(func.jsonb_object_agg(found.c.day, found.c.kind, type_=JSONB)).scalar_subquery()


async def nearest_values(session: AsyncSession, key: str, region_codes: Collection[str], on: date) -> dict[str, Any]:
    """A rule's setting nearest to each of some regions, None where there is none; for rules that are no tables."""
    codes = func.unnest(literal(list(region_codes), ARRAY(Text))).table_valued(column("code", Text), name="asked")
    asked = codes.render_derived()
    rows = await session.execute(select(asked.c.code, nearest_value(key, asked.c.code, on)))
    return {row[0]: row[1] for row in rows}


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
