"""考评细则: make a rubric, publish its next version; what was published is never written again."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.oversight.observations import queries
from app.oversight.observations.events import ObservationEvent
from app.oversight.observations.models import Rubric, RubricVersion
from app.oversight.observations.schemas import CriterionIn, RubricIn, RubricVersionIn
from app.policies import service as policies
from app.policies.observation_rules import ObservationKey
from app.regions import queries as regions
from app.regions.errors import UnknownRegion


async def make(session: AsyncSession, caller: Caller, body: RubricIn) -> Rubric:
    """Make a rubric with its first version; raises `RubricExists`."""
    caller.require(DISPATCHERS, body.region_code)
    if await regions.region(session, body.region_code) is None:
        raise UnknownRegion
    made = Rubric(
        id=new_id(),
        region_code=body.region_code,
        scheme=body.scheme,
        name=body.name,
        made_by=caller.account_id,
        made_at=clock.now(),
    )
    session.add(made)
    await session.flush()  # its version refers to it
    await _publish(session, caller, made, body, 1)
    return made


async def publish(session: AsyncSession, caller: Caller, one: uuid.UUID, body: RubricVersionIn) -> Rubric:
    """Publish the next version; rounds that are open go on by theirs until their desk adopts this one."""
    found = await queries.rubric(session, caller, one, lock=True)
    caller.require(DISPATCHERS, found.region_code)
    newest = (await queries.versions(session, [found.id]))[found.id][0]
    await _publish(session, caller, found, body, newest.number + 1)
    return found


async def _publish(session: AsyncSession, caller: Caller, rubric: Rubric, body: RubricVersionIn, number: int) -> None:
    known = await policies.value(session, ObservationKey.CRITERIA, rubric.region_code)
    version = RubricVersion(
        id=new_id(),
        rubric_id=rubric.id,
        number=number,
        criteria=[_criterion(one, known, f"criteria.{at}.title") for at, one in enumerate(body.criteria)],
        awards=[one.model_dump() for one in body.awards],
        drop_highest=body.drop_highest,
        drop_lowest=body.drop_lowest,
        published_by=caller.account_id,
        published_at=clock.now(),
    )
    session.add(version)
    kind, where = ObservationEvent.RUBRIC_PUBLISHED, rubric.region_code
    events.record(session, kind, subject=rubric.id, region_code=where, actor=caller.account_id, number=number)
    await session.flush()  # of two versions at once, the second is refused here


def _criterion(one: CriterionIn, known: dict[str, str], field: str) -> dict[str, object]:
    """A criterion as the version keeps it; raises `InvalidRequest` for one that nobody has named."""
    title = one.title or known.get(one.code)
    if title is None:
        raise InvalidRequest.field(field, "missing", "请填写项目名称", "the dictionary has no such criterion: name it")
    filled = {"title": title, "weight": one.weight or one.most, "seen": str(one.seen)}
    return {"code": one.code, "most": one.most, **filled}
