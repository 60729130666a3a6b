"""The selects of the table of enrollments: of a district from an index alone, of a city from what was summed up."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, Select, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.models import Enrollment, EnrollmentBalance
from app.enrollments.statistics_schemas import Grouping
from app.regions.queries import under

Counted = Row[*tuple[Any, ...]]
LOCK = 7_105_190_019
"""Held by whoever sums up days."""
DISTRICT = 6
"""Digits of a district's code."""


def _stands(on: date) -> tuple[ColumnElement[bool], ...]:
    """What was confirmed by the end of a day and had not ended then."""
    return Enrollment.confirmed_on <= on, or_(Enrollment.ended_on.is_(None), Enrollment.ended_on > on)


def keys_of(region_code: str, groupings: Sequence[Grouping]) -> list[Any]:
    """The columns by which rows are told apart."""
    place = Enrollment.region_code if len(region_code) >= DISTRICT else func.left(Enrollment.region_code, DISTRICT)
    columns = {
        Grouping.REGION: place,
        Grouping.UNIT_KIND: Enrollment.unit_kind,
        Grouping.DAY: Enrollment.confirmed_on,
    }
    return [columns[one] for one in groupings]


async def counted(
    session: AsyncSession, region_code: str, on: date, groupings: Sequence[Grouping]
) -> Sequence[Counted]:
    """For each group and kind of member how many stand, and how many heads; in the order of the groups."""
    if len(region_code) < DISTRICT and Grouping.DAY not in groupings:
        base = await last_balance(session, on)
        if base is not None:
            return (await session.execute(_since(base, region_code, on, groupings))).all()
    return (await session.execute(_counted(region_code, on, groupings))).all()


def _counted(region_code: str, on: date, groupings: Sequence[Grouping]) -> Select[*tuple[Any, ...]]:
    keys = [*keys_of(region_code, groupings), Enrollment.kind]
    statement = select(*keys, func.count(), func.coalesce(func.sum(Enrollment.head_count), 0))
    here = under(Enrollment.region_code, [region_code])
    return statement.where(here, *_stands(on)).group_by(*keys).order_by(*keys)


def _since(base: date, region_code: str, on: date, groupings: Sequence[Grouping]) -> Select[*tuple[Any, ...]]:
    """What stood at the end of an earlier day, with what came and without what went since, in one statement."""
    stood = select(
        EnrollmentBalance.district_code.label("region"),
        EnrollmentBalance.unit_kind.label("unit_kind"),
        func.nullif(EnrollmentBalance.kind, "").label("kind"),
        EnrollmentBalance.count.label("count"),
        EnrollmentBalance.heads.label("heads"),
    ).where(EnrollmentBalance.day == base, under(EnrollmentBalance.district_code, [region_code]))
    came = _moved(1, region_code, Enrollment.confirmed_on > base, *_stands(on))
    went = _moved(-1, region_code, Enrollment.confirmed_on <= base, Enrollment.ended_on.between(_next(base), on))
    every = union_all(stood, came, went).subquery()
    keys = [*(every.c[one] for one in groupings), every.c.kind]
    count = func.sum(every.c["count"])
    return select(*keys, count, func.sum(every.c.heads)).group_by(*keys).having(count != 0).order_by(*keys)


def _moved(sign: int, region_code: str, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    district = func.left(Enrollment.region_code, DISTRICT)
    heads = func.coalesce(Enrollment.head_count, 0)
    columns = (district, Enrollment.unit_kind, Enrollment.kind, literal(sign), sign * heads)
    return select(*columns).where(under(Enrollment.region_code, [region_code]), *which)


def _next(day: date) -> date:
    return day + timedelta(days=1)


async def last_balance(session: AsyncSession, on: date) -> date | None:
    """The last day up to another that has been summed up and had anything."""
    return await session.scalar(select(func.max(EnrollmentBalance.day)).where(EnrollmentBalance.day <= on))


def balance_of(day: date) -> Select[*tuple[Any, ...]]:
    """What stood at the end of a day, by district, as it is kept."""
    keys = (func.left(Enrollment.region_code, DISTRICT), Enrollment.unit_kind, func.coalesce(Enrollment.kind, ""))
    counts = (func.count(), func.coalesce(func.sum(Enrollment.head_count), 0))
    return select(literal(day, Date), *keys, *counts).where(*_stands(day)).group_by(*keys)
