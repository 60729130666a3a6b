"""Every select of the inbox; whose it is stands in each of them."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.caller import Caller
from app.demands import queries as demands
from app.demands.events import DemandEvent
from app.demands.lifecycle import ClaimState
from app.demands.models import Claim, Demand
from app.kit.db import new_id
from app.kit.errors import NotFound
from app.kit.events import Event
from app.kit.pagination import page
from app.notifications.hearing import CALLS_OF_A_CLAIM, CALLS_OF_A_DESK
from app.notifications.models import Mute, Notification, NotificationGroup, NotificationKind, SubjectKind
from app.notifications.schemas import NotificationFilter

UNREAD = Notification.read_at.is_(None)
OLD_AT_ONCE = 10_000
"""Rows a deletion takes, so that none outlasts the statement timeout."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be written, for one or more alike events."""

    account_id: uuid.UUID
    kind: NotificationKind
    subject_kind: SubjectKind
    subject_id: uuid.UUID
    demand_id: uuid.UUID | None
    n: int
    at: datetime
    times: int = 1

    @property
    def alike(self) -> tuple[uuid.UUID, str, uuid.UUID]:
        """What two messages share that are one row while it is unread."""
        return self.account_id, self.kind, self.subject_id

    def after(self, earlier: "Message") -> "Message":
        """This one, standing for an earlier one as well."""
        return replace(self, times=self.times + earlier.times)


TYPES: dict[str, Any] = {
    "id": Uuid(),
    "account_id": Uuid(),
    "kind": Text(),
    "subject_kind": Text(),
    "subject_id": Uuid(),
    "demand_id": Uuid(),
    "n": BigInteger(),
    "at": DateTime(timezone=True),
    "times": Integer(),
}
"""The columns of a new message."""


