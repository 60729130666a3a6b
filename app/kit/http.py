"""The edge of the service: one request is one transaction, committed before the answer leaves."""

import asyncio
import math
import random
import re
import secrets
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit import db, idempotency, log, problems
from app.kit.admission import Admission
from app.kit.errors import AppError, InternalError, TooManyRequests, Unavailable
from app.kit.outage import Outage
from app.kit.rates import MOST_KEYS, Rates

logger = log.get()
Handle = Callable[[Request], Coroutine[Any, Any, Response]]
Refuse = Callable[[Request, AppError], ASGIApp]
"""Makes the answer of a refusal: a problem document, or a page for who reads pages."""
LONG_WAIT = 0.1
"""Seconds in a queue after which a request looks whether its client is still there."""


class TransactionalRoute(APIRoute):
    """A route whose handler runs inside one transaction, and is run again where the database asks for it.

    The commit comes after the answer was made and before it leaves, so a failed commit is never a 2xx, and
    the answer can be stored under its idempotency key in the same transaction (ADR 0001).
    """

    takes_keys: ClassVar[bool] = True
    """Whether POSTs honour an `Idempotency-Key`; those under /auth/ do not."""

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID | None:  # noqa: ARG002
        """Who asks, as the owner of idempotency keys; None where nobody is asked to sign in."""
        return None

    def takes_kept_places(self, request: Request) -> bool:  # noqa: ARG002
        """Whether a request is let in where the process is full for others; told without asking the database."""
        return False

    async def key_of(self, request: Request) -> str | None:
        """The key by which a second sending of the same request is known."""
        return request.headers.get("idempotency-key")

    async def content_of(self, request: Request) -> bytes:
        """What of the body a key stands for; a route that streams its body answers a digest."""
        return await request.body()

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def transact(request: Request) -> Response:
            request.state.came = time.monotonic()
            admission: Admission = request.app.state.admission
            with admission.place(kept=self.takes_kept_places(request)):
                return await self._until_answered(request, handle)

        return transact

    async def _until_answered(self, request: Request, handle: Handle) -> Response:
        outage: Outage = request.app.state.outage
        deadline = request.state.came + request.app.state.settings.request_deadline_ms / 1000
        attempt = 0
        while True:
            if outage.refuses():
                raise Unavailable(retry_after=1)
            try:
                answer = await self._attempt(request, handle)
            except (DBAPIError, OSError) as error:
                attempt += 1
                pause = random.uniform(0.5, 1) * min(0.005 * 2**attempt, 0.5)
                if not await self._runs_again(request, error) or time.monotonic() + pause > deadline:
                    raise
                logger.info("request.retried", attempt=attempt, sqlstate=db.sqlstate(error))
                await asyncio.sleep(pause)
            else:
                outage.over()
                return answer

    async def _runs_again(self, request: Request, error: Exception) -> bool:
        """Whether a transaction that failed may be run once more: the database asks for it, or was away for a moment.

        Where the connection broke nobody knows whether it was committed, so only what is harmless twice runs again:
        a GET, and a request whose key then finds the first one's answer.
        """
        if db.sqlstate(error) in db.RETRYABLE:
            return True
        away, outage = db.is_away(error), request.app.state.outage
        if not (away or db.is_lost(error)):
            return False
        outage.noticed()
        harmless = away or request.method == "GET" or (self.takes_keys and await self.key_of(request) is not None)
        return bool(harmless and outage.is_short)

    async def _attempt(self, request: Request, handle: Handle) -> Response:
        async with request.app.state.sessions() as session:
            request.state.session = session
            try:
                answer = await self._answer(request, session, handle)
            except AppError as refusal:
                if refusal.keeps_writes:
                    await session.commit()
                raise
            await session.commit()
            return answer

    async def _answer(self, request: Request, session: AsyncSession, handle: Handle) -> Response:
        principal = await self.identify(request, session)
        await self._refuse_absent(request)
        keyed = await self._keyed(request, principal) if self.takes_keys else None
        if keyed is None:
            return await handle(request)
        keyring = request.app.state.keyring
        if stored := await idempotency.begin(session, keyring, keyed):
            return _replay(stored)
        try:
            answer = await handle(request)
        except AppError as refusal:
            if refusal.keeps_writes:
                await idempotency.give_back(session, keyed)
            raise
        if answer.status_code < 300:
            stored = idempotency.Answer(answer.status_code, bytes(answer.body))
            await idempotency.finish(session, keyring, keyed, stored)
        else:
            await idempotency.give_back(session, keyed)
        return answer

    async def _refuse_absent(self, request: Request) -> None:
        """Raise `ClientDisconnect` where a request waited so long for its connection that its client has left."""
        if time.monotonic() - request.state.came < LONG_WAIT:
            return
        await self.content_of(request)  # looking for the end of the line would lose what was not read
        if await request.is_disconnected():
            raise ClientDisconnect

    async def _keyed(self, request: Request, principal: uuid.UUID | None) -> idempotency.Keyed | None:
        if principal is None or request.method != "POST" or (key := await self.key_of(request)) is None:
            return None
        return keyed(request, await self.content_of(request), key, principal)


