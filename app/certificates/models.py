"""Certificates: what stood in the ledger for one person and period when somebody asked, frozen and numbered."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed


class ServedAs(StrEnum):
    """What one line of a certificate was."""

    ACTIVITY = "activity"
    DEMAND = "demand"


class NamedBy(StrEnum):
    """How the name on a certificate is known: a resident is on no roster."""

    ROSTER = "roster"
    DESK = "desk"
    """The desk that issued it saw who asked."""
    HOLDER = "holder"
    """The resident wrote it; nobody vouches for it."""


class Revocation(StrEnum):
    """Why a certificate no longer counts."""

    ISSUER = "issuer"
    """A desk took it back."""
    HOURS = "hours"
    """Hours on it were corrected or taken back in the ledger."""


class Certificate(Base):
    """What was certified, to whom, by whom; whether its hours still stand is asked of the ledger, never kept here."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("since <= until", "ends_after_start"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoke_reason IS NULL)",
            "revoked_has_all",
        ),
        one_of("named_by", NamedBy),
        CheckConstraint("(member_id IS NULL) <> (account_id IS NULL)", "of_one_person"),
        CheckConstraint(
            "(named_by = 'roster') = (member_id IS NOT NULL) "
            "AND (named_by = 'roster') = (organization_name IS NOT NULL)",
            "roster_is_members",
        ),
        Index(None, "member_id", "id"),
        Index(None, "account_id", "id", postgresql_where=text("account_id IS NOT NULL")),
        Index(None, "region_code", "id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    """What the code on the sheet names."""
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """The resident's, who is no member."""
    region_code: Mapped[Code]
    """The person's home when it was issued, else where they served last: its desks answer for it."""
    name: Mapped[str] = mapped_column(Sealed("certificates.name"), info=PERSONAL)
    named_by: Mapped[NamedBy] = mapped_column(server_default=text("'roster'"))
    organization_name: Mapped[str | None]
    """Of a member."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    """The last day, included."""
    measured: Mapped[int]
    confirmed: Mapped[int]
    entered: Mapped[int]
    """Minutes by how they are known."""
    activities: Mapped[int]
    services: Mapped[int]
    """How many of its lines are which."""
    lines: Mapped[str] = mapped_column(Sealed("certificates.lines"), info=PERSONAL)
    """JSON: each service as the sheet prints it."""
    entry_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    """The entries of the ledger that were added up."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str | None] = mapped_column(Sealed("certificates.reason"), info=PERSONAL)
    """What a desk issued it for; empty where the person asked."""
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    revoke_reason: Mapped[str | None] = mapped_column(Sealed("certificates.revoke_reason"), info=PERSONAL)
