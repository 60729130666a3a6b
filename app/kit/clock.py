"""The one source of the present: UTC inside, +08:00 outside, movable by tests across processes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one time zone without daylight saving since 1991, so a fixed offset is exact."""


QUARTER = re.compile(r"([0-9]{4})Q([1-4])")


class _Clock:
    file: Path | None = None
    offset: timedelta = timedelta()


_clock = _Clock()


def follow(file: Path | None) -> None:
    """Move this process's clock by the seconds that stand in `file`, which may change at any time."""
    _clock.file, _clock.offset = file, timedelta()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within it this process's present goes on from another moment: for what is written as it came about then."""
    before = _clock.file, _clock.offset
    _clock.file, _clock.offset = None, moment - datetime.now(UTC)
    try:
        yield
    finally:
        _clock.file, _clock.offset = before


def _offset() -> timedelta:
    if _clock.file is not None:
        try:
            written = _clock.file.read_text()  # each time: writes within a tick share one modification time
        except FileNotFoundError:
            return timedelta()
        if written:  # empty for the moment in which it is being rewritten
            _clock.offset = timedelta(seconds=float(written))
    return _clock.offset


def now() -> datetime:
    """The present in UTC."""
    return datetime.now(UTC) + _offset()


def today() -> date:
    """The present day in China, which is what a person calls today."""
    return now().astimezone(CHINA).date()


def quarter(at: datetime | date) -> str:
    """The quarter of a moment in China, such as `2026Q4`."""
    day = at.astimezone(CHINA) if isinstance(at, datetime) else at
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def quarter_bounds(name: str) -> tuple[datetime, datetime]:
    """The first moment of a quarter such as `2026Q4` and the first moment after it; raises `ValueError`."""
    match = QUARTER.fullmatch(name)
    if match is None:
        raise ValueError(name)
    year, number = int(match[1]), int(match[2])
    start = datetime(year, 3 * number - 2, 1, tzinfo=CHINA)
    end = datetime(year + number // 4, (3 * number) % 12 + 1, 1, tzinfo=CHINA)
    return start, end
