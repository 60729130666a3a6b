"""A really served app, a small district in its database, and a clerk at 1366×768 with a headless Chromium."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Page, async_playwright
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.models import Role
from app.kit import db
from app.main import create_app
from app.settings import keyring
from tests.client import Client
from tests.conftest import Server, copy_of_template, settings_on
from tests.demands.world import COMMUNITY, World, a_world
from tests.kit.edge.serving import served

PASSWORD = "correct horse battery"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = shutil.which("chromium")
HERE = Path(__file__).parent
WATCH = """
document.addEventListener('securitypolicyviolation', event => reported(event.violatedDirective + ' ' + event.sample));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Chromium; where that is absent, CI fails and others are told."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="chromium is not installed: apt-get install chromium"))


@dataclass
class Served:
    """The app on a port, with its people."""

    url: str
    world: World
    sessions: db.Sessions


@pytest.fixture(scope="package")
async def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """One site for all tests of the browser; each makes demands of its own."""
    async for name in copy_of_template(server):
        settings = settings_on(server, name, tmp_path_factory.mktemp("site"))
        engine = db.connect(str(settings.database_url), pool_size=4, keyring=keyring(settings))
        sessions, application = db.sessions(engine), create_app(settings)
        async with (
            application.router.lifespan_context(application),
            served(application) as url,
            httpx2.AsyncClient(base_url=url) as http,
        ):
            async with sessions() as session:
                world = await a_world(session, Client(http))
                await _clerk(session)
            yield Served(url, world, sessions)
        await engine.dispose()


async def _clerk(session: AsyncSession) -> None:
    await granting.add_staff(session, username="clerk", password=PASSWORD, role=Role.DISPATCHER, region_code=COMMUNITY)
    await session.commit()


@pytest.fixture(scope="package")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Debian's Chromium, with a home of its own."""
    home = tmp_path_factory.mktemp("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "HOME": str(home)}
        )
        yield browser
        await browser.close()


@dataclass
class Clerk:
    """A clerk's page, and everything on it that must not happen."""

    page: Page
    url: str
    alarms: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        """Go to a page of the desk."""
        await self.page.goto(f"{self.url}/desk{path}")

    async def press(self, said: str) -> None:
        """Press the button that says so."""
        await self.page.get_by_role("button", name=said, exact=True).click()

    async def unfold(self, said: str) -> None:
        """Open the part of the screen whose head says so."""
        await self.page.locator("summary", has_text=said).click()

    async def is_told(self, said: str) -> None:
        """Wait for the page to say that it is done."""
        await self.page.locator("p.done", has_text=said).wait_for()


@pytest.fixture
async def clerk(site: Served, chromium: Browser) -> AsyncIterator[Clerk]:
    """A clerk who has signed in by the form."""
    context = await chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.set_default_timeout(20_000)
    page = await context.new_page()
    found = Clerk(page, site.url)
    await _watch(page, found)
    await found.open("/")
    await page.get_by_label("用户名").fill("clerk")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/")
    yield found
    await context.close()
    assert found.alarms == []


async def _watch(page: Page, clerk: Clerk) -> None:
    """Note every dialog, script that runs, breach of the policy and error of the page."""

    async def dismiss(dialog: Dialog) -> None:
        clerk.alarms.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:  # a refusal is one on purpose
            clerk.alarms.append(f"console: {message.text}")

    def failed(error: Error) -> None:
        clerk.alarms.append(f"error: {error}")

    await page.expose_function("canary", lambda *_: clerk.alarms.append("a payload ran"))
    await page.expose_function("reported", lambda what: clerk.alarms.append(f"policy: {what}"))
    await page.add_init_script(WATCH)
    page.on("dialog", dismiss)
    page.on("console", listen)
    page.on("pageerror", failed)
