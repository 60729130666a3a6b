"""What happens by itself: a round whose time is over calls its desk, an undertaking is called to mind."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.timers import Timer
from app.oversight.observations import following_up, queries
from app.oversight.observations.events import ObservationEvent, UndertakingEvent
from app.oversight.observations.models import Observation, Observed, Undertaking
from app.oversight.observations.telling import tell


async def _call_the_desk(session: AsyncSession, found: Observation, _: datetime) -> None:
    found.timer_at = None
    tell(session, ObservationEvent.DUE, found, None)


async def _remind(session: AsyncSession, made: Undertaking, _: datetime) -> None:
    made.timer_at = None
    observed = await session.get_one(Observed, made.observed_id)
    observation = await session.get_one(Observation, observed.observation_id)
    following_up.record(session, UndertakingEvent.DUE, made, observation, None)


OBSERVATIONS = Timer("observations", queries.due_observations, Observation.id, _call_the_desk)
UNDERTAKINGS = Timer("undertakings", queries.due_undertakings, Undertaking.id, _remind)
