"""Walk all cases in parallel, show each as it ends, and compare the totals with the ledger."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.demo import staff
from app.demo.tour import cases, report
from app.demo.tour.books import Books
from app.demo.tour.client import CASE, PARALLEL, Failed, Server
from app.demo.tour.hard import HARD
from app.demo.tour.hard.places import EVERYWHERE
from app.demo.tour.people import People
from app.demo.tour.walk import Walk

AT_ONCE = 16
"""Cases under way at once: most of them wait for a moment now and then."""
TIMEOUT = 60.0
"""Seconds for one answer; closing a post of two hundred takes the longest."""
STEP = 37
"""How many members further each tour begins, so that not always the same ones serve."""
TURN = 10
"""Seconds after which a tour begins further on."""

Steps = Callable[[Walk], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stop:
    """One case of the tour."""

    key: str
    title: str
    steps: Steps
    people: int


@dataclass
class Tour:
    """A tour under way."""

    console: Console
    quiet: bool
    people: People
    books: Books
    finished: list[Walk] = field(default_factory=list)
    failed: int = 0


def stops(only: str | None) -> list[Stop]:
    """Every case, those with the most people first, or the one with this key."""
    real = [Stop(case.key, case.title, partial(cases.walk, case), case.slots) for case in cases.read()]
    hard = [Stop(case.key, case.title, case.walk, case.people) for case in HARD]
    longest_first = sorted((*real, *hard), key=lambda stop: -stop.people)
    return [stop for stop in longest_first if only is None or stop.key.lower() == only.lower()]


async def run(url: str, wanted: Sequence[Stop], console: Console, *, quiet: bool) -> bool:
    """Walk the cases on a running server; answers whether everything came as expected."""
    began = time.monotonic()
    limits = httpx2.Limits(max_connections=PARALLEL, max_keepalive_connections=PARALLEL)
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT, limits=limits) as http:
        server = Server(http)
        books = Books(server)
        people = People(server, int(time.time() / TURN) * STEP, books.welcome)
        tour = Tour(console, quiet, people, books)
        observer = await people.staff(staff.OBSERVER)
        await books.open(observer, {*EVERYWHERE, *(case.region_code for case in cases.read())})
        await _walk_all(tour, wanted)
        wrong = [] if tour.failed else await books.compare(observer)
        served = sum(1 for page in books.people.values() if page.added.services) + len(books.crowd)
        effort = server.requests, time.monotonic() - began
        report.show_totals(console, tour.finished, books.total, served, effort)
        if tour.failed:
            console.print(f"✗ {tour.failed} 个案例失败 cases failed; 台账未比较 the ledger was not compared")
        else:
            report.show_comparison(console, wrong)
        return not (tour.failed or wrong)


async def _walk_all(tour: Tour, wanted: Sequence[Stop]) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    gate = asyncio.Semaphore(AT_ONCE)
    with Progress(*columns, console=tour.console, transient=True) as progress:
        task = progress.add_task("走流程 walking", total=len(wanted))
        await asyncio.gather(*(_walk_one(tour, stop, gate, progress, task) for stop in wanted))


async def _walk_one(tour: Tour, stop: Stop, gate: asyncio.Semaphore, progress: Progress, task: TaskID) -> None:
    walk = Walk(stop.key, stop.title, tour.people, tour.books)
    CASE.set(stop.key)  # in this case's own task
    async with gate:
        try:
            await stop.steps(walk)
        except* (Failed, httpx2.HTTPError) as group:
            tour.failed += 1
            report.show_failure(tour.console, walk, _first(group))
        else:
            tour.finished.append(walk)
            if not tour.quiet:
                report.show_walk(tour.console, walk)
    progress.advance(task)


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    """The first single failure in a group of groups."""
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
