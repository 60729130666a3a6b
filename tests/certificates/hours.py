"""Words of the tests: somebody served, and asks for a sheet of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.kit.db import new_id
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.models import Entry, HolderKind, Provenance, Unit
from app.members.models import Member
from tests.client import ANSWER, Client
from tests.demands.world import COMMUNITY, World, claimed, ok, opened

Body = dict[str, Any]
SINCE = "2026-01-01"


def until(days: int = 0) -> str:
    """A day, counted from today in China."""
    return (clock.today() + timedelta(days=days)).isoformat()


async def served(world: World, minutes: int = 90) -> str:
    """The member's service of a demand, confirmed by the desk; its claim."""
    claim = await claimed(world.member, await opened(world, category="repair"))
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": minutes}))
    await ok(world.desk.post(f"/claims/{claim['id']}/confirm"))
    return str(claim["id"])


async def booked(
    session: AsyncSession, who: Member | uuid.UUID, minutes: int = 60, served_at: datetime | None = None
) -> Source:
    """Minutes that a clock measured at an activity, of a member or of a resident's account."""
    source = Source("activity", new_id())
    if isinstance(who, uuid.UUID):
        holder = Holder(HolderKind.ACCOUNT, who, None)
    else:
        holder = Holder(HolderKind.MEMBER, who.id, who.organization_id)
    await booking.book_minutes(
        session,
        source,
        [holder],
        minutes=minutes,
        provenance=Provenance.MEASURED,
        region_code=COMMUNITY,
        served_at=served_at or clock.now(),
        booked_by=None,
    )
    return source


async def taken_back(session: AsyncSession, source: Source) -> None:
    """What was booked is reversed."""
    await booking.reverse(session, source, Unit.MINUTES, booked_by=None)
    await session.flush()


async def source_of(session: AsyncSession) -> Source:
    """What the newest entry is for."""
    newest = (await session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    return Source(newest.source_kind, newest.source_id)


async def asked(who: Client, **more: Any) -> ANSWER:
    """The answer to who asks for a certificate of this year."""
    return await who.post("/certificates", {"since": SINCE, "until": until(), **more})


async def certificate(who: Client, **more: Any) -> Body:
    """A certificate of this year."""
    answer = await asked(who, **more)
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found
