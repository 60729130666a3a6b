"""What is due fires once, oldest first, and one row that cannot fire holds up no other."""

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import DateTime, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.kit import clock, db, timers
from app.kit.db import new_id
from app.kit.timers import Timer, sweep
from app.settings import Settings
from tests.clock import move_clock
from tests.kit.edge.scratch import Owner

TABLE = """
CREATE TABLE alarms (id uuid PRIMARY KEY, name text, due_at timestamptz, fired int DEFAULT 0, poisoned bool);
GRANT ALL ON alarms TO yihu_app;
"""


class Scratch(DeclarativeBase):
    """Apart from the app's tables, which `alembic check` compares."""


class Alarm(Scratch):
    __tablename__ = "alarms"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fired: Mapped[int] = mapped_column(default=0)
    poisoned: Mapped[bool] = mapped_column(default=False)


def due(now: datetime) -> Select[Alarm]:
    return select(Alarm).where(Alarm.due_at <= now).order_by(Alarm.due_at)


class Bell:
    """A worker's timer, and what it rang for, in order."""

    def __init__(self) -> None:
        self.rang: list[str] = []
        self.timer = Timer("alarms", due, Alarm.id, self.fire)

    async def fire(self, session: AsyncSession, alarm: Alarm, now: datetime) -> None:
        assert alarm.due_at is not None
        assert alarm.due_at <= now
        alarm.fired, alarm.due_at = alarm.fired + 1, None
        await session.flush()  # what a poisoned one writes must be undone
        if alarm.poisoned:
            raise RuntimeError
        self.rang.append(alarm.name)


@pytest.fixture
async def make(committing: Settings, committed_sessions: db.Sessions) -> db.Sessions:
    """Sessions that commit, on a database with alarms."""
    await Owner(committing).run(TABLE)
    clock.follow(committing.clock_file)
    return committed_sessions


async def set_alarms(make: db.Sessions, *names: str, poisoned: bool = False, first: float = -60) -> None:
    """Alarms a second apart, the first in so many seconds from now."""
    async with db.transaction(make) as session:
        for number, name in enumerate(names):
            due_at = clock.now() + timedelta(seconds=first + number)
            session.add(Alarm(name=name, due_at=due_at, poisoned=poisoned))


async def times_fired(make: db.Sessions) -> dict[str, int]:
    async with make() as session:
        rows = await session.execute(select(Alarm.name, Alarm.fired))
        return {row.name: row.fired for row in rows}


async def test_what_is_due_fires_oldest_first_and_what_is_not_does_not(make: db.Sessions) -> None:
    bell = Bell()
    await set_alarms(make, "b", "c", first=-30)
    await set_alarms(make, "a", first=-60)
    await set_alarms(make, "later", first=60)
    assert await sweep(make, bell.timer) == 3
    assert bell.rang == ["a", "b", "c"]
    assert await sweep(make, bell.timer) == 0


async def test_two_workers_at_once_fire_everything_once(make: db.Sessions) -> None:
    names = [f"alarm {n:03}" for n in range(200)]
    await set_alarms(make, *names, first=-1_000)
    left, right = Bell(), Bell()
    fired = await asyncio.gather(sweep(make, left.timer), sweep(make, right.timer))
    assert sum(fired) == 200
    assert sorted(left.rang + right.rang) == names
    assert min(len(left.rang), len(right.rang)) > 20
    assert set((await times_fired(make)).values()) == {1}


async def test_a_row_that_another_worker_holds_is_skipped(make: db.Sessions) -> None:
    bell = Bell()
    await set_alarms(make, "held", "free")
    async with make() as other:
        await other.scalar(select(Alarm).where(Alarm.name == "held").with_for_update())
        assert await asyncio.wait_for(sweep(make, bell.timer), 2) == 1
    assert bell.rang == ["free"]
    assert await sweep(make, bell.timer) == 1


async def test_a_poisoned_row_holds_up_no_other_and_is_tried_again_after_a_pause(
    make: db.Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell, now = Bell(), 1_000.0
    monkeypatch.setattr("app.kit.timers.time", SimpleNamespace(monotonic=lambda: now))
    await set_alarms(make, "poisoned", poisoned=True, first=-90)
    await set_alarms(make, "good", "fine")
    assert await sweep(make, bell.timer) == 2
    assert bell.rang == ["good", "fine"]
    assert (await times_fired(make))["poisoned"] == 0
    for pause in (1.0, 2.0, 4.0):
        assert len(bell.timer.resting()) == 1
        now += pause - 0.1
        assert len(bell.timer.resting()) == 1
        now += 0.2
        assert bell.timer.resting() == []
        assert await sweep(make, bell.timer) == 0
    await heal(make)
    now += timers.LONGEST_PAUSE
    assert await sweep(make, bell.timer) == 1
    assert bell.rang[-1] == "poisoned"
    assert bell.timer._pauses == {}  # the next failure starts with the shortest pause, and nothing piles up


async def heal(make: db.Sessions) -> None:
    async with db.transaction(make) as session:
        for alarm in await session.scalars(select(Alarm).where(Alarm.poisoned)):
            alarm.poisoned = False


async def test_a_sweep_ends_so_that_the_next_timer_has_its_turn(make: db.Sessions) -> None:
    bell = Bell()
    await set_alarms(make, *(f"alarm {n}" for n in range(25)))
    assert [await sweep(make, bell.timer, most=10) for _ in range(4)] == [10, 10, 5, 0]


async def test_the_clock_that_counts_is_ours(make: db.Sessions, committing: Settings) -> None:
    bell = Bell()
    await set_alarms(make, "in an hour", first=3_600)
    assert await sweep(make, bell.timer) == 0
    move_clock(committing, timedelta(hours=1))
    assert await sweep(make, bell.timer) == 1


async def test_a_database_that_is_away_is_not_the_fault_of_a_row(make: db.Sessions, committing: Settings) -> None:
    await Owner(committing).run("ALTER TABLE alarms RENAME TO elsewhere")
    bell = Bell()
    with pytest.raises(Exception, match="alarms"):
        await sweep(make, bell.timer)
    assert bell.timer.resting() == []
