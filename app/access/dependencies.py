"""How a route says that it needs somebody signed in: it stands on `CallerRoute` and takes `caller: SignedInCaller`."""

import uuid
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries, tokens
from app.access.caller import Caller
from app.kit.crypto import Keyring
from app.kit.errors import TokenInvalid
from app.kit.http import TransactionalRoute


class CallerRoute(TransactionalRoute):
    """A route for signed-in people only: whoever is not gets 401 before anything else is read."""

    async def identify(self, request: Request, session: AsyncSession) -> uuid.UUID:
        """Resolve the caller of a bearer token; a revoked sign-in or grant counts from this request on."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise TokenInvalid
        caller = await queries.caller(session, tokens.sign_in_of(request.app.state.keyring, token))
        if caller is None:
            raise TokenInvalid
        request.state.caller = caller
        return caller.account_id


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
