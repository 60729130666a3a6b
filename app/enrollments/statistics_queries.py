"""The selects of the table of enrollments, each from an index alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.models import Enrollment
from app.enrollments.statistics_schemas import Grouping
from app.regions.queries import under

Counted = Row[*tuple[Any, ...]]
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
    keys = [*keys_of(region_code, groupings), Enrollment.kind]
    statement = (
        select(*keys, func.count(), func.coalesce(func.sum(Enrollment.head_count), 0))
        .where(under(Enrollment.region_code, [region_code]), *_stands(on))
        .group_by(*keys)
        .order_by(*keys)
    )
    return (await session.execute(statement)).all()
