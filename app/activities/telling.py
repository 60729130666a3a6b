"""What happens to an activity is written to the event log in one form."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.activities.events import ActivityEvent
from app.activities.models import Activity, Shift, SignUp
from app.kit import events
from app.kit.events import Event


def tell(session: AsyncSession, activity: Activity, kind: ActivityEvent, caller: Caller | None, **more: Any) -> None:
    """Something happened to an activity, by the caller or, with none, by the clock."""
    actor = caller.account_id if caller else None
    events.record(session, kind, subject=activity.id, region_code=activity.region_code, actor=actor, **more)


def tell_shift(
    session: AsyncSession, activity: Activity, shift: Shift, kind: ActivityEvent, caller: Caller | None, **more: Any
) -> None:
    """Something happened to one of its shifts."""
    tell(session, activity, kind, caller, shift_id=shift.id, **more)


def tell_sign_up(
    session: AsyncSession,
    activity: Activity,
    sign_up: SignUp,
    kind: ActivityEvent,
    caller: Caller | None,
    **more: Any,
) -> None:
    """Something happened to somebody's sign-up."""
    session.add(told_of(activity, sign_up, kind, caller, **more))


def told_of(activity: Activity, sign_up: SignUp, kind: ActivityEvent, caller: Caller | None, **more: Any) -> Event:
    """That something happened to somebody's sign-up, not written yet."""
    actor = caller.account_id if caller else None
    named = {"shift_id": sign_up.shift_id, "sign_up_id": sign_up.id, **more}
    return events.event(kind, subject=activity.id, region_code=activity.region_code, actor=actor, **named)
