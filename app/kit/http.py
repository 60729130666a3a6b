"""The edge of the service: one request is one transaction, committed before the answer leaves."""

import asyncio
import random
import re
import secrets
import time
import uuid
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit import db, idempotency, log
from app.kit.errors import AppError

logger = structlog.stdlib.get_logger()
Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class TransactionalRoute(APIRoute):
    """A route whose handler runs inside one transaction, and is run again where the database asks for it.

    The commit comes after the answer was made and before it leaves, so a failed commit is never a 2xx, and the
    answer can be stored under its idempotency key in the same transaction (ADR 0001).
    """

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID | None:
        """Who asks, as the owner of idempotency keys; None where nobody is asked to sign in."""
        return None

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def transact(request: Request) -> Response:
            deadline = time.monotonic() + request.app.state.settings.request_deadline_ms / 1000
            attempt = 0
            while True:
                try:
                    return await self._attempt(request, handle)
                except DBAPIError as error:
                    attempt += 1
                    pause = random.uniform(0.5, 1) * min(0.005 * 2**attempt, 0.5)
                    if db.sqlstate(error) not in db.RETRYABLE or time.monotonic() + pause > deadline:
                        raise
                    logger.info("request.retried", attempt=attempt, sqlstate=db.sqlstate(error))
                    await asyncio.sleep(pause)

        return transact

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
        keyed = await _keyed(request, principal)
        keyring = request.app.state.keyring
        if keyed and (stored := await idempotency.begin(session, keyring, keyed)):
            return _replay(stored)
        answer = await handle(request)
        if keyed and answer.status_code < 300:
            await idempotency.finish(
                session, keyring, keyed, idempotency.Answer(answer.status_code, bytes(answer.body))
            )
        return answer


async def _keyed(request: Request, principal: uuid.UUID | None) -> idempotency.Keyed | None:
    header = request.headers.get("idempotency-key")
    if header is None or principal is None or request.method != "POST":
        return None
    url = request.url
    asked = (request.method, url.path, url.query)
    return idempotency.keyed(principal, header, *(part.encode() for part in asked), await request.body())


def _replay(stored: idempotency.Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    return Response(stored.body, stored.status, headers, media_type="application/json")


def _session_of(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


Session = Annotated[AsyncSession, Depends(_session_of)]
"""The request's transaction; only routes of a `TransactionalRoute` have one."""

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


class Edge:
    """Pure ASGI: gives each request a trace id, its security headers, and one log line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_id, started, status = _trace_id(scope), time.perf_counter(), 0
        log.start_trace(trace_id)

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Trace-Id"] = trace_id
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, tagged)
        finally:
            logger.info(
                "http.request",
                method=scope["method"],
                route=_template(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )


def _template(scope: Scope) -> str:
    """The route's path template: a full path or query may hold what a person typed."""
    return getattr(scope.get("route"), "path_format", "")


def _trace_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"traceparent" and (match := TRACEPARENT.fullmatch(value.decode("latin-1"))):
            return match[1]
    return secrets.token_hex(16)
