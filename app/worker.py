"""The background process: follows the event log and sweeps what is due."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

from app.activities import lining_up
from app.activities import timing as shifts
from app.checkins import scan_queries
from app.cobuilding.lists import booking, suggesting
from app.content import collecting
from app.demands import recounting, timing
from app.enrollments import balances
from app.kit import clock, db, events, idempotency, log
from app.kit.timers import Timer, sweep
from app.ledger import standings
from app.main import engine_sessions, storage
from app.notifications import following, forgetting
from app.oversight.appeals import climbing
from app.oversight.observations import timing as observations
from app.privacy import leaving
from app.rosters import importing
from app.settings import Settings

logger = log.get()
EVERY = 0.25
"""Seconds between two looks at the log and the timers."""
FORGET_EVERY = 3600.0
LOCATIONS_KEPT = timedelta(days=30)
"""How long one can look at where a scan was made."""
FOLLOWERS: dict[str, events.Handler] = {
    standings.FOLLOWER: standings.count,
    following.FOLLOWER: following.tell,
    recounting.FOLLOWER: recounting.follow,
}
TIMERS: tuple[Timer, ...] = (
    recounting.RECOUNTS,
    timing.DEMANDS,
    timing.ALARMS,
    shifts.SHIFTS,
    lining_up.PROMOTIONS,
    climbing.APPEALS,
    climbing.COMPLAINTS,
    observations.OBSERVATIONS,
    observations.UNDERTAKINGS,
    leaving.ERASURES,
    collecting.UNUSED_FILES,
    importing.EXPIRED,
    booking.LOANS,
    suggesting.SUGGESTIONS,
)


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what was under way is finished or rolled back."""
    clock.follow(settings.clock_file)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sessions, engine = engine_sessions(settings)
    loops = [_repeat(stop, EVERY, "follow", lambda: follow(sessions))]
    loops += [_repeat(stop, EVERY, "sweep", lambda: sweep_all(sessions))]
    loops += [_repeat(stop, EVERY, "rosters", lambda: importing.work(sessions))]
    loops += [_repeat(stop, FORGET_EVERY, "forget", lambda: forget(sessions))]
    loops += [_repeat(stop, FORGET_EVERY, "sum up", lambda: sum_up(sessions))]
    loops += [_repeat(stop, FORGET_EVERY, "tidy", lambda: collecting.remove_orphans(sessions, storage(settings)))]
    await asyncio.gather(*loops)
    await engine.dispose()


async def follow(sessions: db.Sessions) -> int:
    """Give every follower of the event log what it has not had; how many events that were."""
    seen = 0
    for name, handle in FOLLOWERS.items():
        async with db.transaction(sessions) as session:
            await events.enlist(session, name)
        while count := await events.follow(sessions, name, handle):
            seen += count
    return seen


async def sweep_all(sessions: db.Sessions) -> int:
    """Fire every timer that is due; how many fired."""
    return sum([await sweep(sessions, timer) for timer in TIMERS])


async def sum_up(sessions: db.Sessions) -> None:
    """Keep what stood at the end of the days that are over."""
    async with db.transaction(sessions) as session:
        await balances.sum_up(session)


async def forget(sessions: db.Sessions) -> None:
    """Drop what is kept for a while only."""
    async with db.transaction(sessions) as session:
        await idempotency.forget_old(session)
        await collecting.forget_days(session)
        await scan_queries.forget_locations(session, clock.now() - LOCATIONS_KEPT)
    while await _forget_some_notifications(sessions):
        continue


async def _forget_some_notifications(sessions: db.Sessions) -> int:
    async with db.transaction(sessions) as session:
        return await forgetting.forget_old(session)


async def _repeat(stop: asyncio.Event, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` again and again; a failure (the database is away) is logged and tried again."""
    while not stop.is_set():
        try:
            await work()
        except Exception:
            logger.exception("worker.failed", loop=name)
            seconds_now = max(seconds, 1.0)
        else:
            seconds_now = seconds
        try:
            await asyncio.wait_for(stop.wait(), seconds_now)
        except TimeoutError:
            continue
