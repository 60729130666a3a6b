"""Read one's own inbox: list, count, mark, mute."""

import uuid
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import clock
from app.kit.pagination import Page
from app.notifications import presenting, queries
from app.notifications.hearing import GROUPS
from app.notifications.models import MUTABLE, NotificationGroup
from app.notifications.schemas import NotificationFilter, NotificationOut, QuietIn, QuietOut, ReadAllIn, UnreadOut


async def notifications(session: AsyncSession, caller: Caller, wanted: NotificationFilter) -> Page[NotificationOut]:
    """One page of the caller's messages, newest first."""
    found, cursor = await queries.inbox(session, caller, wanted)
    return Page(items=await presenting.notifications_out(session, caller, found), next_cursor=cursor)


async def counts(session: AsyncSession, caller: Caller) -> UnreadOut:
    """How many of the caller's messages are unread."""
    by_kind = await queries.unread(session, caller)
    by_group = Counter[NotificationGroup]()
    for kind, count in by_kind.items():
        by_group[GROUPS[kind]] += count
    return UnreadOut(unread=by_group.total(), by_kind=by_kind, by_group=by_group)


async def read(session: AsyncSession, caller: Caller, notification_id: uuid.UUID) -> UnreadOut:
    """Mark one message as read; answers what is left."""
    await queries.mark_read(session, caller, notification_id, clock.now())
    return await counts(session, caller)


async def read_all(session: AsyncSession, caller: Caller, body: ReadAllIn) -> UnreadOut:
    """Mark everything up to a moment as read; answers what is left."""
    await queries.mark_all_read(session, caller, body.until, clock.now())
    return await counts(session, caller)


async def quiet(session: AsyncSession, caller: Caller) -> QuietOut:
    """What the caller has muted."""
    return QuietOut(muted=sorted(await queries.mutes(session, caller)), mutable=list(MUTABLE))


async def set_quiet(session: AsyncSession, caller: Caller, body: QuietIn) -> QuietOut:
    """Mute these groups and no others, from the next message on."""
    await queries.set_mutes(session, caller, set(body.muted))
    return await quiet(session, caller)
