"""Taking and Milestone: who builds a project, and what is to stand by when."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.cobuilding.lists.lifecycle import TakingState
from app.kit.db import Base, Code, Id, one_of


class Taking(Base):
    """An organization and a project: from being offered, or taking it on, to what became of it."""

    __tablename__ = "item_takings"
    __table_args__ = (
        one_of("state", TakingState),
        CheckConstraint(
            "(state IN ('declined', 'withdrawn', 'given_up')) = (reason IS NOT NULL)", "not_done_has_reason"
        ),
        CheckConstraint("(state IN ('offered', 'taken')) = (ended_at IS NULL)", "live_has_no_end"),
        # nobody is asked, or takes on, the same twice at a time
        Index(
            "uq_item_takings_live",
            "item_id",
            "organization_id",
            unique=True,
            postgresql_where=text("state IN ('offered', 'taken')"),
        ),
        Index(None, "organization_id", "id"),
        Index(None, "item_id", "id"),
    )

    id: Mapped[Id]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    region_code: Mapped[Code]
    """As its item's, which never changes."""
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organizations.id"))
    state: Mapped[TakingState]
    begun_at: Mapped[datetime]
    """When it was offered, or taken on without being asked."""
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was declined, withdrawn or given up."""


class Milestone(Base):
    """What of a project is to stand by a day, and when it did."""

    __tablename__ = "item_milestones"
    __table_args__ = (
        CheckConstraint("(reached_at IS NULL) = (reached_by IS NULL)", "reached_by_somebody"),
        Index(None, "item_id", "due_on", "id"),
    )

    id: Mapped[Id]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    title: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    reached_at: Mapped[datetime | None]
    reached_by: Mapped[uuid.UUID | None]
    note: Mapped[str | None]
