"""Feedback and ResponseRating: what those who served say, and what the whistler says of a response."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import PERSONAL, Base, Id
from app.kit.sealing import Sealed


class Feedback(Base):
    """What one who served says of the demand and of its community, once; the filer never reads it."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("claim_id", "given_by"),
        CheckConstraint("demand_stars BETWEEN 1 AND 5", "demand_stars_1_to_5"),
        CheckConstraint("community_stars BETWEEN 1 AND 5", "community_stars_1_to_5"),
    )

    id: Mapped[Id]
    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"))
    demand_stars: Mapped[int]
    community_stars: Mapped[int]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    comment: Mapped[str | None] = mapped_column(Sealed("feedback.comment"), info=PERSONAL)
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    given_at: Mapped[datetime]


class ResponseRating(Base):
    """What the whistler says of a department's response (评哨), once a claim; a claim is of one round."""

    __tablename__ = "response_ratings"
    __table_args__ = (UniqueConstraint("claim_id"), CheckConstraint("stars BETWEEN 1 AND 5", "stars_1_to_5"))

    id: Mapped[Id]
    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"))
    stars: Mapped[int]
    resolved: Mapped[bool | None]
    comment: Mapped[str | None] = mapped_column(Sealed("response_ratings.comment"), info=PERSONAL)
    rated_by: Mapped[uuid.UUID]
    rated_at: Mapped[datetime]
