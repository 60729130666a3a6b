"""Buckets: so many at once, then as many as time gives back."""

from hypothesis import given
from hypothesis import strategies as st

from app.kit import rates
from app.kit.rates import Rates


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_as_many_as_the_limit_pass_at_once_and_the_next_waits() -> None:
    clock = Clock()
    limited = Rates(60, clock)
    assert [limited.take("a") for _ in range(60)] == [0.0] * 60
    assert limited.take("a") == 1.0
    clock.at += 1
    assert limited.take("a") == 0.0
    assert limited.take("a") == 1.0


def test_one_callers_haste_is_not_anothers() -> None:
    limited = Rates(1, Clock())
    assert limited.take("a") == 0.0
    assert limited.take("a") > 0
    assert limited.take("b") == 0.0


def test_asking_when_it_is_full_does_not_make_one_wait_longer() -> None:
    limited = Rates(2, Clock())
    waits = [limited.take("a") for _ in range(10)]
    assert waits == [0.0, 0.0, *[30.0] * 8]


def test_no_limit_limits_nobody() -> None:
    limited = Rates(0, Clock())
    assert {limited.take("a") for _ in range(1000)} == {0.0}


def test_only_so_many_callers_are_remembered(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(rates, "MOST_KEYS", 10)
    limited = Rates(1, Clock())
    for number in range(100):
        limited.take(str(number))
    assert len(limited._empty_until) == 10
    assert limited.take("99") > 0


@given(st.lists(st.floats(0, 30), max_size=200), st.integers(1, 30))
def test_in_any_minute_at_most_twice_the_limit_pass(pauses: list[float], per_minute: int) -> None:
    clock = Clock()
    limited, passed = Rates(per_minute, clock), []
    for pause in pauses:
        clock.at += pause
        if not limited.take("a"):
            passed.append(clock.at)
    for at in passed:
        assert sum(at <= other < at + 60 for other in passed) <= 2 * per_minute
