"""Bodies of what those who served say, and of what the whistler says of a response."""

import uuid
from typing import Annotated

from pydantic import Field

from app.demands.schemas import Tag
from app.kit.schema import Bool, Input, Int, LongText, Output, Time

Stars = Annotated[Int, Field(ge=1, le=5)]


class FeedbackIn(Input):
    """What one who served thinks of the demand and of its community."""

    demand_stars: Stars
    community_stars: Stars
    tags: Annotated[list[Tag], Field(max_length=10)] = []
    comment: LongText | None = None


class FeedbackOut(Output):
    """What one who served said."""

    id: uuid.UUID
    claim_id: uuid.UUID
    demand_stars: int
    community_stars: int
    tags: list[str]
    comment: str | None
    given_at: Time


class ResponseRatingIn(Input):
    """What the whistler thinks of a department's response (评哨)."""

    stars: Stars
    resolved: Bool | None = None
    comment: LongText | None = None


class ResponseRatingOut(Output):
    """What the whistler said of a response."""

    id: uuid.UUID
    claim_id: uuid.UUID
    stars: int
    resolved: bool | None
    comment: str | None
    rated_at: Time
