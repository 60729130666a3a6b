"""Selects of what those who served say, and of the ratings of responses."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.feedback_models import Feedback, ResponseRating


async def feedback(session: AsyncSession, claim_id: uuid.UUID, by: uuid.UUID | None = None) -> Sequence[Feedback]:
    """What those who served on a claim said, oldest first; of one account where it is named."""
    statement = select(Feedback).where(Feedback.claim_id == claim_id).order_by(Feedback.id)
    if by is not None:
        statement = statement.where(Feedback.given_by == by)
    return (await session.scalars(statement)).all()


async def response_rating(session: AsyncSession, claim_id: uuid.UUID) -> ResponseRating | None:
    """What the whistler said of a claim's response."""
    return await session.scalar(select(ResponseRating).where(ResponseRating.claim_id == claim_id))
