"""Which desk is above another, and what climbs there when nobody answers in time."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.dispatching import TOP_DESK_CODE_LENGTH
from app.kit import clock, events
from app.kit.timers import Timer
from app.oversight.appeals import queries
from app.oversight.appeals.events import OversightEvent
from app.oversight.appeals.models import Appeal, Complaint
from app.policies import calendars
from app.policies import service as policies
from app.policies.defaults import Key
from app.policies.rules import Rule
from app.policies.spans import Span, after
from app.regions import queries as regions

ADMINISTRATORS = ""
"""The code of everywhere: whoever holds a grant for it is above every district."""


async def above(session: AsyncSession, region_code: str) -> str:
    """The desk above a desk; above a district's there are only the administrators."""
    parent = await regions.parent_code_of(session, region_code)
    return parent if parent and len(parent) >= TOP_DESK_CODE_LENGTH else ADMINISTRATORS


async def set_clock(
    session: AsyncSession, waiting: Appeal | Complaint, rule: Rule[Span], region_code: str, now: datetime
) -> None:
    """Say by when the desk that has it must answer; it climbs then, unless nobody is above."""
    calendar = await calendars.calendar(session, region_code, now.astimezone(clock.CHINA).date())
    waiting.due_at = after(now, await policies.value(session, rule, region_code), calendar)
    waiting.timer_at = waiting.due_at if waiting.region_code != ADMINISTRATORS else None


async def _climb_appeal(session: AsyncSession, appeal: Appeal, now: datetime) -> None:
    await _climb(session, appeal, OversightEvent.APPEAL_CLIMBED, Key.APPEAL_DUE, now)


async def _climb_complaint(session: AsyncSession, complaint: Complaint, now: datetime) -> None:
    await _climb(session, complaint, OversightEvent.COMPLAINT_CLIMBED, Key.COMPLAINT_DUE, now)


async def _climb(
    session: AsyncSession,
    waiting: Appeal | Complaint,
    kind: OversightEvent,
    rule: Rule[Span],
    now: datetime,
) -> None:
    left = waiting.region_code
    waiting.region_code = await above(session, left)
    await set_clock(session, waiting, rule, left, now)
    events.record(session, kind, subject=waiting.id, region_code=waiting.region_code, actor=None, left=left)


APPEALS = Timer("appeals", queries.due_appeals, Appeal.id, _climb_appeal)
COMPLAINTS = Timer("complaints", queries.due_complaints, Complaint.id, _climb_complaint)