def keyed(request: Request, body: bytes, key: str, principal: uuid.UUID) -> idempotency.Keyed:
    """A keyed request as it is kept; raises `InvalidRequest` for a key that is none."""
    asked = (request.method.encode(), request.scope["path"].encode(), request.scope["query_string"])
    return idempotency.keyed(principal, key, *asked, body)


def _replay(stored: idempotency.Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    media_type = "application/json" if stored.body else None
    return Response(stored.body, stored.status, headers, media_type=media_type)


def _session_of(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(_session_of)]
"""The request's transaction; only routes of a `TransactionalRoute` have one."""

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00; ids of zeros only are not ids."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
}


class Edge:
    """Pure ASGI around everything else: a trace id, a limit, security headers, one log line, and no bare 500.

    A request body of more than `body_limit` bytes is refused where it is read; `larger` holds the limits of
    the paths that take more.
    """

    def __init__(self, app: ASGIApp, body_limit: int, larger: Mapping[str, int]) -> None:
        self.app, self.body_limit, self.larger = app, body_limit, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace_id, started, status = _trace_id(headers), time.perf_counter(), 0
        log.start_trace(trace_id)

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Trace-Id"] = trace_id
                for name, value in HEADERS.items():
                    answered.setdefault(name, value)
            await send(message)

        try:
            limit = self.larger.get(scope["path"], self.body_limit)
            await self.app(scope, _limited(receive, headers, limit), tagged)
        except Exception as error:
            logger.error("request.failed", exc_info=error)
            if status:  # too late for another answer: the server cuts this one off
                raise
            await problems.response(Request(scope), InternalError())(scope, receive, tagged)
        finally:
            logger.info(
                "http.request",
                method=scope["method"],
                route=_template(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )


class Throttle:
    """Pure ASGI: a token has `per_minute` requests a minute, an address without one five times as many, as many people.

    A token counts as one once a route has found out by it who asks, and until it is answered 401; any other is charged
    to its address. An address that was answered 401 too often gets no further with such tokens, so that making up
    tokens is no way to a new allowance. The address is the connection's, or what a trusted proxy says.
    """

    def __init__(self, app: ASGIApp, per_minute: int, refuse: Refuse = problems.response) -> None:
        self.app, self.refuse = app, refuse
        self.tokens, self.addresses = Rates(per_minute), Rates(5 * per_minute)
        self.failures = Rates(per_minute // 5)
        self.known: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token = Headers(scope=scope).get("authorization", "")
        address = scope["client"][0] if scope.get("client") else ""
        known = token in self.known
        wait = self.tokens.take(token) if known else self.failures.wait(address) or self.addresses.take(address)
        if wait:
            refused = TooManyRequests(retry_after=math.ceil(wait))
            await self.refuse(Request(scope), refused)(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 401:
                    self.known.discard(token)
                    self.failures.charge(address)
                elif not known and scope.get("state", {}).get("token_holds"):
                    self._remember(token)
            await send(message)

        await self.app(scope, receive, watched)

    def _remember(self, token: str) -> None:
        """From now on it is the token's own allowance that counts, this request included."""
        if len(self.known) >= MOST_KEYS:
            self.known.clear()  # each is known again after one request
        self.known.add(token)
        self.tokens.charge(token)


class Gate:
    """Pure ASGI: while a process is full, what comes under `path` is refused before anything is looked up for it.

    Everything else is refused, if at all, where it would begin, in its own form.
    """

    def __init__(self, app: ASGIApp, admission: Admission, path: str) -> None:
        self.app, self.admission, self.path = app, admission, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if self.admission.is_full and scope["type"] == "http" and scope["path"].startswith(self.path):
            app = problems.response(Request(scope), Unavailable(retry_after=1))
        await app(scope, receive, send)


def _limited(receive: Receive, headers: Headers, limit: int) -> Receive:
    length = headers.get("content-length", "")
    declared, read = int(length) if length.isdecimal() else 0, 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if max(declared, read) > limit:
            raise HTTPException(413)  # of all exceptions FastAPI lets this one through while it reads a body
        return message

    return limited


def _template(scope: Scope) -> str:
    """The route's path template: a full path or query may hold what a person typed."""
    return getattr(scope.get("route"), "path_format", "")


def _trace_id(headers: Headers) -> str:
    match = TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    return match[1] if match else secrets.token_hex(16)
