"""`python -m bench`: the hot commands beside the database's limit, and a city's figures, in one table."""

import argparse
import os
import platform
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bench import city, enrollments, limit, load, scans
from bench.server import Server, data_dir, serving
from bench.town import COMMANDS, Town, build

CONNECTIONS = 16
console = Console(width=160)


@dataclass
class Measured:
    """The rounds of one command."""

    http: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    failures: int = 0
    p50: float = 0.0
    p99: float = 0.0


def main() -> None:
    """Measure what was asked for."""
    asked = _arguments()
    names = [name for name in COMMANDS if asked.only in (None, name)]
    console.print(_machine(), highlight=False)
    if names:
        _commands(names, asked)
    if asked.only in (None, "city"):
        with data_dir() as folder, serving(folder) as server:
            city.show(console, server, asked.city)
    if asked.only in (None, "scan"):
        with data_dir() as folder, serving(folder, workers=2) as server:
            scans.show(console, server, min(5_000, asked.members), asked)
    if asked.only in (None, "enrollments"):
        with data_dir() as folder, serving(folder) as server:
            enrollments.show(console, server, asked.city)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=[*COMMANDS, "city", "enrollments", "scan"], help="one part")
    parser.add_argument("--quick", action="store_true", help="short rounds: shows that it works, not how fast")
    parser.add_argument("--rounds", type=int, default=5, help="of HTTP and pgbench each, alternating")
    parser.add_argument("--seconds", type=float, default=4.0, help="a round")
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--demands", type=int, default=20_000)
    parser.add_argument("--city", type=float, default=1.0, help="1 is two million members and ten million entries")
    parser.add_argument("--scripts", action="store_true", help="print what pgbench runs")
    asked = parser.parse_args()
    if asked.quick:
        asked.seconds, asked.members, asked.demands, asked.city = 1.0, 500, 500, 0.001
    return asked


def _machine() -> str:
    load_average = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}, load {load_average}; "
        f"client: asyncio protocols on uvloop in a process of its own, {CONNECTIONS} connections"
    )


def _commands(names: Sequence[str], asked: argparse.Namespace) -> None:
    with data_dir() as folder:
        with serving(folder) as server:
            town = build(server, members=asked.members, demands=asked.demands)
            found = {name: _measure(town, name, asked) for name in names}
            memory = server.memory_mb()
        with serving(folder, workers=2) as server:
            town = Town(server, asked.members, asked.demands)
            two = {name: _two(town, name, asked) for name in names}
    _show(found, two, memory)


def _measure(town: Town, name: str, asked: argparse.Namespace) -> Measured:
    """Alternate HTTP and pgbench; then half the load that was reached."""
    command, _ = COMMANDS[name]
    town.sign_in()
    town.server.run("VACUUM ANALYZE")  # as autovacuum has, where a service runs for more than a minute
    dice = random.Random(name)
    first, second = limit.sample(town.server, [command(town, dice) for _ in range(6)])
    statements = limit.script(first, second, town)
    if asked.scripts:
        console.print(statements, markup=False, highlight=False, soft_wrap=True)
    load.drive(town.server.port, _maker(town, name), connections=CONNECTIONS, seconds=asked.seconds / 2)
    measured = Measured()
    for _ in range(asked.rounds):
        _round(town.server, _maker(town, name), measured, asked.seconds)
        measured.database.append(limit.run(town.server, statements, asked.seconds))
    half = statistics.median(measured.http) / 2
    calm = load.drive(town.server.port, _maker(town, name), connections=CONNECTIONS, seconds=asked.seconds, rate=half)
    measured.p50, measured.p99 = calm.quantile(0.5), calm.quantile(0.99)
    return measured


def _maker(town: Town, name: str) -> load.Make:
    command, _ = COMMANDS[name]
    return lambda dice: command(town, dice)[0]


def _round(server: Server, make: load.Make, measured: Measured, seconds: float) -> None:
    before = server.cpu_seconds()
    run = load.drive(server.port, make, connections=CONNECTIONS, seconds=seconds)
    spent = server.cpu_seconds() - before
    measured.http.append(run.rate)
    measured.cpu_us.append(1e6 * spent / max(1, len(run.latencies)))
    measured.failures += run.failures


def _two(town: Town, name: str, asked: argparse.Namespace) -> list[float]:
    town.sign_in()
    measured = Measured()
    for _ in range(asked.rounds):
        _round(town.server, _maker(town, name), measured, asked.seconds)
    return measured.http


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


def _show(found: dict[str, Measured], two: dict[str, list[float]], memory: list[float]) -> None:
    titles = (
        "command",
        "HTTP/s",
        "database/s",
        "ratio",
        "wanted",
        "app CPU µs",
        "p50/p99 ms",
        "2 workers/s",
        "refused",
    )
    table = Table(*titles, title="median (least–most) of alternating rounds; p50/p99 at half the load reached")
    for name, one in found.items():
        ratios = [http / database for http, database in zip(one.http, one.database, strict=True)]
        ratio = f"{statistics.median(ratios):.3f} ({min(ratios):.3f}–{max(ratios):.3f})"
        rest = (f"{one.p50:.1f} / {one.p99:.1f}", _spread(two[name]), str(one.failures))
        wanted = f"{COMMANDS[name][1]:.2f}"
        table.add_row(name, _spread(one.http), _spread(one.database), ratio, wanted, _spread(one.cpu_us), *rest)
    console.print(table)
    console.print(f"memory of an HTTP worker of its own: {max(memory):.0f} MB; {_machine()}", highlight=False)


if __name__ == "__main__":
    main()
