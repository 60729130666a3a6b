"""What the worker does with the event log, at a word; and what stands in somebody's inbox."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.events import Event
from app.notifications import following
from tests.client import Client
from tests.demands.world import ok

Item = dict[str, Any]
REASON = {"reason": "原因如此"}


class Post:
    """The follower, given everything since its last round."""

    def __init__(self, session: AsyncSession) -> None:
        self.session, self.n = session, 0

    async def round(self, *, again: bool = False) -> None:
        """Carry what is new; `again`, the last letters once more."""
        events = (await self.session.scalars(select(Event).where(Event.n > self.n).order_by(Event.n))).all()
        await following.tell(self.session, events)
        await self.session.commit()
        self.session.expunge_all()  # what was read is old by the next round
        if events and not again:
            self.n = events[-1].n


async def inbox(who: Client, **wanted: object) -> list[Item]:
    """Somebody's messages, newest first."""
    found: list[Item] = (await ok(who.get("/notifications", limit="100", **wanted)))["items"]
    return found


async def kinds(who: Client, **wanted: object) -> list[str]:
    """What kinds of messages somebody has, oldest first."""
    return [item["kind"] for item in reversed(await inbox(who, **wanted))]


async def unread(who: Client) -> int:
    """How many messages somebody has not read."""
    count: int = (await ok(who.get("/notifications/counts")))["unread"]
    return count
