"""What is taken away while requests are running is gone for the next one, whichever process answers it."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest
from sqlalchemy import update

from app.access import granting
from app.access.granting import Scope
from app.access.models import Role, SignIn
from app.kit import clock, db
from app.settings import Settings
from tests.client import Client
from tests.demands.world import COMMUNITY, World, a_world, filed, ok
from tests.racing import PATIENCE, Workers, workers

AT_ONCE, BEFORE, AFTER = 6, 24, 12
"""Requests that run side by side, answers before something is taken away, and requests of each after it."""
Take = Callable[[World, uuid.UUID, db.Sessions], Awaitable[object]]


@pytest.fixture
async def two(committing: Settings) -> AsyncIterator[Workers]:
    """Two HTTP processes on a database of their own."""
    async with workers(committing) as found:
        yield found


async def signed_out_everywhere(world: World, _: uuid.UUID, __: db.Sessions) -> None:
    tablet = await world.desk.signed_in("desk")
    assert (await tablet.post("/auth/sign-out", {"everywhere": True})).status_code == 204


async def the_sign_in_is_ended(_: World, account_id: uuid.UUID, sessions: db.Sessions) -> None:
    async with sessions.begin() as session:
        ended = update(SignIn).where(SignIn.account_id == account_id).values(revoked_at=clock.now())
        await session.execute(ended)


async def the_grant_is_revoked(_: World, account_id: uuid.UUID, sessions: db.Sessions) -> None:
    async with sessions.begin() as session:
        assert await granting.revoke(session, account_id, Scope(Role.DISPATCHER, COMMUNITY), actor=None)


@pytest.mark.parametrize(
    ("take", "expected"), [(signed_out_everywhere, 401), (the_sign_in_is_ended, 401), (the_grant_is_revoked, 404)]
)
async def test_what_is_taken_away_is_gone_for_the_next_request(
    two: Workers, committed_sessions: db.Sessions, take: Take, expected: int
) -> None:
    async with committed_sessions() as session:
        world = await a_world(session, Client(two.http))
    demand = await filed(world.filer)
    account_id = uuid.UUID((await ok(world.desk.get("/me")))["id"])
    path = f"/demands/{demand['id']}"
    answers: list[tuple[float, int]] = []
    taken: list[float] = []
    enough = asyncio.Event()

    async def ask() -> None:
        left = AFTER
        while left:
            asked = time.monotonic()
            status = (await world.desk.get(path)).status_code
            answers.append((asked, status))
            left -= bool(taken) and asked > taken[0]
            if len(answers) >= BEFORE:
                enough.set()

    async with asyncio.TaskGroup() as crowd:
        for _ in range(AT_ONCE):
            crowd.create_task(ask())
        await enough.wait()
        await take(world, account_id, committed_sessions)
        taken.append(time.monotonic())
    assert {status for _, status in answers[:BEFORE]} == {200}
    assert {status for asked, status in answers if asked > taken[0]} == {expected}
    assert await of_both(two, world.desk, path) == {expected}


async def of_both(two: Workers, who: Client, path: str) -> set[int]:
    """How somebody is answered over new connections until each process has taken some."""
    before, statuses = two.served(), set[int]()
    deadline = time.monotonic() + PATIENCE
    while not all(now > then for now, then in zip(two.served(), before, strict=True)):
        assert time.monotonic() < deadline, "one of them takes none"
        async with httpx2.AsyncClient(base_url=two.http.base_url, timeout=PATIENCE) as fresh:
            statuses.add((await Client(fresh, who.token).get(path)).status_code)
    return statuses
