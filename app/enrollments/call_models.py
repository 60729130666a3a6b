"""Where organizations are meant to report in, and when they are called to: designations and musters."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, Id

STANDS = "until IS NULL"


class Designation(Base):
    """指定社区: where an organization and those below it are meant to report in, from a day until another."""

    __tablename__ = "designations"
    __table_args__ = (
        CheckConstraint("until > since", "ends_after_it_begins"),
        Index("uq_designations_live", "organization_id", "region_code", unique=True, postgresql_where=text(STANDS)),
        Index(
            "uq_designations_primary",
            "organization_id",
            unique=True,
            postgresql_where=text("is_primary AND until IS NULL"),
        ),
        Index(None, "region_code", "id"),
    )

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    is_primary: Mapped[bool]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    designated_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))


class Muster(Base):
    """集结令: a call to organizations to report in below a region, within a time."""

    __tablename__ = "musters"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", "ends_after_it_begins"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", "closed_by_somebody"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[Id]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    title: Mapped[str]
    text: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    all_below: Mapped[bool]
    """Whether every organization of the region is called; else its targets are."""
    opened_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    opened_at: Mapped[datetime]
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    closed_at: Mapped[datetime | None]


class MusterTarget(Base):
    """An organization that a muster calls, with all below it."""

    __tablename__ = "muster_targets"
    __table_args__ = (Index(None, "organization_id"),)

    muster_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("musters.id"), primary_key=True)
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
