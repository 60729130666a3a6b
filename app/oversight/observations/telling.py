"""What happened to a round, for the event log."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import events
from app.oversight.observations.events import ObservationEvent
from app.oversight.observations.models import Observation


def tell(
    session: AsyncSession, kind: ObservationEvent, found: Observation, caller: Caller | None, **payload: Any
) -> None:
    """Record that something happened to a round."""
    actor = caller.account_id if caller else None
    events.record(session, kind, subject=found.id, region_code=found.region_code, actor=actor, **payload)