def among(wanted: Any, ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """One array, since a statement takes 32,767 parameters at most."""
    which: ColumnElement[bool] = wanted == any_(literal(list(ids), ARRAY(Uuid)))
    return which


async def write(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Put messages into inboxes: an unread one of the same kind and subject is refreshed instead.

    What an account was told already, or something newer of the same kind and subject, is not told again.
    """
    values = {name: [getattr(message, name) for message in messages] for name in TYPES if name != "id"}
    values["id"] = [new_id() for _ in messages]
    arrays: list[Any] = [literal(values[name], ARRAY(kind)) for name, kind in TYPES.items()]
    new = func.unnest(*arrays).table_valued(*(column(name, kind) for name, kind in TYPES.items())).render_derived()
    told = aliased(Notification)
    same = and_(told.kind == new.c.kind, told.subject_id == new.c.subject_id)
    known = exists().where(told.account_id == new.c.account_id, told.n >= new.c.n, or_(told.n == new.c.n, same))
    written = insert(Notification).from_select(list(TYPES), select(*new.c).where(~known))
    fresh = written.excluded
    await session.execute(
        written.on_conflict_do_update(
            index_elements=["account_id", "kind", "subject_id"],
            index_where=UNREAD,
            set_={"n": fresh.n, "at": fresh.at, "times": Notification.times + fresh.times},
        )
    )


async def drop_answered_calls(session: AsyncSession, demand_ids: Collection[uuid.UUID]) -> None:
    """Take unread calls about some demands away where nobody needs to answer them any more."""
    theirs = and_(UNREAD, among(Notification.demand_id, demand_ids))
    asks = and_(Demand.id == Notification.demand_id, Event.n == Notification.n)
    proposed = Event.kind == DemandEvent.PROPOSED
    its_own = and_(~proposed, or_(Demand.needs_desk.is_(None), Demand.awaits_approval))
    handled = and_(asks, or_(its_own, and_(proposed, ~Demand.awaits_approval)))
    await session.execute(delete(Notification).where(theirs, Notification.kind.in_(CALLS_OF_A_DESK), handled))
    answered = and_(Claim.id == Notification.subject_id, Claim.state != ClaimState.OFFERED)
    await session.execute(delete(Notification).where(theirs, Notification.kind.in_(CALLS_OF_A_CLAIM), answered))


async def drop_calls_of_earlier_desks(session: AsyncSession, demand_id: uuid.UUID, before: int) -> None:
    """Take unread calls to the desks that had a demand before it moved, at the event `before`."""
    calls = and_(Notification.kind.in_(CALLS_OF_A_DESK), Notification.n < before)
    await session.execute(delete(Notification).where(UNREAD, Notification.demand_id == demand_id, calls))


async def muted(
    session: AsyncSession, account_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, frozenset[NotificationGroup]]:
    """What some accounts do not want to be told."""
    rows = await session.execute(select(Mute.account_id, Mute.muted).where(among(Mute.account_id, account_ids)))
    found: dict[uuid.UUID, frozenset[NotificationGroup]] = {}
    for account_id, group in rows:
        found[account_id] = found.get(account_id, frozenset()) | {group}
    return found


async def inbox(
    session: AsyncSession, caller: Caller, wanted: NotificationFilter
) -> tuple[list[tuple[Notification, Event]], str | None]:
    """One page of the caller's messages with the newest event of each, newest first."""
    statement = select(Notification, Event).join(Event, Event.n == Notification.n)
    statement = statement.where(Notification.account_id == caller.account_id)
    if wanted.unread is not None:
        statement = statement.where(UNREAD if wanted.unread else ~UNREAD)
    if wanted.kind is not None:
        statement = statement.where(Notification.kind == wanted.kind)
    rows, cursor = await page(session, statement, [Notification.n], wanted, descending=True)
    return [(row[0], row[1]) for row in rows], cursor


async def unread(session: AsyncSession, caller: Caller) -> dict[NotificationKind, int]:
    """How many unread messages of each kind the caller has."""
    counted = select(Notification.kind, func.count()).where(Notification.account_id == caller.account_id, UNREAD)
    rows = await session.execute(counted.group_by(Notification.kind))
    return {row[0]: row[1] for row in rows}


async def mark_read(session: AsyncSession, caller: Caller, notification_id: uuid.UUID, at: datetime) -> None:
    """Mark one of the caller's messages as read; the first time counts. Raises `NotFound` for any other."""
    mine = and_(Notification.id == notification_id, Notification.account_id == caller.account_id)
    marked = update(Notification).where(mine).values(read_at=func.coalesce(Notification.read_at, at))
    if await session.scalar(marked.returning(Notification.id)) is None:
        raise NotFound


async def mark_all_read(session: AsyncSession, caller: Caller, until: datetime, at: datetime) -> None:
    """Mark the caller's messages of up to a moment as read."""
    shown = until + timedelta(milliseconds=1)  # answers cut a moment to its millisecond, and `until` is one of them
    mine = and_(Notification.account_id == caller.account_id, UNREAD, Notification.at < shown)
    await session.execute(update(Notification).where(mine).values(read_at=at))


async def visible_demands(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Demand]:
    """Those of some demands that the caller may see now."""
    found = await session.scalars(select(Demand).where(among(Demand.id, ids), demands.visible_to(caller)))
    return {demand.id: demand for demand in found}


async def visible_claims(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Claim]:
    """Those of some claims that the caller may see now."""
    joined = select(Claim).join(Demand, Demand.id == Claim.demand_id)
    found = await session.scalars(joined.where(among(Claim.id, ids), demands.visible_claims(caller)))
    return {claim.id: claim for claim in found}


async def mutes(session: AsyncSession, caller: Caller) -> Sequence[NotificationGroup]:
    """What the caller does not want to be told."""
    return (await session.scalars(select(Mute.muted).where(Mute.account_id == caller.account_id))).all()


async def set_mutes(session: AsyncSession, caller: Caller, groups: Collection[NotificationGroup]) -> None:
    """Replace what the caller does not want to be told."""
    await session.execute(delete(Mute).where(Mute.account_id == caller.account_id, Mute.muted.not_in(groups)))
    for group in groups:
        row = {"account_id": caller.account_id, "muted": group}
        await session.execute(insert(Mute).values(row).on_conflict_do_nothing())


async def forget(session: AsyncSession, *, read_before: datetime, made_before: datetime) -> int:
    """Remove messages that were read before one moment or made before another; how many, a portion at a time."""
    old = or_(
        and_(Notification.at < read_before, Notification.read_at < read_before),
        Notification.at < made_before,
    )
    some = select(Notification.id).where(old).limit(OLD_AT_ONCE)
    gone = await session.scalars(delete(Notification).where(Notification.id.in_(some)).returning(Notification.id))
    return len(gone.all())
