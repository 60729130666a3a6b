"""A database that is away: waited for, then refused at once, with somebody looking now and then."""

from app.kit.outage import LOOK_EVERY, Outage

PATIENCE = 4.0


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_while_nothing_is_wrong_nobody_waits_and_nobody_is_refused() -> None:
    outage = Outage(PATIENCE, Clock())
    assert (outage.is_short, outage.refuses()) == (False, False)


def test_a_short_absence_is_waited_out() -> None:
    clock = Clock()
    outage = Outage(PATIENCE, clock)
    outage.noticed()
    clock.at += PATIENCE - 0.01
    outage.noticed()
    assert (outage.is_short, outage.refuses()) == (True, False), "it counts from when it was first noticed"


def test_after_that_one_looks_and_the_others_are_refused() -> None:
    clock = Clock()
    outage = Outage(PATIENCE, clock)
    outage.noticed()
    clock.at += PATIENCE
    assert [outage.refuses() for _ in range(4)] == [False, True, True, True]
    clock.at += LOOK_EVERY
    assert [outage.refuses() for _ in range(3)] == [False, True, True]
    outage.over()
    assert [outage.refuses() for _ in range(3)] == [False] * 3
