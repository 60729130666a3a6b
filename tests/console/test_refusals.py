"""Refusals from before any page: too many requests, a database that is away, parts of pages, what was typed."""

from collections.abc import AsyncIterator
from contextlib import ExitStack

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import listing
from app.kit import db
from app.kit.errors import AppError, Unavailable
from app.kit.outage import Outage
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import World, filed

LIMIT = 20
WORDS = "写了很久的一段话"


@pytest.fixture
async def limited(settings: Settings, sessions: db.Sessions) -> AsyncIterator[FastAPI]:
    """The app with a limit that a test can reach."""
    made = create_app(settings.model_copy(update={"requests_per_minute": LIMIT}), sessions)
    async with made.router.lifespan_context(made):
        yield made


async def exhausted(browser: Browser) -> httpx2.Response:
    """The first answer of too many, however slowly they were asked for."""
    for _ in range(40 * LIMIT):
        if (page := await browser.get("/sign-in")).status_code != 200:
            break
    assert page.status_code == 429
    return page


class TestTooMany:
    """One request too many from an office."""

    @pytest.fixture
    def application(self, limited: FastAPI) -> FastAPI:
        return limited

    async def test_it_is_told_in_words_and_what_was_typed_can_be_copied(self, client: Client) -> None:
        browser = Browser(client.http)
        page = await exhausted(browser)
        assert page.headers["content-type"].startswith("text/html")
        assert "请求过于频繁" in page.text
        assert int(page.headers["retry-after"]) >= 1
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-trace-id"] in page.text
        sent = await browser.post("/demands/x/return", {"reason": WORDS, "password": "a secret", "_token": "t0ken"})
        assert (sent.status_code, WORDS in sent.text) == (429, True)
        assert "a secret" not in sent.text
        assert "t0ken" not in sent.text
        foreign = await browser.post("/demands/x/return", {"reason": WORDS}, Origin="https://evil.test")
        assert (foreign.status_code, WORDS in foreign.text) == (429, False)

    async def test_what_is_no_page_is_refused_as_before(self, client: Client) -> None:
        await exhausted(Browser(client.http))
        for path in ("/api/v1/meta", "/desktop"):
            answer = await client.http.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")


async def test_who_has_signed_in_at_a_desk_goes_on_working_while_a_crowd_is_told_to_come_again(
    application: FastAPI, world: World, desk: Browser
) -> None:
    demand = await filed(world.filer)
    page = await desk.get(f"/demands/{demand['id']}")
    with ExitStack() as crowd:
        while not application.state.admission.is_full:
            crowd.enter_context(application.state.admission.place())
        assert (await world.filer.get("/me")).status_code == 503
        answer = await desk.submit(page, f"/desk/demands/{demand['id']}/return", reason=WORDS)
        assert answer.status_code == 303
        assert (await desk.get("/")).status_code == 200
        desk.cookie = f"{desk.cookie}x"
        assert (await desk.get("/")).status_code == 503, "what somebody made up takes no kept place"
        assert (await desk.get("/sign-in")).status_code == 503


async def test_a_database_that_is_away_is_told_in_words(
    application: FastAPI, world: World, desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand = await filed(world.filer)
    place = f"/desk/demands/{demand['id']}"
    page = await desk.get(place)
    monkeypatch.setattr(Outage, "refuses", lambda _: True)
    answer = await desk.submit(page, f"{place}/return", reason=WORDS)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "系统繁忙" in answer.text
    assert WORDS in answer.text
    signing_in = await desk.post("/sign-in", {"username": "clerk", "password": "a secret"})
    assert signing_in.status_code == 503
    assert "a secret" not in signing_in.text


@pytest.mark.parametrize("error", [PoolTimeout(), TimeoutError(), Unavailable(retry_after=3)], ids=repr)
async def test_a_page_that_takes_too_long_is_told_in_words(
    desk: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def slow(*_: object) -> None:
        raise error

    monkeypatch.setattr(listing, "counts", slow)
    answer = await desk.get("/")
    assert answer.status_code == 503
    assert "系统繁忙" in answer.text
    assert answer.headers["retry-after"] == str(error.retry_after if isinstance(error, AppError) else 1)


async def test_a_part_that_is_refused_is_a_line_on_top_of_what_stands_there(
    session: AsyncSession, world: World, desk: Browser
) -> None:
    demand = await filed(world.filer)
    neighbour = await at_desk(session, world.neighbour_desk)
    part = await neighbour.get(f"/demands/{demand['id']}?contact=true", HX_Request="true")
    assert part.status_code == 404
    assert "<html" not in part.text
    assert 'role="alert"' in part.text
    assert (part.headers["hx-reswap"], part.headers["hx-reselect"]) == ("afterbegin", "[role=alert]")
    whole = await neighbour.get(f"/demands/{demand['id']}", HX_Request="true", HX_Boosted="true")
    assert "<html" in whole.text
    assert "hx-reswap" not in whole.headers


async def test_a_page_that_is_not_there_keeps_what_was_typed(desk: Browser) -> None:
    token = forms_of((await desk.get("/")).text)["/desk/sign-out"].fields["_token"][0]
    answer = await desk.post("/no-such-page", {"reason": WORDS, "_token": token})
    assert (answer.status_code, WORDS in answer.text, token in answer.text) == (404, True, False)
