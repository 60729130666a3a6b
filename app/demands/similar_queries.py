"""The select of similar demands: each two letters of a title, with the community in front, in one GIN index."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, any_, cast, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.content.models import File, FileKind
from app.demands.lifecycle import ENDS, Kind, State
from app.demands.matching_schemas import SimilarWanted
from app.demands.models import Demand

AT_MOST = 10
"""More than a person compares before they file anyway."""


def like(region_code: str, title: str, since: datetime, at_least: int) -> Select[Demand, int, bool]:
    """Requests of a community with their likeness to a title and whether they have a photo, the most alike first.

    They are under way, or were closed after `since`. A likeness is the share of letter pairs that two titles have in
    common, in percent (Dice).
    """
    asked = select(func.demand_tokens(region_code, title).label("tokens")).cte("asked")
    wanted: ColumnElement[Any] = cast(select(asked.c.tokens).scalar_subquery(), ARRAY(Text()))
    token = func.unnest(Demand.tokens).column_valued("token")
    common = func.count() * 200 // func.nullif(func.cardinality(Demand.tokens) + func.cardinality(wanted), 0)
    likeness = select(common.label("percent")).where(token == any_(wanted)).lateral("likeness")
    has_photo = exists().where(File.subject_id == Demand.id, File.kind == FileKind.PHOTO)
    return (
        select(Demand, likeness.c.percent, has_photo)
        .join(likeness, true())
        .where(
            Demand.tokens.overlap(wanted),
            Demand.kind == Kind.REQUEST,  # a wish is somebody's own, a post or a call is not filed twice
            or_(Demand.state.not_in(ENDS), (Demand.state == State.CLOSED) & (Demand.closed_at > since)),
            likeness.c.percent >= at_least,
        )
        .order_by(likeness.c.percent.desc(), Demand.id.desc())
        .limit(AT_MOST)
    )


async def similar(
    session: AsyncSession, wanted: SimilarWanted, since: datetime, at_least: int
) -> Sequence[Row[Demand, int, bool]]:
    """The requests most like what somebody is about to file."""
    return (await session.execute(like(wanted.region_code, wanted.title, since, at_least))).all()
