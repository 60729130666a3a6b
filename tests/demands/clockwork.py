"""The worker and the clock, for tests of what is due."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import worker
from app.access.models import Role
from app.kit import db
from app.kit.events import Event
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.demands.world import SUBDISTRICT, World, ok, staff

SIGNED_IN_AGAIN = ("filer", "member", "second", "desk", "district_desk", "liaison", "other_liaison", "admin")
HOURLY = {"member": "PT0S"} | dict.fromkeys(("branch", "community", "subdistrict", "district"), "PT1H")


@dataclass
class Clockwork:
    """The small district with a worker that works when it is told to."""

    world: World
    session: AsyncSession
    settings: Settings
    sessions: db.Sessions
    street: Client
    """The dispatcher of the subdistrict."""

    async def work(self) -> None:
        """Let the worker do all there is to do; what is done is not done again."""
        await worker.follow(self.sessions)
        while await worker.sweep_all(self.sessions):
            pass
        assert await worker.follow(self.sessions) == 0 or await worker.sweep_all(self.sessions) == 0

    async def at(self, **since_the_beginning: float) -> World:
        """It is so much later than at the beginning, the worker having worked; everybody signs in again."""
        move_clock(self.settings, timedelta(**since_the_beginning))
        await self.work()
        for name in SIGNED_IN_AGAIN:
            setattr(self.world, name, await self.world.filer.signed_in(name))
        self.street = await self.world.filer.signed_in("street")
        return self.world

    async def rule(self, key: str, value: Any, region: str = SUBDISTRICT, since: str = "2026-01-01") -> None:
        """Set a rule."""
        await ok(self.world.admin.put(f"/policies/{key}", {"region_code": region, "value": value, "from": since}))

    async def told(self, demand: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
        """The payloads of some events of a demand, in the order of the log."""
        found = select(Event.kind, Event.payload).where(Event.subject == uuid.UUID(demand["id"]), Event.kind.in_(kinds))
        return [{"kind": row.kind} | row.payload for row in await self.session.execute(found.order_by(Event.n))]

    async def kinds(self, demand: dict[str, Any], *kinds: str) -> list[str]:
        """What happened, of some kinds, in the order of the log."""
        return [one["kind"] for one in await self.told(demand, *kinds)]


async def a_clockwork(world: World, session: AsyncSession, settings: Settings, sessions: db.Sessions) -> Clockwork:
    """The district's worker, with a desk in the subdistrict and an hour between the steps of the ladder."""
    await staff(session, "street", Role.DISPATCHER, SUBDISTRICT)
    await session.commit()
    clockwork = Clockwork(world, session, settings, sessions, await world.filer.signed_in("street"))
    await clockwork.rule("overdue_ladder", HOURLY)
    await clockwork.rule("due_windows", {"repair": "PT1H"})
    await clockwork.work()
    return clockwork


async def account_ids(*people: Client) -> Sequence[str]:
    """Their accounts, in the order in which events name them."""
    return sorted([(await ok(one.get("/me")))["id"] for one in people])
