"""How long something may take: by the wall clock, or in working days of a calendar; pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import GetPydanticSchema, TypeAdapter
from pydantic_core import core_schema

from app.kit.clock import CHINA

WRITTEN = re.compile(r"([0-9]{1,4}) working days?")
LONGEST = timedelta(days=3660)
DAY = timedelta(days=1)
SATURDAY = 5
_WALL_CLOCK = TypeAdapter(timedelta)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A whole number of working days, written `3 working days`."""

    days: int

    def __str__(self) -> str:
        return f"{self.days} working day{'' if self.days == 1 else 's'}"


Span = timedelta | WorkingDays


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of single days (True: people work); every other day goes by the week."""

    known: Mapping[date, bool] = field(default_factory=dict)

    def works_on(self, day: date) -> bool:
        """Whether people work on a day; of a year that nobody entered, the weekends are known."""
        return self.known.get(day, day.weekday() < SATURDAY)

    def add(self, moment: datetime, days: int) -> datetime:
        """The same time of day on the so-manieth working day after a moment's day in China."""
        local = moment.astimezone(CHINA)
        day = local.date()
        for _ in range(days):
            day = self._working_from(day + DAY)
        return datetime.combine(day, local.timetz()).astimezone(UTC)

    def roll(self, moment: datetime) -> datetime:
        """The moment itself on a working day, else the same time of day on the next one."""
        local = moment.astimezone(CHINA)
        return datetime.combine(self._working_from(local.date()), local.timetz()).astimezone(UTC)

    def _working_from(self, day: date) -> date:
        while not self.works_on(day):
            day += DAY
        return day


def after(start: datetime, span: Span, calendar: Calendar) -> datetime:
    """When a span that began at `start` is over: working days by the calendar, all else by the wall clock."""
    if isinstance(span, WorkingDays):
        return calendar.add(start, span.days)
    return start + span


def written(span: Span) -> str:
    """`3 working days`, or an ISO 8601 duration such as `PT4H`."""
    if isinstance(span, WorkingDays):
        return str(span)
    iso: str = _WALL_CLOCK.dump_python(span, mode="json")
    return iso


def in_words(span: Span) -> str:
    """A span as a person in China says it: `3个工作日`, `4小时`."""
    if isinstance(span, WorkingDays):
        return f"{span.days}个工作日"
    hours, minutes, seconds = span.seconds // 3600, span.seconds // 60 % 60, span.seconds % 60
    parts = zip((span.days, hours, minutes, seconds), ("天", "小时", "分钟", "秒"), strict=True)
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "立即"


def _reader(shortest: int) -> Callable[[Any], Span]:
    def read(stored: Any) -> Span:
        if isinstance(stored, WorkingDays):
            return stored
        match = WRITTEN.fullmatch(stored) if isinstance(stored, str) else None
        span: Span = WorkingDays(int(match[1])) if match else _WALL_CLOCK.validate_python(stored)
        length = timedelta(days=span.days) if isinstance(span, WorkingDays) else span
        if not timedelta(microseconds=shortest) <= length <= LONGEST:
            raise ValueError("too short or too long")
        return span

    return read


def _schema(shortest: int) -> GetPydanticSchema:
    return GetPydanticSchema(
        lambda _type, _handler: core_schema.no_info_plain_validator_function(
            _reader(shortest), serialization=core_schema.plain_serializer_function_ser_schema(written)
        )
    )


Window = Annotated[Span, _schema(1)]
"""A span that takes some time, as policies store it."""
Wait = Annotated[Span, _schema(0)]
"""A span that may be nothing at all, which is written `PT0S`."""
