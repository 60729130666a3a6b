"""Reading names on a roster is on record: a desk must tell its members apart, and must answer for looking."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import events
from app.members.events import MemberEvent


def note(session: AsyncSession, caller: Caller, region_code: str, count: int, **how: Any) -> None:
    """Put on record that somebody was shown `count` members by their full names; none is nothing."""
    if count:
        subject = actor = caller.account_id
        kind = MemberEvent.LOOKED_UP
        events.record(session, kind, subject=subject, region_code=region_code, actor=actor, count=count, **how)
