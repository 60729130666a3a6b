"""How often one may ask: 429 at one too many, and no way to a new allowance."""

import itertools
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from app.kit import db
from app.main import create_app
from app.settings import Settings
from tests.client import Client, refusal

LIMIT = 20


@pytest.fixture
async def application(settings: Settings, sessions: db.Sessions) -> AsyncIterator[FastAPI]:
    """The app with a limit that a test can reach."""
    made = create_app(settings.model_copy(update={"requests_per_minute": LIMIT}), sessions)
    async with made.router.lifespan_context(made):
        yield made


async def spent(client: Client, count: int) -> None:
    for _ in range(count):
        assert (await client.get("/me")).status_code == 200


async def test_one_request_too_many_is_told_to_wait_and_others_are_not(client: Client) -> None:
    alice, bob = await client.signed_in("alice"), await client.signed_in("bob")
    await spent(alice, LIMIT)
    answer = await alice.get("/me")
    assert refusal(answer) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 3
    assert answer.headers["X-Trace-Id"]
    assert (await bob.get("/me")).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/v1/me", {"X-Forwarded-For": "203.0.113.7"}),
        ("/api/v1/me", {"Forwarded": "for=203.0.113.7"}),
        ("/api/v1/me/", {}),
        ("/API/V1/me", {}),
        ("/api/v1/demands/counts", {}),
    ],
)
async def test_another_spelling_is_no_new_allowance(client: Client, path: str, headers: dict[str, str]) -> None:
    alice = await client.signed_in("alice")
    await spent(alice, LIMIT)
    for method in ("GET", "HEAD", "POST"):
        answer = await alice.http.request(method, path, headers={"Authorization": f"Bearer {alice.token}", **headers})
        assert answer.status_code == 429


async def test_made_up_tokens_are_no_new_allowance(application: FastAPI, client: Client) -> None:
    alice = await client.signed_in("alice")
    await spent(alice, 1)
    statuses = [(await client.as_(f"made.up.{number}").get("/me")).status_code for number in range(LIMIT)]
    assert statuses == [401] * (LIMIT // 5) + [429] * (LIMIT - LIMIT // 5)
    assert (await alice.get("/me")).status_code == 200, "who is known is not punished for a neighbour"
    transport = httpx2.ASGITransport(application, client=("198.51.100.9", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://yihu.test") as elsewhere:
        assert (await Client(elsewhere).as_("made.up").get("/me")).status_code == 401


async def test_a_token_that_only_public_routes_have_seen_is_no_new_allowance(client: Client) -> None:
    tokens = itertools.cycle(f"made.up.{number}" for number in range(10))
    passed = 0
    while (await client.as_(next(tokens)).get("/lifecycle")).status_code == 200:
        passed += 1
        assert passed < 9 * LIMIT, "all of them are charged to the address"
    assert (await client.get("/lifecycle")).status_code == 429


async def test_a_made_up_token_cannot_be_made_known(client: Client) -> None:
    alice, made_up = await client.signed_in("alice"), client.as_("made.up")
    await spent(alice, 1)
    statuses = []
    for _ in range(LIMIT // 2):
        statuses += [(await made_up.get("/lifecycle")).status_code, (await made_up.get("/me")).status_code]
    few = LIMIT // 5
    assert statuses == [200, 401] * few + [429] * (LIMIT - 2 * few)
    assert (await alice.get("/me")).status_code == 200


async def test_failing_on_purpose_is_charged_to_the_address_and_gives_nothing_back(client: Client) -> None:
    """A good token neither guesses passwords for nothing, nor is its allowance new after a failure."""
    alice, wrong = await client.signed_in("alice"), {"username": "nobody", "password": "123456"}
    await spent(alice, LIMIT - 2)
    assert (await alice.post("/auth/password", wrong)).status_code == 401
    assert (await alice.get("/me")).status_code == 200
    assert (await alice.get("/me")).status_code == 429
    for _ in range(LIMIT // 5 - 1):
        assert (await client.as_("made.up").get("/me")).status_code == 401
    assert (await client.as_("made.up").get("/me")).status_code == 429, "the first failure counted too"


@pytest.mark.parametrize("path", ["/lifecycle", "/me"])
async def test_an_address_with_tokens_of_many_people_is_many_people(client: Client, path: str) -> None:
    people = [await client.signed_in(f"person{number}") for number in range(6)]
    for _ in range(LIMIT // 2):
        assert {(await who.get(path)).status_code for who in people} == {200}


async def test_an_address_without_a_token_is_many_people(client: Client) -> None:
    passed = 0
    while (await client.get("/lifecycle")).status_code == 200:  # some come back while we ask
        passed += 1
        assert passed < 50 * LIMIT
    assert passed >= 5 * LIMIT
