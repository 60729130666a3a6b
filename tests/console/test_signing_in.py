"""Signing in and out at a desk: the cookie, what a stranger learns, and what ends a session."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.models import Grant, Role, SignIn
from app.kit import clock
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.console.browsing import Browser, at_desk, forms_of
from tests.demands.world import COMMUNITY, World, filed

PASSWORD = "correct horse battery"


@pytest.fixture
async def clerk(session: AsyncSession, world: World, client: Client) -> Browser:
    """The browser of a clerk who has a password and has not signed in."""
    await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.DISPATCHER, region_code=COMMUNITY)
    await session.commit()
    return Browser(client.http)


async def test_a_clerk_signs_in_and_out(clerk: Browser) -> None:
    page = await clerk.get("/sign-in")
    answer = await clerk.submit(page, "/desk/sign-in", username="clerk", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    clerk.cookie = answer.cookies["yihu_desk"]
    work = await clerk.get("/")
    assert work.status_code == 200
    assert "clerk" in work.text
    out = await clerk.submit(work, "/desk/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/desk/sign-in")
    assert (await clerk.get("/")).status_code == 303, "a kept cookie opens nothing any more"


async def test_the_cookie_is_for_the_server_alone(clerk: Browser) -> None:
    answer = await clerk.post("/sign-in", {"username": "clerk", "password": PASSWORD})
    given = answer.headers["set-cookie"].lower()
    assert all(flag in given for flag in ("httponly", "samesite=lax", "path=/desk", "max-age=43200"))
    assert "secure" not in given
    safely = await clerk.http.post(
        "https://yihu.test/desk/sign-in",
        data={"username": "clerk", "password": PASSWORD},
        headers={"Origin": "https://yihu.test"},
    )
    assert "secure" in safely.headers["set-cookie"].lower()


async def test_a_page_leads_to_signing_in_and_back(clerk: Browser) -> None:
    answer = await clerk.get("/demands?state=filed")
    assert answer.status_code == 303
    page = await clerk.get(answer.headers["location"])
    back = await clerk.submit(page, "/desk/sign-in", username="clerk", password=PASSWORD)
    assert back.headers["location"] == "/desk/demands?state=filed"


@pytest.mark.parametrize(
    "to", ["https://evil.test/", "//evil.test", "/\\evil.test", "/api/v1/me", "javascript:alert(1)"]
)
async def test_signing_in_leads_nowhere_else(clerk: Browser, to: str) -> None:
    answer = await clerk.post("/sign-in", {"username": "clerk", "password": PASSWORD, "to": to})
    assert answer.headers["location"] == "/desk/"


async def test_a_wrong_password_tells_what_the_api_tells(clerk: Browser, client: Client) -> None:
    said = {}
    for username in ("clerk", "nobody-here"):
        answer = await clerk.post("/sign-in", {"username": username, "password": "wrong-password"})
        api = await client.post("/auth/password", {"username": username, "password": "wrong-password"})
        assert answer.status_code == api.status_code == 401
        assert api.json()["title"] in answer.text
        assert "set-cookie" not in answer.headers
        assert "wrong-password" not in answer.text
        assert forms_of(answer.text)["/desk/sign-in"].fields["username"] == [username]
        said[username] = answer.text.replace(username, "").split("<main")[1]
    texts = [text.split('name="_once"')[0] for text in said.values()]
    assert texts[0] == texts[1]


async def test_failures_at_the_desk_and_at_the_api_count_together(
    clerk: Browser, client: Client, settings: Settings
) -> None:
    for _ in range(2):
        await clerk.post("/sign-in", {"username": "clerk", "password": "wrong-password"})
    await client.post("/auth/password", {"username": "clerk", "password": "wrong-password"})
    answer = await clerk.post("/sign-in", {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "尝试次数过多" in answer.text
    move_clock(settings, timedelta(seconds=3))
    assert (await clerk.post("/sign-in", {"username": "clerk", "password": PASSWORD})).status_code == 303


async def test_an_empty_form_says_what_is_missing(clerk: Browser) -> None:
    answer = await clerk.post("/sign-in")
    assert answer.status_code == 422
    assert "用户名：必填" in answer.text


async def test_a_revoked_sign_in_counts_at_once(session: AsyncSession, desk: Browser) -> None:
    assert (await desk.get("/")).status_code == 200
    await session.execute(update(SignIn).values(revoked_at=clock.now()))
    await session.commit()
    assert (await desk.get("/")).status_code == 303


async def test_a_revoked_grant_counts_at_once(session: AsyncSession, desk: Browser) -> None:
    grants = await session.scalars(select(Grant).where(Grant.role == Role.DISPATCHER))
    for grant in grants:
        grant.revoked_at = clock.now()
    await session.commit()
    assert (await desk.get("/")).status_code == 403


async def test_a_silent_hour_ends_it_and_what_was_typed_can_be_copied(
    world: World, desk: Browser, settings: Settings
) -> None:
    demand = await filed(world.filer)
    place = f"/desk/demands/{demand['id']}"
    page = await desk.get(place)
    move_clock(settings, timedelta(minutes=61))
    answer = await desk.submit(page, f"{place}/return", reason="写了很久的一段话")
    assert answer.status_code == 401
    assert "写了很久的一段话" in answer.text
    assert forms_of(page.text)[f"{place}/return"].fields["_token"][0] not in answer.text


async def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = await Browser(client.http).get("/members?kind=one&who=王", HX_Request="true")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/desk/sign-in")


async def test_a_bearer_token_is_no_cookie(world: World) -> None:
    assert (await Browser(world.desk.http, world.desk.token).get("/")).status_code == 303


async def test_liaisons_and_residents_are_told_where_to_go(session: AsyncSession, world: World) -> None:
    for who in (world.liaison, world.filer, world.member):
        browser = await at_desk(session, who)
        answer = await browser.get("/")
        assert answer.status_code == 403
        assert "小程序" in answer.text


def test_production_always_asks_for_a_secure_cookie(settings: Settings) -> None:
    from starlette.requests import Request

    from app.console.route import is_secure

    app = create_app(settings.model_copy(update={"env": "production"}))
    scope = {"type": "http", "scheme": "http", "app": app, "headers": [], "server": ("yihu.test", 80), "path": "/"}
    assert is_secure(Request(scope))
