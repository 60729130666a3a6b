"""Appeals, and complaints and suggestions: each waits for one desk, which has until a day to answer."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed


class AppealKind(StrEnum):
    """What decision is appealed; beside each, what `subject_id` names."""

    REJECTION = "rejection"
    """A rejected demand."""
    MERGE = "merge"
    """A merged demand."""
    CANCELLATION = "cancellation"
    """A cancelled demand."""
    NO_SHOW = "no_show"
    """A claim that was noted as a no-show."""
    EVALUATION = "evaluation"
    """An evaluation."""
    HOURS = "hours"
    """A claim, for the minutes of its latest service."""
    POINTS = "points"
    """An entry of the ledger."""


class AppealState(StrEnum):
    """Where an appeal stands; all but the first are ends."""

    PENDING = "pending"
    UPHELD = "upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ComplaintKind(StrEnum):
    """Whether somebody is dissatisfied or has an idea."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"


class ComplaintState(StrEnum):
    """Whether the desk has answered; who is not content with the answer asks the level above, once."""

    WAITING = "waiting"
    ANSWERED = "answered"


class Appeal(Base):
    """Somebody's objection to a decision; while it is pending the decision has no effect."""

    __tablename__ = "appeals"
    __table_args__ = (
        one_of("subject_kind", AppealKind),
        one_of("state", AppealState),
        CheckConstraint("(state = 'pending') = (ended_at IS NULL)", "pending_has_no_end"),
        CheckConstraint("amount >= 0", "amount_not_negative"),
        Index(
            "uq_appeals_pending",
            "subject_kind",
            "subject_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "region_code", "id", postgresql_where=text("state = 'pending'")),
        Index(None, "filed_by", "id"),
        Index(None, "subject_id"),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    subject_kind: Mapped[AppealKind]
    subject_id: Mapped[uuid.UUID]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    """The demand whose desk decided."""
    source_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The service whose hours or points are appealed."""
    decided_by: Mapped[uuid.UUID | None]
    """Who made the decision, and can therefore not judge it."""
    region_code: Mapped[Code]
    """Whose desk decides: the level above the one that decided; the empty code is the administrators'."""
    reason: Mapped[str] = mapped_column(Sealed("appeals.reason"), info=PERSONAL)
    state: Mapped[AppealState]
    filed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    filed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """By when it is to be decided, at the level that has it now."""
    timer_at: Mapped[datetime | None]
    """When it climbs to the next level; empty where there is none, and once it has ended."""
    answer: Mapped[str | None] = mapped_column(Sealed("appeals.answer"), info=PERSONAL)
    amount: Mapped[int | None]
    """The minutes or points that an upheld appeal gave."""
    ended_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[datetime | None]


class Complaint(Base):
    """What somebody finds wrong or would do better, with the answer of a desk."""

    __tablename__ = "complaints"
    __table_args__ = (
        one_of("kind", ComplaintKind),
        one_of("state", ComplaintState),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", "answered_has_time"),
        Index(None, "region_code", "id"),
        Index(None, "filed_by", "id"),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[ComplaintKind]
    region_code: Mapped[Code]
    """Whose desk answers."""
    demand_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demands.id"), index=True)
    text: Mapped[str] = mapped_column(Sealed("complaints.text"), info=PERSONAL)
    anonymous: Mapped[bool]
    state: Mapped[ComplaintState]
    filed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    filed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    timer_at: Mapped[datetime | None]
    """When it climbs to the next level for want of an answer."""
    answer: Mapped[str | None] = mapped_column(Sealed("complaints.answer"), info=PERSONAL)
    accepted: Mapped[bool | None]
    """Whether what was said is right, or will be done."""
    answered_by: Mapped[uuid.UUID | None]
    answered_at: Mapped[datetime | None]
    raised_again: Mapped[bool]
    """Whether the first answer did not content its author, who asked the level above."""
