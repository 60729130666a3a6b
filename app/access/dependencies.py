"""How a route says that it needs somebody signed in: it stands on `CallerRoute` and takes `caller: SignedInCaller`."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from app.access import queries, tokens
from app.access.caller import Caller
from app.kit.crypto import Keyring
from app.kit.errors import AppError, TokenInvalid, Unavailable
from app.kit.hot import MOST_WAITING, Asked, Attempt, NotPlain, OutcomeUnknown, Pool
from app.kit.http import Handle, TransactionalRoute, keyed
from app.kit.idempotency import VISIBLE_ASCII

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def bearer(request: Request) -> str:
    """The token of a request; raises `TokenInvalid`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenInvalid
    return token


KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "重试时沿用同一个键 The same again for a retry: what was done is not done twice.",
    "schema": {"type": "string", "pattern": f"^{VISIBLE_ASCII.pattern}$"},
}


class CallerRoute(TransactionalRoute):
    """A route for signed-in people only: whoever is not gets 401 before anything else is read."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        super().__init__(path, endpoint, **how)
        if self.takes_keys and self.methods == {"POST"}:
            self.openapi_extra = {"parameters": [KEY], **(self.openapi_extra or {})}

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID:
        """Resolve the caller of a bearer token; a revoked sign-in or grant counts from this request on."""
        caller = await queries.caller(session, tokens.sign_in_of(request.app.state.keyring, bearer(request)))
        if caller is None:
            raise TokenInvalid
        request.state.caller, request.state.token_holds = caller, True
        return caller.account_id


class HotRoute(CallerRoute):
    """A signed-in route that first tries to answer in a statement or two, outside of any session (ADR 0006).

    Its endpoint says how, with `tries`. What is not the common case goes the usual way from the beginning,
    refusals included, so that there is one place that explains. Those who would change one demand wait for
    their turn in here, without a connection.
    """

    def get_route_handler(self) -> Handle:
        usual = super().get_route_handler()
        attempt: Attempt | None = getattr(self.endpoint, "attempt", None)
        if attempt is None:
            return usual

        async def hot(request: Request) -> Response:
            pool: Pool | None = request.app.state.hot
            asked = await self._asked(request) if pool else None
            if pool is None or asked is None:
                return await usual(request)
            async with _turn(request, pool) if request.method == "POST" and asked.path else nullcontext():
                try:
                    with request.app.state.admission.place():
                        async with pool.line() as line:
                            answer = await attempt(asked, line)
                except Unavailable as busy:
                    if not isinstance(busy, OutcomeUnknown) or (asked.keyed is None and request.method != "GET"):
                        raise
                    return await usual(request)  # which reads again, finds the answer under the key, or does it
                except (NotPlain, AppError, ValueError, RecursionError):
                    return await usual(request)
            request.state.token_holds = True
            return Response(answer.body, answer.status, media_type="application/json")

        return hot

    async def _asked(self, request: Request) -> Asked | None:
        """What a hot command needs; None where the usual way must look first: not signed in, or not JSON."""
        try:
            sign_in_id = tokens.sign_in_of(request.app.state.keyring, bearer(request))
        except AppError:
            return None
        body = await request.body()
        if body and request.headers.get("content-type") != "application/json":
            return None
        key = await self.key_of(request)
        owned = partial(keyed, request, body, key) if key is not None else None
        path, query = request.path_params, request.query_params
        return Asked(request.app.state.keyring, sign_in_id, path, query, body, owned)


def tries(attempt: Attempt) -> Callable[[Endpoint], Endpoint]:
    """Says how a `HotRoute` answers the common case of an endpoint."""

    def marked(endpoint: Endpoint) -> Endpoint:
        endpoint.attempt = attempt  # type: ignore[attr-defined]
        return endpoint

    return marked


@asynccontextmanager
async def _turn(request: Request, pool: Pool) -> AsyncIterator[None]:
    """Wait, not longer than a request may take, until nobody before us changes the same demand.

    Raises `Unavailable` at once where too many wait already, `ClientDisconnect` where the client has left meanwhile.
    """
    turn = pool.turn(request.path_params["demand_id"])
    if turn.waiting >= MOST_WAITING:
        raise Unavailable(retry_after=1)
    waits = turn.locked()
    patience = request.app.state.settings.request_deadline_ms / 1000
    turn.waiting += 1
    try:
        async with asyncio.timeout(patience):
            await turn.acquire()
    except TimeoutError:
        raise Unavailable(retry_after=1) from None
    finally:
        turn.waiting -= 1
    try:
        if waits and await request.is_disconnected():
            raise ClientDisconnect
        yield
    finally:
        turn.release()


class AuthRoute(CallerRoute):
    """A signed-in route under /auth/, where no answer is kept for a retry."""

    takes_keys = False


BEARER = Depends(HTTPBearer(auto_error=False, description="The `access_token` of signing in."))
"""Only tells the API document how to sign in: `CallerRoute` has looked at the token before."""


def _caller_of(request: Request, _: Annotated[object, BEARER]) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _keyring_of(request: Request) -> Keyring:
    keyring: Keyring = request.app.state.keyring
    return keyring


SignedInCaller = Annotated[Caller, Depends(_caller_of)]
"""Whoever is signed in; what they may do is for the verb to say."""
Keys = Annotated[Keyring, Depends(_keyring_of)]
