"""Passwords cannot be guessed: not at once, not by trying names, not by many names from one address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher

from app.access import granting, signing_in
from app.access.models import Role, SignInFailure
from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client, refusal
from tests.clock import move_clock

PASSWORD = "correct horse battery"
AT_ONCE = 12
LIMIT = 25


@asynccontextmanager
async def served(settings: Settings, sessions: db.Sessions, address: str = "127.0.0.1") -> AsyncIterator[Client]:
    """The application on a database with one clerk, as seen from an address."""
    application = create_app(settings, sessions)
    transport = httpx2.ASGITransport(application, client=(address, 1))
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as http,
    ):
        async with sessions.begin() as session:
            await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.OBSERVER, region_code="")
        yield Client(http)


async def guess(client: Client, username: str, password: str) -> tuple[int, str]:
    answer = await client.post("/auth/password", {"username": username, "password": password})
    return (200, "") if answer.status_code == 200 else refusal(answer)


@pytest.mark.parametrize("username", ["clerk", "nobody"])
async def test_of_many_guesses_at_once_as_many_are_looked_at_as_one_by_one(
    committing: Settings, committed_sessions: db.Sessions, username: str
) -> None:
    async with served(committing, committed_sessions) as client:
        guesses = await asyncio.gather(*(guess(client, username, f"guess {number}") for number in range(AT_ONCE)))
        wrong, early = (401, "wrong_password"), (429, "too_many_attempts")
        assert sorted(guesses) == [wrong] * signing_in.FREE_FAILURES + [early] * (AT_ONCE - signing_in.FREE_FAILURES)
        async with committed_sessions() as session:
            assert (await session.get_one(SignInFailure, username)).count == signing_in.FREE_FAILURES
        assert await guess(client, username, PASSWORD) == early, "the right one waits as well"


async def test_right_passwords_at_once_all_sign_in(committing: Settings, committed_sessions: db.Sessions) -> None:
    async with served(committing, committed_sessions) as client:
        assert await guess(client, "clerk", "wrong") == (401, "wrong_password")
        answers = await asyncio.gather(*(guess(client, "clerk", PASSWORD) for _ in range(AT_ONCE)))
        assert set(answers) == {(200, "")}
        async with committed_sessions() as session:
            assert await session.get(SignInFailure, "clerk") is None


async def test_a_crowd_that_signs_in_under_one_name_starves_nobody(
    committing: Settings, committed_sessions: db.Sessions
) -> None:
    """Under a right one, each of which is looked at: whoever reads meanwhile has a place and a connection."""
    application = create_app(committing.model_copy(update={"pool_size": 4}))
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://yihu.test", timeout=60) as http,
    ):
        async with committed_sessions.begin() as session:
            await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.OBSERVER, region_code="")
        client = Client(http)
        reader = await client.signed_in("alice")
        rush = [asyncio.create_task(guess(client, "clerk", PASSWORD)) for _ in range(200)]
        seen = []
        while not all(task.done() for task in rush):
            seen.append((await reader.get("/me")).status_code)
        answers = Counter([await task for task in rush])
    assert set(seen) == {200}
    assert len(seen) > 5, "the rush was over before anybody looked"
    assert answers[200, ""] >= signing_in.AT_ONCE
    assert answers.keys() <= {(200, ""), (429, "too_many_attempts"), (503, "unavailable")}
    assert signing_in.asking == {}


class Counting:
    """A hasher that notes how costly each verification is."""

    def __init__(self) -> None:
        self.costs: list[str] = []

    def verify(self, stored: str, password: str) -> bool:
        self.costs.append(stored.rsplit("$", 2)[0])
        return PasswordHasher().verify(stored, password)


async def test_a_name_that_nobody_has_is_answered_like_any_other(
    client: Client, sessions: db.Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sessions.begin() as session:
        await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.OBSERVER, region_code="")
    seen: dict[str, Any] = {}
    for username in ("clerk", "nobody"):
        hasher = Counting()
        monkeypatch.setattr(signing_in, "hasher", hasher)
        answers = []
        for seconds in (0, 0, 0, 0, 5, 5, 60):  # free, one too early, one after the wait, one too early, one after it
            move_clock(settings, timedelta(seconds=seconds))
            answer = await client.post("/auth/password", {"username": username, "password": "wrong"})
            told = {name: value for name, value in answer.json().items() if name != "trace_id"}
            answers.append((answer.status_code, told, "Retry-After" in answer.headers))
        seen[username] = answers, hasher.costs
        move_clock(settings, timedelta(0))
    assert seen["clerk"] == seen["nobody"]
    answers, costs = seen["clerk"]
    assert [status for status, *_ in answers] == [401, 401, 401, 429, 401, 429, 401]
    assert len(costs) == 5, "who must wait costs nothing"


async def test_a_known_device_goes_on_while_others_guess(
    client: Client, sessions: db.Sessions, settings: Settings
) -> None:
    async with sessions.begin() as session:
        await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.OBSERVER, region_code="")
    device = (await client.post("/auth/password", {"username": "clerk", "password": PASSWORD})).json()
    for _ in range(signing_in.FREE_FAILURES):
        await guess(client, "clerk", "wrong")
    assert await guess(client, "clerk", PASSWORD) == (429, "too_many_attempts")
    assert (await client.as_(device["access_token"]).get("/me")).status_code == 200
    renewed = await client.post("/auth/refresh", {"refresh_token": device["refresh_token"]})
    assert renewed.status_code == 200
    assert (await client.as_(renewed.json()["access_token"]).get("/me")).status_code == 200
    assert await guess(client, "clerk", PASSWORD) == (429, "too_many_attempts"), "and opens nothing for others"


async def test_one_address_tries_only_few_names(settings: Settings, sessions: db.Sessions) -> None:
    limited = settings.model_copy(update={"requests_per_minute": LIMIT})
    async with served(limited, sessions) as client:
        answers = [await guess(client, f"clerk-{number}", "123456") for number in range(LIMIT)]
        few = LIMIT // 5
        assert answers == [(401, "wrong_password")] * few + [(429, "too_many_requests")] * (LIMIT - few)
        assert await guess(client, "clerk", PASSWORD) == (429, "too_many_requests"), "the right one waits as well"
