"""Activities for tests, and a way to let time pass over them."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import worker
from app.activities.models import SignUp, Slot
from app.kit import db
from app.kit.clock import CHINA
from app.kit.events import Event
from app.settings import Settings
from tests.client import Client
from tests.clock import move_clock
from tests.demands.world import COMMUNITY, World, ok

Body = dict[str, Any]
TODAY = datetime.now(CHINA)
"""Read once, so that a test that meets midnight, or moves the clock, still means the same evening."""
STREETS = ("金澜北路", "季华路", "岭南大道", "印象城", "东建世纪广场")
PEOPLE = ("filer", "stranger", "member", "second", "far", "desk", "district_desk", "observer", "admin", "liaison")


def evening(days: int = 2) -> datetime:
    """Seven in the evening in China, so many days from today."""
    return TODAY.replace(hour=19, minute=0, second=0, microsecond=0) + timedelta(days=days)


def times(starts_at: datetime, hours: float = 2) -> Body:
    """A shift from then on, as the API takes it."""
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=hours)).isoformat()}


def patrol(**changes: Any) -> Body:
    """Tidying bicycles for an evening, with room for two."""
    capacity = changes.pop("capacity", 2)
    at = changes.pop("at", None) or evening()
    usual = {
        "kind": "volunteering",
        "title": "共享单车整治志愿服务",
        "description": "规范停放共享单车，清理占道车辆。",
        "region_code": COMMUNITY,
        "shifts": [times(at) | {"roles": [{"name": "引导员", "capacity": capacity}]}],
    }
    return usual | changes


@dataclass
class Evenings:
    """The small district with its activities."""

    world: World
    session: AsyncSession
    settings: Settings
    sessions: db.Sessions

    async def published(self, **changes: Any) -> Body:
        """An activity of the desk's, open to whom it is for."""
        made = await ok(self.world.desk.post("/activities", patrol(**changes)), 201)
        return await ok(self.world.desk.post(f"/activities/{made['id']}/publish"))

    async def sign_up(self, who: Client, activity: Body, shift: int = 0, slot: int = 0, **body: Any) -> Body:
        """Somebody signs up for a slot of it."""
        wanted = activity["shifts"][shift]["slots"][slot]["id"]
        return await ok(who.post(f"/slots/{wanted}/sign-ups", body), 201)

    async def roll(self, who: Client, activity: Body, *marks: Body, shift: int = 0) -> list[Body]:
        """Somebody calls the roll of a shift."""
        path = f"/shifts/{activity['shifts'][shift]['id']}/roll-call"
        found: list[Body] = (await ok(who.post(path, {"marks": list(marks)})))["items"]
        return found

    async def seen(self, who: Client, activity: Body) -> Body:
        """The activity as somebody sees it now."""
        return await ok(who.get(f"/activities/{activity['id']}"))

    async def at(self, moment: datetime) -> World:
        """It is a later moment, the worker having worked; everybody signs in again."""
        move_clock(self.settings, moment - datetime.now(UTC))
        while await worker.sweep_all(self.sessions):
            pass
        for name in PEOPLE:
            setattr(self.world, name, await self.world.filer.signed_in(name))
        return self.world

    async def happened(self, activity: Body) -> list[str]:
        """What the log holds of an activity, in order."""
        wanted = select(Event.kind).where(Event.subject == uuid.UUID(activity["id"])).order_by(Event.n)
        return [kind.removeprefix("activity.") for kind in await self.session.scalars(wanted)]

    async def counts_are_right(self) -> bool:
        """Whether every slot says how many places its sign-ups hold."""
        held = ("promoted", "booked", "present", "done", "unmarked", "no_show")
        self.session.expire_all()
        found = list(await self.session.scalars(select(SignUp)))
        slots = list(await self.session.scalars(select(Slot)))
        return all(
            slot.taken == sum(one.slot_id == slot.id and one.state in held and not one.walk_in for one in found)
            for slot in slots
        )
