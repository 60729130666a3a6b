"""Timers are `due_at` columns that the worker sweeps: nothing to lose, nothing to cancel."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock, log
from app.kit.db import Sessions, transaction

logger = log.get()
LONGEST_PAUSE = 300.0


@dataclass
class Timer:
    """What is due (`due(now)` selects entities, oldest first) and what to do with one of them."""

    name: str
    due: Callable[[datetime], Select[Any]]
    id_of: SQLColumnExpression[uuid.UUID]
    fire: Callable[[AsyncSession, Any, datetime], Awaitable[None]]
    _pauses: dict[uuid.UUID, tuple[float, float]] = field(init=False, default_factory=dict)
    """Rows whose firing failed: until when they rest, and for how many seconds."""

    def resting(self) -> list[uuid.UUID]:
        """The rows that failed lately; one poisoned row must not hold up the others."""
        return [row for row, (until, _) in self._pauses.items() if until > time.monotonic()]

    def rest(self, row: uuid.UUID) -> None:
        """Leave a row alone for twice as long as the last time."""
        _, last = self._pauses.get(row, (0.0, 0.5))
        pause = min(last * 2, LONGEST_PAUSE)
        self._pauses[row] = (time.monotonic() + pause, pause)

    def recover(self, row: uuid.UUID) -> None:
        """Forget that a row ever failed."""
        self._pauses.pop(row, None)


async def sweep(make: Sessions, timer: Timer, *, most: int = 1_000) -> int:
    """Fire what is due, oldest first, each in its own transaction; how many fired.

    Several workers may sweep at once: a row is locked by one and skipped by the others. What is left after
    `most` waits for the next sweep, so that the other timers have their turn.
    """
    fired = 0
    for _ in range(most):
        outcome = await _fire_one(make, timer)
        if outcome is None:
            break
        fired += outcome
    return fired


async def _fire_one(make: Sessions, timer: Timer) -> bool | None:
    row: uuid.UUID | None = None
    try:
        async with transaction(make) as session:
            now = clock.now()
            due = timer.due(now).where(timer.id_of.not_in(timer.resting()))
            entity = await session.scalar(due.limit(1).with_for_update(skip_locked=True))
            if entity is None:
                return None
            row = entity.id
            await timer.fire(session, entity, now)
    except Exception:
        if row is None:
            raise
        timer.rest(row)
        logger.exception("timer.failed", timer=timer.name, row=str(row))
        return False
    timer.recover(row)
    return True
