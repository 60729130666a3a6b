"""Policies: every rule number, by region and date; and the working-day calendar."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, one_of


class Policy(Base):
    """One region's setting of one key from one day on, until a later day's setting replaces it."""

    __tablename__ = "policies"

    key: Mapped[str] = mapped_column(primary_key=True)
    region_code: Mapped[Code] = mapped_column(primary_key=True)
    """The empty code is everywhere."""
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    set_by: Mapped[uuid.UUID | None]
    set_at: Mapped[datetime]


class DayKind(StrEnum):
    """What a day is whatever the week says: nobody works, or a make-up workday (调休)."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


class CalendarDay(Base):
    """What one day is in a region and all below it; days that nobody entered go by the week."""

    __tablename__ = "calendar_days"
    __table_args__ = (one_of("kind", DayKind),)

    region_code: Mapped[Code] = mapped_column(primary_key=True)
    """The empty code is everywhere."""
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    name: Mapped[str]
    set_by: Mapped[uuid.UUID | None]
    """Empty where it was imported."""
    set_at: Mapped[datetime]
