"""亮点: write down what is worth copying, and who copied it."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import Forbidden
from app.oversight.observations import following_up, queries
from app.oversight.observations.events import ObservationEvent
from app.oversight.observations.following_schemas import CopiedIn, HighlightIn
from app.oversight.observations.lifecycle import ObservationAction
from app.oversight.observations.models import Copied, Highlight
from app.oversight.observations.telling import tell
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


async def highlight(session: AsyncSession, caller: Caller, one: uuid.UUID, body: HighlightIn) -> Highlight:
    """Show the district what an object does well."""
    found, observation = await following_up.at(session, caller, one, ObservationAction.HIGHLIGHT)
    made = Highlight(
        id=new_id(),
        observed_id=found.id,
        region_code=observation.region_code,
        title=body.title,
        text=body.text,
        made_by=caller.account_id,
        made_at=clock.now(),
    )
    session.add(made)
    tell(session, ObservationEvent.HIGHLIGHTED, observation, caller, highlight_id=made.id)
    await session.flush()  # it is shown as the database has it
    return made


async def copy(session: AsyncSession, caller: Caller, one: uuid.UUID, body: CopiedIn) -> Highlight:
    """Say where a highlight was copied: in a region of one's desk, or by one's unit; raises `AlreadyCopied`."""
    found = await queries.highlight(session, caller, one)
    if body.region_code is not None:
        caller.require(DISPATCHERS, body.region_code)
        if await regions.region(session, body.region_code) is None:
            raise UnknownRegion
    elif body.organization_id not in caller.organization_ids:
        raise Forbidden
    made = {"id": new_id(), "made_by": caller.account_id, "made_at": clock.now()}
    session.add(Copied(highlight_id=found.id, **body.model_dump(), **made))
    kind, where = ObservationEvent.COPIED, found.region_code
    events.record(session, kind, subject=found.id, region_code=where, actor=caller.account_id)
    await session.flush()  # of two at once, the second is refused here
    return found
