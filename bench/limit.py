"""The database alone: pgbench runs what the server logged while it answered one request, text for text.

Two requests are compared: what is the same in both stays; ids of the demand and the member are drawn anew, new
ids and keys are made anew, moments are relative to now. All else of the second request stays.
"""

import re
import socket
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit import pgplace
from bench.server import Server
from bench.town import DISTRICT, KINDS, Town, base, id_of

LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] (LOG|DETAIL):  (.*)$", re.DOTALL)
EXECUTE = re.compile(r"(?:execute [^:]+|statement): (.*)$", re.DOTALL)
VALUE = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
MOMENT = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+\d\d)'")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IDS = re.compile(rf"'\{{{UUID.pattern}(?:,{UUID.pattern})*\}}'")
STAYS = ("'\\x", "'{", f"'{DISTRICT}")
"""How bytes, documents and places begin; one is as good as another."""
HOUSEKEEPING = (";", "SELECT pg_advisory_unlock_all()")
"""What a pool asks a connection before or after use: nobody's command."""
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
CLIENTS = 8
TALKATIVE = ("log_statement = 'all'", "log_error_verbosity = 'default'")


@dataclass
class Said:
    """One statement as the server was asked it, with its values as literals."""

    text: str
    values: dict[str, str]


@dataclass
class Sample:
    """Everything that one request asked of the server."""

    demand: int
    member: int
    said: list[Said]
    at: datetime


def sample(server: Server, requests: list[tuple[bytes, int, int]]) -> tuple[Sample, Sample]:
    """What the last two of some requests asked of the server; those before warm its connections."""
    server.run(*(f"ALTER ROLE yihu_app SET {setting}" for setting in TALKATIVE))
    _reconnect(server)
    found = []
    for request, demand, member in requests:
        if request.startswith(b"GET"):
            _ask(server.port, request)  # what a process keeps of it is known then
        began = len(server.log())
        _ask(server.port, request)
        found.append(Sample(demand, member, _read(server.log()[began:]), clock_of(server)))
    server.run(*(f"ALTER ROLE yihu_app RESET {setting.split(' ')[0]}" for setting in TALKATIVE))
    _reconnect(server)
    return found[-2], found[-1]


def clock_of(server: Server) -> datetime:
    """The server's present."""
    [[now]] = server.run("SELECT now()")
    moment: datetime = now
    return moment


def _reconnect(server: Server) -> None:
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'yihu_app'")
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)


def _ask(port: int, request: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        answer = line.recv(1 << 16)
    if not answer.startswith(b"HTTP/1.1 2"):
        raise SystemExit(f"a request of the bench was refused: {answer.decode(errors='replace')}")


def _read(log: str) -> list[Said]:
    said: list[Said] = []
    for entry in re.split(r"\n(?!\t)", log.strip()):
        line = LINE.match(entry)
        if line is None:
            continue
        if line[1] == "DETAIL":
            said[-1].values = dict(VALUE.findall(line[2]))
        elif (asked := EXECUTE.match(line[2])) and not asked[1].strip().startswith(HOUSEKEEPING):
            said.append(Said(asked[1].strip().rstrip(";"), {}))
    return said


def script(first: Sample, second: Sample, town: Town, kinds: Sequence[str] = KINDS) -> str:
    """The pgbench script of two samples of one command; things of other than these `kinds` are made anew."""
    if [one.text for one in first.said] != [one.text for one in second.said]:
        raise SystemExit("two requests of one command asked different things of the database")
    lines = [f"\\set demand random(1, {town.demands})", f"\\set member random(1, {len(town.tokens)})"]
    known = {str(id_of(kind, second.demand if kind == "demands" else second.member)): kind for kind in kinds}
    fresh: dict[str, int] = {}
    for one, other in zip(first.said, second.said, strict=True):
        drawn = {
            number: _expression(value, one.values.get(number) == value, known, fresh, second.at)
            for number, value in other.values.items()
        }
        lines.append(f"{_filled(other.text, drawn)};")
    return "\n".join(lines)


def _filled(text: str, drawn: dict[str, str]) -> str:
    return re.sub(r"\$(\d+)", lambda match: drawn[match[1]], text)


def _expression(value: str, same: bool, known: dict[str, str], fresh: dict[str, int], at: datetime) -> str:
    """What pgbench puts in the place of a value."""
    if IDS.fullmatch(value):
        ids = UUID.findall(value)
        return f"ARRAY[{', '.join(_id(one, known, fresh, drawn=not same) for one in ids)}]"
    if UUID.fullmatch(value.strip("'")):
        return _id(value.strip("'"), known, fresh, drawn=not same)
    if same:
        return value
    if moment := MOMENT.fullmatch(value):
        seconds = (datetime.fromisoformat(moment[1].replace("+00", "+00:00")) - at).total_seconds()
        return f"(now() + interval '{seconds:.0f} s')"
    if value.startswith(STAYS) or value == "NULL":
        return value
    return f"bench_new({fresh.setdefault(value, len(fresh))})::text"


def _id(one: str, known: dict[str, str], fresh: dict[str, int], *, drawn: bool) -> str:
    if one in known:
        kind = known[one]
        return f"bench_id({base(kind)} + :{'demand' if kind == 'demands' else 'member'})"
    return f"bench_new({fresh.setdefault(one, len(fresh))})" if drawn else f"'{uuid.UUID(one)}'::uuid"


def run(server: Server, statements: str, seconds: float) -> float:
    """Transactions a second of pgbench with a script."""
    user = pgplace.choose_user(None, pgplace.cluster(pgplace.home(server.data_dir)))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(statements)
        file.flush()
        command = [str(pgplace.programs(user) / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
        command += ["-T", str(max(1, round(seconds))), "-f", file.name, pgplace.url(server.data_dir, "app")]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    found = TPS.search(ended.stdout)
    if ended.returncode != 0 or found is None:
        raise SystemExit(f"pgbench failed:\n{ended.stderr}\n{statements}")
    return float(found[1])
