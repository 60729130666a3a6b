"""Time: UTC inside, +08:00 outside, the same in every process."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.kit import clock
from app.kit.schema import china_time

FOLLOW = """
import sys
from pathlib import Path
from app.kit import clock
clock.follow(Path(sys.argv[1]))
for _ in sys.stdin:
    print(clock.now().isoformat(), flush=True)
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def freeze(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Stop the clock."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def offset_of(now: datetime) -> timedelta:
    return now - datetime.now(UTC)


def near(offset: timedelta, expected: timedelta) -> bool:
    return abs(offset - expected) < timedelta(seconds=5)


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator[Callable[[], datetime]]:
    """What another process that follows the same file says the time is."""
    child = subprocess.Popen(
        [sys.executable, "-c", FOLLOW, str(tmp_path / "clock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def now() -> datetime:
        assert child.stdin is not None
        assert child.stdout is not None
        print(file=child.stdin, flush=True)
        return at(child.stdout.readline().strip())

    yield now
    child.communicate()


def test_every_process_that_follows_the_file_is_moved(other_process: Callable[[], datetime], tmp_path: Path) -> None:
    clock.follow(tmp_path / "clock")
    for hours in (None, 0, 1, 48, -3, 1):
        if hours is not None:
            (tmp_path / "clock").write_text(str(hours * 3_600.0))
        for now in (clock.now(), other_process()):
            assert near(offset_of(now), timedelta(hours=hours or 0))


def test_two_moves_in_the_same_tick_are_both_seen(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock.follow(file)
    for hours in range(1, 200):
        file.write_text(f"{hours * 3_600:07}")  # one length, and often one modification time
        assert near(offset_of(clock.now()), timedelta(hours=hours))


def test_a_file_that_is_being_rewritten_moves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("3600")
    clock.follow(file)
    clock.now()
    file.write_text("")
    assert near(offset_of(clock.now()), timedelta(hours=1))
    file.unlink()
    assert near(offset_of(clock.now()), timedelta())


def test_what_is_written_as_of_an_earlier_moment_leaves_the_clock_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("3600")
    clock.follow(file)
    earlier = datetime(2026, 11, 1, 9, tzinfo=UTC)
    with clock.at(earlier):
        assert timedelta() <= clock.now() - earlier < timedelta(minutes=1)
    assert clock.now() - datetime.now(UTC) > timedelta(minutes=59)


def test_without_a_file_it_is_what_it_is() -> None:
    clock.follow(None)
    assert near(offset_of(clock.now()), timedelta())
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day", "quarter"),
    [
        ("2026-12-31T15:59:59.999+00:00", date(2026, 12, 31), "2026Q4"),
        ("2026-12-31T16:00:00+00:00", date(2027, 1, 1), "2027Q1"),
        ("2026-03-31T23:59:59+08:00", date(2026, 3, 31), "2026Q1"),
        ("2026-04-01T00:00:00+08:00", date(2026, 4, 1), "2026Q2"),
        ("2028-02-29T16:00:00+00:00", date(2028, 3, 1), "2028Q1"),
    ],
)
def test_days_and_quarters_are_those_of_china(
    monkeypatch: pytest.MonkeyPatch, moment: str, day: date, quarter: str
) -> None:
    freeze(monkeypatch, at(moment))
    assert clock.today() == day
    assert clock.quarter(at(moment)) == clock.quarter(day) == quarter


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("2026Q1", "2025-12-31T16:00:00+00:00", "2026-03-31T16:00:00+00:00"),
        ("2026Q2", "2026-03-31T16:00:00+00:00", "2026-06-30T16:00:00+00:00"),
        ("2026Q3", "2026-06-30T16:00:00+00:00", "2026-09-30T16:00:00+00:00"),
        ("2026Q4", "2026-09-30T16:00:00+00:00", "2026-12-31T16:00:00+00:00"),
    ],
)
def test_a_quarter_ends_where_the_next_begins(name: str, start: str, end: str) -> None:
    assert clock.quarter_bounds(name) == (at(start), at(end))
    assert clock.quarter(at(start)) == name
    assert clock.quarter(at(end) - timedelta(microseconds=1)) == name
    assert clock.quarter(at(end)) != name


@pytest.mark.parametrize("name", ["", "2026", "2026Q0", "2026Q5", "2026q1", "2026-Q1", "2026Q44", "26Q1", "２０２６Q1"])
def test_what_is_no_quarter_has_no_bounds(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}$"):
        clock.quarter_bounds(name)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-22T15:59:59.999999+00:00", "2026-11-22T23:59:59.999+08:00"),
        ("2026-12-31T16:00:00+00:00", "2027-01-01T00:00:00.000+08:00"),
        ("2026-11-22T08:00:00-05:00", "2026-11-22T21:00:00.000+08:00"),
    ],
)
def test_times_go_out_in_china_time_with_milliseconds(moment: str, shown: str) -> None:
    assert china_time(at(moment)) == shown
