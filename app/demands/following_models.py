"""Join and Merge: whose concern a demand is besides its filer's, and what was merged into what."""

import uuid
from datetime import datetime

from sqlalchemy import UUID, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.demands.lifecycle import ENDS, State
from app.demands.models import listed
from app.kit.db import Base, Id


class Join(Base):
    """Somebody who wants the same ("me too"), once a person."""

    __tablename__ = "joins"

    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]


class Merge(Base):
    """One merging of a demand into another, with what undoing it must bring back."""

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint(f"state NOT IN ({listed(ENDS)})", "was_under_way"),
        CheckConstraint("demand_id <> into_id", "into_another"),
        Index(
            "uq_merges_standing", "demand_id", unique=True, postgresql_where=text("undone_at IS NULL")
        ),  # a demand is merged into one other at a time
    )

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    into_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    merged_by: Mapped[uuid.UUID]
    merged_at: Mapped[datetime]
    state: Mapped[State]
    """Where the demand stood."""
    moved_at: Mapped[datetime]
    """From when its clocks ran."""
    released: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID))
    """The claims that the merging let go."""
    undone_by: Mapped[uuid.UUID | None]
    undone_at: Mapped[datetime | None]
