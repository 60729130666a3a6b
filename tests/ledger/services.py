"""Services to book, and the people behind them."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Account
from app.kit.db import new_id
from app.kit.events import Event
from app.ledger import booking, standings
from app.ledger.booking import Holder, Source
from app.ledger.events import LedgerEvent
from app.ledger.models import Entry, HolderKind, Provenance, Standing
from app.members.models import Member
from tests import factories
from tests.client import Client

SERVED_AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
RULE = "points_per_service@default"


def a_source() -> Source:
    return Source("service", new_id())


def as_member(member: Member) -> Holder:
    return Holder(HolderKind.MEMBER, member.id, member.organization_id)


async def a_branch_member(session: AsyncSession) -> Member:
    """A member of a branch in a community, all there by themselves."""
    await factories.a_region(session)
    return await factories.a_member(session, await factories.an_organization(session))


async def book(
    session: AsyncSession,
    source: Source,
    *holders: Holder,
    minutes: int = 90,
    provenance: Provenance = Provenance.ENTERED,
    region_code: str = factories.COMMUNITY,
    served_at: datetime = SERVED_AT,
) -> Source:
    """Book minutes with fixed defaults."""
    await booking.book_minutes(
        session,
        source,
        holders,
        minutes=minutes,
        provenance=provenance,
        region_code=region_code,
        served_at=served_at,
        booked_by=None,
    )
    return source


async def award(session: AsyncSession, source: Source, points: int = 10) -> None:
    """Award points with fixed defaults."""
    await booking.award_points(session, source.kind, [source.id], points=points, rule=RULE, booked_by=None)


async def serve(session: AsyncSession, *holders: Holder, points: int = 10, minutes: int = 90) -> Source:
    """A whole service with its minutes and points."""
    source = await book(session, a_source(), *holders, minutes=minutes)
    await award(session, source, points)
    return source


async def entries(session: AsyncSession, source: Source) -> Sequence[Entry]:
    """Everything that was ever written for a source, in order."""
    found = select(Entry).where(Entry.source_kind == source.kind, Entry.source_id == source.id)
    return (await session.scalars(found.order_by(Entry.id))).all()


async def amounts(session: AsyncSession, source: Source) -> list[int]:
    """The amounts of a source's entries, in order."""
    return [entry.amount for entry in await entries(session, source)]


async def count_all(session: AsyncSession, after: int = 0) -> int:
    """Count every event after number `after` into the standings, as the worker does with committed ones."""
    found = select(Event).where(Event.n > after, Event.kind.in_(list(LedgerEvent))).order_by(Event.n)
    events = (await session.scalars(found)).all()
    await standings.count(session, events)
    return events[-1].n if events else after


async def all_standings(session: AsyncSession) -> dict[tuple[str, str, str, str], tuple[int, int, int]]:
    """The summary as a mapping from its keys to points, minutes and count, without rows of nothing."""
    rows = await session.scalars(select(Standing).execution_options(populate_existing=True))
    found = {
        (row.board.value, row.period, row.region_code, row.key): (row.points, row.minutes, row.count) for row in rows
    }
    return {key: sums for key, sums in found.items() if any(sums)}


async def account_id(client: Client, name: str) -> uuid.UUID:
    """The account of a sandbox person."""
    answer = await client.post("/auth/wechat", {"code": f"sandbox:{name}"})
    return uuid.UUID(answer.json()["account"]["id"])


async def sign_in_member(client: Client, session: AsyncSession, member: Member, name: str) -> Client:
    """The sandbox person of that name, who becomes the member."""
    account = await session.get_one(Account, await account_id(client, name))
    account.member_id = member.id
    await session.commit()
    return await client.signed_in(name)
