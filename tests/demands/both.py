"""One database behind two applications: one that tries the fast way, and one that cannot."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from app.kit.db import Sessions
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.demands.world import World, a_world

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Both:
    """One database behind an application that tries the fast way, and one that cannot."""

    fast: FastAPI
    hasty: Client
    usual: World
    sessions: Sessions

    def hastily(self, who: Client) -> Client:
        """The same person at the fast application."""
        return Client(self.hasty.http, who.token)


@asynccontextmanager
async def both_ways(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Both]:
    async with AsyncExitStack() as stack:
        clients = []
        for sessions in (None, committed_sessions):
            made = create_app(committing, sessions)
            await stack.enter_async_context(made.router.lifespan_context(made))
            transport = httpx2.ASGITransport(made)
            http = httpx2.AsyncClient(transport=transport, base_url="http://yihu.test", timeout=60)
            clients.append((made, Client(await stack.enter_async_context(http))))
        async with committed_sessions() as session:
            world = await a_world(session, clients[1][1])
        yield Both(clients[0][0], clients[0][1], world, committed_sessions)


class Moment:
    """A time as seen from the present: two that are less than a minute apart are one, on whatever side of a limit."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def __repr__(self) -> str:
        return f"{self.ahead} from now"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and abs(self.ahead - other.ahead) < timedelta(minutes=1)

    __hash__ = None  # type: ignore[assignment]


def plain(value: Any, names: dict[str, str], now: Any) -> Any:
    """A value without what differs between two of the same: ids by the order of their appearance, times from now."""
    if isinstance(value, dict):
        return {key: plain(one, names, now) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one, names, now) for one in value]
    if not isinstance(value, str):
        return value
    if UUID.fullmatch(value):
        return names.setdefault(value, f"id {len(names)}")
    try:
        return Moment(datetime.fromisoformat(value) - now)
    except (ValueError, TypeError):
        return value
