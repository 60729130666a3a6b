"""Working-time arithmetic: what a span is, and when it is over."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.kit.clock import CHINA
from app.policies.spans import DAY, Calendar, Span, Wait, Window, WorkingDays, after, in_words, written

FRIDAY = datetime(2026, 9, 18, 15, 30, tzinfo=CHINA)
BUSY_SUNDAY = date(2026, 9, 20)
MID_AUTUMN = date(2026, 9, 25)
CALENDAR = Calendar({BUSY_SUNDAY: True, MID_AUTUMN: False})

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
calendars = st.builds(Calendar, st.dictionaries(days, st.booleans(), max_size=60))
moments = st.datetimes(datetime(2025, 12, 1), datetime(2028, 2, 1), timezones=st.just(CHINA))  # noqa: DTZ001
numbers = st.integers(0, 40)


def day_of(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """How many working days lie after `first` up to and with `last`."""
    return sum(calendar.works_on(first + number * DAY) for number in range(1, (last - first).days + 1))


@pytest.mark.parametrize(
    ("span", "end"),
    [
        (WorkingDays(1), datetime(2026, 9, 20, 15, 30, tzinfo=CHINA)),
        (WorkingDays(5), datetime(2026, 9, 24, 15, 30, tzinfo=CHINA)),
        (WorkingDays(6), datetime(2026, 9, 28, 15, 30, tzinfo=CHINA)),
        (timedelta(hours=40), datetime(2026, 9, 20, 7, 30, tzinfo=CHINA)),
    ],
)
def test_working_days_go_by_the_calendar_and_hours_by_the_wall_clock(span: Any, end: datetime) -> None:
    assert after(FRIDAY, span, CALENDAR) == end


def test_what_is_not_known_goes_by_the_week_in_any_year() -> None:
    for year in (1999, 2026, 2199):
        assert [Calendar().works_on(date(year, 3, number)) for number in range(1, 32)].count(True) >= 20


def test_the_day_is_the_one_in_china() -> None:
    late_on_friday_in_utc = datetime(2026, 9, 18, 17, tzinfo=CHINA) + timedelta(hours=8)
    assert day_of(after(late_on_friday_in_utc, WorkingDays(1), Calendar())) == date(2026, 9, 21)


@given(calendars, moments, numbers)
def test_it_ends_on_a_working_day_at_the_same_time_of_day(calendar: Calendar, start: datetime, number: int) -> None:
    end = calendar.add(start, number)
    assert end.astimezone(CHINA).timetz() == start.timetz()
    assert number == 0 or calendar.works_on(day_of(end))
    assert working_days_between(calendar, day_of(start), day_of(end)) == number


@given(calendars, moments, numbers, numbers)
def test_two_spans_in_a_row_are_one(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(calendars, moments, moments, numbers)
def test_who_files_on_a_later_day_is_never_due_on_an_earlier_one(
    calendar: Calendar, one: datetime, other: datetime, number: int
) -> None:
    earlier, later = sorted((one, other))
    assert day_of(calendar.add(earlier, number)) <= day_of(calendar.add(later, number))


@given(calendars, moments, st.integers(0, 10**9), st.integers(0, 10**9))
def test_hours_know_no_calendar(calendar: Calendar, start: datetime, one: int, other: int) -> None:
    assert after(start, timedelta(seconds=one), calendar) - start == timedelta(seconds=one)
    assert calendar.roll(calendar.roll(start)) == calendar.roll(start) >= start


@pytest.mark.parametrize("stored", ["3 working days", "1 working day", "PT4H", "P7D", "PT30S", "P3DT12H"])
def test_a_span_is_written_as_it_is_read(stored: str) -> None:
    assert written(TypeAdapter(Window).validate_python(stored)) == stored


@pytest.mark.parametrize(
    "stored", ["0 working days", "-1 working days", "99999 working days", "PT0S", "P30Y", "", None]
)
def test_what_is_no_window_is_refused(stored: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Window).validate_python(stored)


def test_a_wait_may_be_nothing() -> None:
    assert TypeAdapter(Wait).validate_python("PT0S") == timedelta()


def test_people_read_it_in_chinese() -> None:
    spans: list[Span] = [WorkingDays(3), timedelta(hours=4), timedelta(days=1, minutes=30), timedelta()]
    assert [in_words(span) for span in spans] == ["3个工作日", "4小时", "1天30分钟", "立即"]
