"""Policies: every rule number, by region and date."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code


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
