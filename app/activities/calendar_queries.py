"""The selects of calendar feeds."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.activities import queries
from app.activities.models import Activity, CalendarLink, Shift, SignUp, Slot, Spot
from app.demands.models import Audience
from app.regions.queries import under

MOST = 500


async def put_link(session: AsyncSession, account_id: uuid.UUID, token_hash: bytes, now: datetime) -> None:
    """Keep the hash of an account's newest link."""
    said = {"token_hash": token_hash, "made_at": now}
    written = insert(CalendarLink).values(account_id=account_id, **said)
    await session.execute(written.on_conflict_do_update(index_elements=["account_id"], set_=said))


async def link_of(session: AsyncSession, token_hash: bytes) -> CalendarLink | None:
    """The link with this hash."""
    return await session.scalar(select(CalendarLink).where(CalendarLink.token_hash == token_hash))


async def open_to_residents(
    session: AsyncSession, region_code: str, since: datetime
) -> Sequence[tuple[Activity, Shift]]:
    """The shifts of published activities for residents in a region, in order."""
    wanted = (
        select(Activity, Shift)
        .join(Shift, Shift.activity_id == Activity.id)
        .where(
            Activity.published_at.is_not(None),
            Activity.audience.in_([Audience.RESIDENTS, Audience.ALL]),
            under(Activity.region_code, [region_code]),
            Shift.starts_at >= since,
        )
    )
    rows = await session.execute(wanted.order_by(Shift.starts_at, Shift.id).limit(MOST))
    return [(row[0], row[1]) for row in rows]


async def signed_up(
    session: AsyncSession, ids: Collection[uuid.UUID], since: datetime
) -> Sequence[tuple[SignUp, Activity, Shift, str | None]]:
    """What somebody signed up for, in order; of several sign-ups for one shift, the last."""
    wanted = (
        select(SignUp, Activity, Shift, func.coalesce(Spot.address, Spot.name))
        .join(Shift, Shift.id == SignUp.shift_id)
        .join(Activity, Activity.id == Shift.activity_id)
        .outerjoin(Slot, Slot.id == SignUp.slot_id)
        .outerjoin(Spot, Spot.id == Slot.spot_id)
        .where(SignUp.person_id.in_(ids), Shift.starts_at >= since)
    )
    rows = await session.execute(wanted.order_by(Shift.starts_at, Shift.id, SignUp.n).limit(MOST))
    newest = {row[2].id: (row[0], row[1], row[2], row[3]) for row in rows}
    return list(newest.values())


async def spot_names(session: AsyncSession, activity_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of all spots of some activities, each as one text."""
    found: dict[uuid.UUID, list[str]] = {}
    for spot in await queries.spots(session, activity_ids):
        found.setdefault(spot.activity_id, []).append(spot.name)
    return {activity_id: "、".join(names) for activity_id, names in found.items()}
