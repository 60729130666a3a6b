"""Scans as a phone sends them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.activities.models import SignUp
from app.checkins.events import ScanEvent
from app.checkins.scan_models import Scan, ScanAction, ScanOutcome, ScanReason
from app.kit import clock, events
from app.kit.db import new_id
from app.ledger.models import HolderKind
from tests.activities.evenings import Evenings, evening
from tests.checkins.places import a_place
from tests.client import Client
from tests.demands.world import COMMUNITY, World, ok

Body = dict[str, Any]
NUMBERS = itertools.count(10_000_000)


def a_scan(code: str, **said: Any) -> Body:
    """One scan, of now unless something else is said, under a nonce of its own."""
    return {"nonce": f"n{next(NUMBERS)}", "code": code, "scanned_at": clock.now().isoformat(), **said}


async def send(who: Client, *scans: Body, device: str = "phone-0001") -> list[Body]:
    """What a phone is answered to a batch."""
    found: list[Body] = (await ok(who.post("/scans", {"device": device, "scans": list(scans)})))["items"]
    return found


async def scanned(who: Client, code: str, *, device: str = "phone-0001", **said: Any) -> tuple[str, str | None]:
    """Outcome and reason of one scan."""
    (one,) = await send(who, a_scan(code, **said), device=device)
    return one["outcome"], one["reason"]


async def held_scan(session: AsyncSession, world: World, number: int = 1) -> str:
    """A member of ours has scanned to report in, from too far away, which waits; its id."""
    member, now = world.members[number - 1], clock.now()
    scanned_by = await session.scalar(select(Account.id).where(Account.member_id == world.members[0].id))
    made = Scan(
        id=new_id(),
        device=f"phone-{number:04}",
        nonce=f"n{next(NUMBERS)}",
        scanned_by=scanned_by or new_id(),
        region_code=COMMUNITY,
        action=ScanAction.ENROLL,
        person_kind=HolderKind.MEMBER,
        person_id=member.id,
        offline=False,
        claimed_at=now,
        received_at=now,
        outcome=ScanOutcome.PENDING,
        reason=ScanReason.OUT_OF_RANGE,
        flags=[],
    )
    session.add(made)
    events.record(session, ScanEvent.HELD, subject=made.id, region_code=COMMUNITY, actor=made.scanned_by)
    await session.commit()
    return str(made.id)


@dataclass
class Street:
    """An evening with a place code that hangs there."""

    evenings: Evenings
    activity: Body = field(default_factory=dict)
    place: Body = field(default_factory=dict)

    async def hang(self, purpose: str = "attend", **said: Any) -> str:
        """A code that hangs in our community."""
        self.place = await a_place(self.evenings.world.desk, purpose=purpose, **said)
        code: str = self.place["code"]
        return code

    async def begins(self, minutes: float = 5, **activity: Any) -> str:
        """An activity is published, the code hangs, and so many minutes of it have passed."""
        code = await self.hang()
        self.activity = await self.evenings.published(**activity)
        await self.at(evening() + timedelta(minutes=minutes))
        return code

    async def at(self, moment: datetime) -> None:
        await self.evenings.at(moment)

    @property
    def shift_id(self) -> str:
        shift_id: str = self.activity["shifts"][0]["id"]
        return shift_id

    async def roll(self) -> list[Body]:
        """Everybody on the roll, as the desk sees it."""
        listed: list[Body] = (await ok(self.evenings.world.desk.get(f"/shifts/{self.shift_id}/sign-ups")))["items"]
        return listed

    async def sign_ups(self) -> Sequence[SignUp]:
        """Everybody on the roll, as it is kept."""
        self.evenings.session.expire_all()
        return (await self.evenings.session.scalars(select(SignUp).order_by(SignUp.n))).all()
