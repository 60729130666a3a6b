"""The overdue ladder and a whistle's clocks, as values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demands.ladder import STEPS, AlarmLevel, Climbed, ClockRun, LadderStep, WhistleClock, next_step
from app.policies.defaults import Key
from app.policies.spans import Calendar, Span, WorkingDays

DUE = datetime(2026, 9, 18, 7, tzinfo=UTC)
"""A Friday afternoon in China."""
HOUR = timedelta(hours=1)

spans = st.integers(0, 5).map(WorkingDays) | st.integers(0, 400).map(lambda hours: hours * HOUR)
ladders = st.fixed_dictionaries({step.value: spans for step in STEPS})


def climbed(waits: dict[str, Span], heard: list[bool]) -> list[tuple[LadderStep, datetime]]:
    """Every step to the end, `heard` saying where somebody stood."""
    taken: list[tuple[LadderStep, datetime]] = []
    latest = None
    while step := next_step(DUE, latest, waits, Calendar()):
        latest = Climbed(*step, heard[len(taken)])
        taken.append(step)
    return taken


def test_the_policy_knows_every_step() -> None:
    assert set(STEPS) == Key.OVERDUE_LADDER.entries == set(Key.OVERDUE_LADDER.default)


@given(ladders, st.lists(st.booleans(), min_size=5, max_size=5))
def test_every_step_is_taken_once_and_in_order(waits: dict[str, Span], heard: list[bool]) -> None:
    taken = climbed(waits, heard)
    assert [step for step, _ in taken] == list(STEPS)
    assert [at for _, at in taken] == sorted(at for _, at in taken)
    assert taken[0][1] >= DUE


@given(ladders)
def test_where_nobody_stands_no_time_is_lost(waits: dict[str, Span]) -> None:
    moments = {at for _, at in climbed(waits, [False] * 5)}
    assert len(moments) == 1


def test_working_days_between_steps_leave_out_the_weekend() -> None:
    waits = Key.OVERDUE_LADDER.default
    days = [(at - DUE).days for _, at in climbed(waits, [True] * 5)]
    assert days == [0, 3, 4, 5, 7]


BEGAN, ENDS = DUE, DUE + 10 * HOUR
WARNING, MISSED = (AlarmLevel.WARNING, BEGAN + 8 * HOUR), (AlarmLevel.MISSED, ENDS)


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        (None, [WARNING, MISSED]),
        (BEGAN + HOUR, []),
        (ENDS - HOUR, []),
        (ENDS, []),
        (ENDS + HOUR, [MISSED]),
    ],
)
def test_a_clock_is_judged_by_when_it_stopped(stopped: datetime | None, said: list[object]) -> None:
    assert list(ClockRun(WhistleClock.CONTACT, BEGAN, ENDS, stopped).alarms(80)) == said


@given(st.integers(1, 99), st.timedeltas(timedelta(seconds=1), timedelta(days=30)))
def test_it_warns_before_it_is_missed(share: int, length: timedelta) -> None:
    (_, warned), (_, missed) = ClockRun(WhistleClock.ARRIVE, BEGAN, BEGAN + length, None).alarms(share)
    assert BEGAN <= warned <= missed
