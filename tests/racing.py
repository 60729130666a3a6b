"""What races need: two real HTTP processes on one socket, a crowd to run, and a judge of what was answered."""

import asyncio
import socket
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert

from app.access import tokens
from app.access.models import Account, SignIn
from app.kit import clock, db
from app.kit.crypto import Keyring
from app.kit.db import new_id
from app.members.models import Member
from app.organizations.models import Organization
from app.settings import Settings
from tests import http_worker
from tests.client import ANSWER, Client

HERE = Path(__file__).parents[1]
AT_ONCE = 64
"""Connections that a crowd shares."""
PATIENCE = 30.0
STARTS_WITHIN = 180.0
"""Seconds in which a worker answers for the first time, on a machine that has much else to do."""


@dataclass
class Workers:
    """HTTP processes that accept from one socket."""

    http: httpx2.AsyncClient
    logs: list[Path]

    def served(self) -> list[int]:
        """How many requests each of them has answered."""
        return [log.read_text().count('"http.request"') for log in self.logs]


@asynccontextmanager
async def workers(settings: Settings, count: int = 2) -> AsyncIterator[Workers]:
    """`count` HTTP workers as the supervisor starts them, each seen to answer."""
    environment = http_worker.environment(settings.model_copy(update={"log_level": "info"}))
    logs = [settings.data_dir / f"worker-{number}.log" for number in range(count)]
    processes = []
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            processes = [_worker(listener.fileno(), log, environment) for log in logs]
            # a connection for each request: whichever process is idle takes it, however fast the machine is
            limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
            timeout = httpx2.Timeout(PATIENCE, pool=None)
            async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=timeout) as http:
                found = Workers(http, logs)
                await _all_are_up(processes, logs)
                await _all_answer(found, address, processes)
                yield found
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


def _worker(fd: int, log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            http_worker.command(fd), cwd=HERE, env=environment, pass_fds=(fd,), stdout=output, stderr=output
        )


async def _all_are_up(processes: Sequence[subprocess.Popen[bytes]], logs: Sequence[Path]) -> None:
    """Wait without asking: a request would take the processor from those that still start, or wait for them."""
    deadline = time.monotonic() + STARTS_WITHIN
    while not all("Application startup complete" in log.read_text() for log in logs):
        in_time = all(process.poll() is None for process in processes) and time.monotonic() < deadline
        assert in_time, [log.read_text() for log in logs]
        await asyncio.sleep(0.1)


async def _all_answer(found: Workers, address: str, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while min(found.served()) == 0:
        assert time.monotonic() < deadline, [log.read_text() for log in found.logs]
        assert all(one.poll() is None for one in processes), [log.read_text() for log in found.logs]
        async with httpx2.AsyncClient(base_url=address, timeout=STARTS_WITHIN) as fresh:  # any of them may take it
            assert (await fresh.get("/readyz")).status_code in (200, 503)  # busy, while they all start at once


async def a_crowd(
    sessions: db.Sessions, settings: Settings, organization: Organization, client: Client, count: int
) -> list[Client]:
    """So many members of an organization, each signed in."""
    keyring = Keyring(str(settings.secret_key))
    now, until = clock.now(), clock.now() + timedelta(days=1)
    everybody = [(new_id(), new_id(), new_id()) for _ in range(count)]
    home = organization.region_code
    named = {"organization_id": organization.id, "home_region_code": home, "skills": [], "created_at": now}
    signed_in = {"created_at": now, "refreshed_at": now, "expires_at": until}
    async with sessions.begin() as session:
        members = [{"id": m, "name": f"党员{n}号", **named} for n, (m, _, _) in enumerate(everybody)]
        await session.execute(insert(Member), members)
        accounts = [{"id": a, "member_id": m, "home_region_code": home, "created_at": now} for m, a, _ in everybody]
        await session.execute(insert(Account), accounts)
        await session.execute(insert(SignIn), [{"id": s, "account_id": a, **signed_in} for _, a, s in everybody])
    return [client.as_(tokens.access_token(keyring, account, sign_in)) for _, account, sign_in in everybody]


async def insist(who: Client, path: str, body: Any = None, *, key: str | None = None) -> ANSWER:
    """The answer to a POST of a client that comes back when it is told to."""
    return await patiently(lambda: who.post(path, body, key=key))


async def patiently(ask: Callable[[], Awaitable[ANSWER]]) -> ANSWER:
    """The first answer other than that the service is busy."""
    deadline = time.monotonic() + PATIENCE
    while (answer := await ask()).status_code == 503:
        assert time.monotonic() < deadline, "busy for too long"
        await asyncio.sleep(float(answer.headers["Retry-After"]) / 4)
    return answer


def code_of(answer: ANSWER) -> str:
    """`ok`, or the code of a refusal."""
    return "ok" if answer.status_code < 300 else str(answer.json()["code"])


@dataclass
class Hold:
    """One place that somebody took: when it was asked for and given, asked back and given back."""

    asked: float
    given: float
    asked_back: float = float("inf")
    given_back: float = float("inf")


@dataclass
class Refusal:
    """One answer `slots_full`: when it was asked for and answered."""

    asked: float
    answered: float


def overfull(holds: Sequence[Hold], slots: int) -> list[float]:
    """Moments in which more places were surely held than there are."""
    moments = [hold.given for hold in holds]
    return [at for at in moments if sum(hold.given <= at < hold.asked_back for hold in holds) > slots]


def unfounded(refusals: Sequence[Refusal], holds: Sequence[Hold], slots: int) -> list[Refusal]:
    """Refusals during which at no moment all places can have been held."""
    return [refusal for refusal in refusals if not _could_be_full(refusal, holds, slots)]


def _could_be_full(refusal: Refusal, holds: Sequence[Hold], slots: int) -> bool:
    within = [hold for hold in holds if hold.asked <= refusal.answered and hold.given_back >= refusal.asked]
    moments = [max(refusal.asked, hold.asked) for hold in within]
    return any(sum(hold.asked <= at <= hold.given_back for hold in within) >= slots for at in moments)


def a_key() -> str:
    """A fresh `Idempotency-Key`."""
    return str(uuid.uuid4())
