"""Dispatch: a demand's plans, in force, overtaken, or waiting for the desk above."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.demands.lifecycle import Mode
from app.demands.models import Audience
from app.kit.db import Base, Id, one_of


class Approval(StrEnum):
    """Where a plan stands that needs the word of the desk above."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT_BACK = "sent_back"


class Dispatch(Base):
    """One plan of a demand, kept when the next one replaces it."""

    __tablename__ = "dispatches"
    __table_args__ = (one_of("mode", Mode), one_of("audience", Audience), one_of("approval", Approval))

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    round: Mapped[int]
    mode: Mapped[Mode]
    audience: Mapped[Audience]
    slots: Mapped[int]
    category: Mapped[str | None]
    """The category that it gives the demand, where it gives one."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    member_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    """Whom it is offered to, as `organization_ids`."""
    organization_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    fallback_member_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    """Whom it is offered to once nobody took it, as `fallback_organization_ids`."""
    fallback_organization_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    dispatched_by: Mapped[uuid.UUID]
    dispatched_at: Mapped[datetime]
    approval: Mapped[Approval | None]
    """Empty where no other desk had to be asked; a proposal that another plan overtook stays one."""
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
