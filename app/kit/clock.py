"""The one source of the present: UTC inside, +08:00 outside, movable by tests across processes."""

import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one time zone without daylight saving since 1991, so a fixed offset is exact."""


class _Clock:
    file: Path | None = None
    read_at: int = -1
    offset: timedelta = timedelta()


_clock = _Clock()


def follow(file: Path | None) -> None:
    """Move this process's clock by the seconds that stand in `file`, read anew whenever it changes."""
    _clock.file, _clock.read_at, _clock.offset = file, -1, timedelta()


def _offset() -> timedelta:
    if _clock.file is not None:
        try:
            changed = os.stat(_clock.file).st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if changed != _clock.read_at:
            _clock.offset = timedelta(seconds=float(_clock.file.read_text() or 0))
            _clock.read_at = changed
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
    """The first moment of a quarter such as `2026Q4` and the first moment after it."""
    year, number = int(name[:4]), int(name[5])
    start = datetime(year, 3 * number - 2, 1, tzinfo=CHINA)
    end = datetime(year + number // 4, (3 * number) % 12 + 1, 1, tzinfo=CHINA)
    return start, end
