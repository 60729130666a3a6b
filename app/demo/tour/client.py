"""The server as the tour sees it: through HTTP only, so many requests at once, every POST with its key."""

import asyncio
import uuid
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx2

API = "/api/v1"
PARALLEL = 12
"""Requests at once: enough to keep two workers busy, too few for anybody to wait for a connection."""
TRIES = 6
BUSY = (429, 503)
PAUSE = 0.3

Json = dict[str, Any]

CASE: ContextVar[str] = ContextVar("case", default="")
"""The case for which something is asked."""


class Failed(Exception):
    """Something that the tour expected did not happen; `shown` is what came instead."""

    def __init__(self, what: str, shown: object = None) -> None:
        super().__init__(what)
        self.what, self.shown = what, shown


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered, and to what."""

    asked: str
    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The stable code of a refusal; empty for an answer that is none."""
        return "" if self.ok or not isinstance(self.body, dict) else str(self.body.get("code", ""))

    def must(self) -> Any:
        """The body; raises `Failed` unless it is a 2xx."""
        if not self.ok:
            raise Failed(f"{self.asked} 应当成功 must succeed", self)
        return self.body

    def must_refuse(self, code: str) -> None:
        """Raise `Failed` unless it is a refusal with this code."""
        if self.code != code:
            raise Failed(f"{self.asked} 应当被拒绝 must be refused: {code}", self)


class Gate:
    """So many at once; of those who wait every other one is of the longest line, between them the cases take turns.

    So a crowd keeps no other case waiting, and the case that takes longest is not the last one to begin.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._of_the_longest = False
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def __aenter__(self) -> None:
        if self._free:
            self._free -= 1
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(CASE.get(), deque()).append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._next()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._next()

    def _next(self) -> None:
        """Call whoever waits first in a case; that case is the last one then."""
        while self._lines:
            self._of_the_longest = not self._of_the_longest
            longest = max(self._lines, key=lambda case: len(self._lines[case]))
            case = longest if self._of_the_longest else next(iter(self._lines))
            line = self._lines.pop(case)
            called = line.popleft()
            if line:
                self._lines[case] = line
            if not called.done():
                called.set_result(None)
                return
        self._free += 1


class Server:
    """The running service; what it is too busy for is asked again, under the same key."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.requests = 0
        self._http = http
        self._gate = Gate(PARALLEL)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Json | None = None,
        query: Mapping[str, str | int] | None = None,
        file: bytes | None = None,
    ) -> Answer:
        """One request, as whoever the token belongs to; a file goes as a form's, the way wx.uploadFile sends it."""
        form = {"file": file} if file else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "POST" and not path.startswith("/auth/"):
            headers["Idempotency-Key"] = uuid.uuid4().hex
        for attempt in range(1, TRIES + 1):
            async with self._gate:
                self.requests += 1
                response = await self._http.request(
                    method, API + path, headers=headers, json=body, params=query, files=form
                )
            if response.status_code not in BUSY or attempt == TRIES:
                break
            await asyncio.sleep(PAUSE * attempt)
        return Answer(f"{method} {path}", response.status_code, _body(response))


def _body(response: httpx2.Response) -> Any:
    kind = response.headers.get("content-type", "")
    if "json" in kind:
        return response.json()
    return response.text if kind.startswith("text/") else response.content
