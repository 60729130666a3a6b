"""A browser without JavaScript: cookies, forms and redirects, so that tests read as what a clerk does."""

import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import desk_session, signing_in
from app.access.models import Account
from app.console.route import COOKIE
from app.kit.crypto import Keyring
from tests.client import Client
from tests.conftest import SECRET

ORIGIN = "http://yihu.test"
KEYS = Keyring(SECRET)


@dataclass
class FoundForm:
    """A form of a page: where it goes, and what it holds already."""

    action: str = ""
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, str | None] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.inside: FoundForm | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.inside = FoundForm(given.get("action") or "", given.get("method") or "get", {}, given)
            self.forms.append(self.inside)
        elif self.inside is None:
            return
        elif tag == "input" and name:
            choosing = given.get("type") in ("checkbox", "radio")
            if not choosing or "checked" in given:
                self.inside.fields.setdefault(name, []).append(given.get("value") or ("on" if choosing else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.inside.fields):
            self.inside.fields[self._select] = [given.get("value") or ""]
        elif tag == "textarea":
            self._area = name
            self.inside.fields[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._area and self.inside is not None:
            self.inside.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def forms_of(page: str) -> dict[str, FoundForm]:
    """The forms of a page by where they go."""
    parser = _Forms()
    parser.feed(page)
    return {form.action: form for form in parser.forms}


@dataclass
class Browser:
    """One person's browser."""

    http: httpx2.AsyncClient
    cookie: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page, without following where it leads."""
        return await self._send("GET", path, headers)

    async def post(self, path: str, values: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
        """Send a form by hand, from a page of ours."""
        return await self._send("POST", path, {"Origin": ORIGIN, **headers}, data=values or {})

    async def submit(self, page: httpx2.Response, action: str, **values: Any) -> httpx2.Response:
        """Fill in a form of a page and send it."""
        found = forms_of(page.text)
        assert action in found, f"no form for {action} among {list(found)}"
        named = {name.replace("__", "."): value for name, value in values.items()}
        return await self.post(action, {**found[action].fields, **named})

    async def _send(self, method: str, path: str, headers: dict[str, str], **more: Any) -> httpx2.Response:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        place = path if path.startswith(("/desk", "/api", "http")) else f"/desk{path}"
        return await self.http.request(method, place, headers=sent, follow_redirects=False, **more)


async def at_desk(session: AsyncSession, who: Client) -> Browser:
    """The browser of somebody of the small district who has signed in at a desk."""
    account_id = uuid.UUID((await who.get("/me")).json()["id"])
    account = await session.get_one(Account, account_id)
    sign_in = await signing_in.begin(session, account, desk_session.LIFE)
    await session.commit()
    return Browser(who.http, desk_session.seal(KEYS, sign_in.id))
