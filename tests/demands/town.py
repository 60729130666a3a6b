"""The small district for stories that are told step by step, by a test that is not asynchronous itself."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import httpx2
import jwt
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction, async_sessionmaker

from app.access import tokens
from app.demands import timing
from app.kit import db
from app.kit.timers import sweep
from app.main import create_app
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.conftest import KEYRING
from tests.demands.world import World, a_world, an_account, in_hours, signed_in

WINDOWS = {"none": None, "early": (700, 702), "late": (701, 703)}
"""When a plan says that something is done, in hours after the beginning."""
LOOK = """
SELECT d.id::text, d.state, d.round, d.claimed, d.slots, d.result, d.dissatisfied,
       d.timer_at IS NOT NULL OR d.needs_desk IS NOT NULL AS is_awake,
       (SELECT coalesce(sum(places), 0) FROM claims c WHERE c.demand_id = d.id AND c.round = d.round AND
        (c.state IN ('accepted', 'arrived') OR c.state IN ('completed', 'confirmed') AND outcome = 'done')) AS held
FROM demands d ORDER BY d.id
"""
CLAIMS = """
SELECT c.id::text, c.demand_id::text, c.claimant_id::text, c.round, c.state,
       (SELECT count(*) FROM services s JOIN ledger_entries l ON l.source_id = s.id
        WHERE s.claim_id = c.id AND l.unit = 'points') AS awards,
       (SELECT count(*) FROM engagements e WHERE e.source_id = c.id AND e.live) AS bookings
FROM claims c ORDER BY c.id
"""
TWICE = """
SELECT count(*) FROM engagements a JOIN engagements b
ON a.person_id = b.person_id AND a.id < b.id AND a.during && b.during WHERE a.live AND b.live
"""


class Town:
    """The small district in a transaction, for a test that is not asynchronous itself."""

    def __init__(self, runner: asyncio.Runner, chosen: Settings) -> None:
        self.runner, self.settings = runner, chosen
        self.people: dict[str, Client] = {}
        self.members: list[str] = []

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for something asynchronous."""
        return self.runner.run(work)

    async def open(self) -> None:
        """Make the district, once for all stories."""
        self.engine = db.connect(str(self.settings.database_url), pool_size=1, keyring=KEYRING)
        self.connection: AsyncConnection = await self.engine.connect()
        self.outer: AsyncTransaction = await self.connection.begin()
        self.sessions: db.Sessions = async_sessionmaker(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.application: FastAPI = create_app(self.settings, self.sessions)
        self.lifespan = self.application.router.lifespan_context(self.application)
        await self.lifespan.__aenter__()
        transport = httpx2.ASGITransport(self.application)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://yihu.test")
        async with self.sessions() as session:
            world: World = await a_world(session, Client(self.http))
            members = world.members[:4]
            third, fourth = [
                await signed_in(session, world.filer, await an_account(session, one.name, member=one))
                for one in members[2:]
            ]
            await session.commit()
        self.members = [str(one.id) for one in members]
        crowd = [world.member, world.second, third, fourth]
        self.people = {"filer": world.filer, "desk": world.district_desk}
        self.people |= {str(number): one for number, one in enumerate(crowd)}

    async def close(self) -> None:
        """Leave nothing."""
        await self.http.aclose()
        await self.lifespan.__aexit__(None, None, None)
        await self.outer.rollback()
        await self.connection.close()
        await self.engine.dispose()

    async def begin(self) -> None:
        """A story begins at the beginning."""
        self.story = await self.connection.begin_nested()
        await self.wait(0)
        self.windows = {
            name: {"starts_at": in_hours(hours[0]), "ends_at": in_hours(hours[1])} if hours else {}
            for name, hours in WINDOWS.items()
        }

    async def wait(self, hours: int) -> None:
        """It is so many hours after the beginning, and the worker has swept."""
        move_clock(self.settings, timedelta(hours=hours))
        self.people = {name: self._again(one) for name, one in self.people.items()}
        while await sweep(self.sessions, timing.DEMANDS):
            pass

    @staticmethod
    def _again(one: Client) -> Client:
        said = jwt.decode(str(one.token), options={"verify_signature": False})
        return one.as_(tokens.access_token(KEYRING, said["sub"], said["sid"]))

    async def post(self, who: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """What somebody was answered; None where they were refused."""
        answer = await self.people[who].post(path, body)
        assert answer.status_code < 500, answer.text
        return answer.json() if answer.status_code < 300 else None

    async def look(self, statement: str) -> list[dict[str, Any]]:
        """Rows as they are now."""
        return [dict(row) for row in (await self.connection.execute(text(statement))).mappings()]
