"""What the clock did to demands, kept: steps of the overdue ladder, a whistle's alarms; and due times to recompute."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.demands.ladder import AlarmLevel, LadderStep, WhistleClock
from app.kit.db import Base, Code, Id, one_of


class OverdueStep(Base):
    """One step that an overdue demand climbed, once for each due time that it missed."""

    __tablename__ = "overdue_steps"
    __table_args__ = (one_of("step", LadderStep), UniqueConstraint("demand_id", "due_at", "step"))

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"))
    round: Mapped[int]
    step: Mapped[LadderStep]
    due_at: Mapped[datetime]
    """The due time that was missed."""
    scheduled_at: Mapped[datetime]
    """When the step was to be taken; after an outage, long before it was."""
    taken_at: Mapped[datetime]
    told: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    """The accounts that were told."""


class WhistleAlarm(Base):
    """One word of warning, or of a missed time, on one clock of a whistle."""

    __tablename__ = "whistle_alarms"
    __table_args__ = (one_of("clock", WhistleClock), one_of("level", AlarmLevel))

    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    clock: Mapped[WhistleClock] = mapped_column(primary_key=True)
    level: Mapped[AlarmLevel] = mapped_column(primary_key=True)
    scheduled_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    told: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))


class DueRecount(Base):
    """Due times of a region's unfinished demands that a change of a rule or of the calendar moves."""

    __tablename__ = "due_recounts"

    id: Mapped[Id]
    """The event's that asked for it, so that it is asked for once."""
    region_code: Mapped[Code]
    run_at: Mapped[datetime] = mapped_column(index=True)
    """A setting of a later day moves nothing before that day."""
    after_id: Mapped[uuid.UUID | None]
    """The last demand that was recounted, for the next batch."""
