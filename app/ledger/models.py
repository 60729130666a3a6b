"""The ledger: service hours and points, append-only, with balances as sums; and the standings they make."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import APPEND_ONLY, Base, Code, Id, one_of


class Unit(StrEnum):
    """What an entry counts."""

    MINUTES = "minutes"
    POINTS = "points"


class HolderKind(StrEnum):
    """Whose entry it is: a roster member's, or an account's of a resident who served."""

    MEMBER = "member"
    ACCOUNT = "account"


class Provenance(StrEnum):
    """How the minutes of a service are known."""

    MEASURED = "measured"
    CONFIRMED = "confirmed"
    ENTERED = "entered"


class Board(StrEnum):
    """What is ranked: organizations that sent people, communities that were served, or members."""

    ORGANIZATION = "organization"
    COMMUNITY = "community"
    MEMBER = "member"


class Entry(Base):
    """So many minutes or points for one person from one source, attributed as they stood when serving."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("unit", Unit),
        one_of("holder_kind", HolderKind),
        one_of("provenance", Provenance),
        CheckConstraint("(provenance IS NOT NULL) = (unit = 'minutes')", "minutes_have_provenance"),
        CheckConstraint("(amount >= 0) = (reverses_id IS NULL) OR amount = 0", "only_reversals_are_negative"),
        Index(
            "uq_ledger_entries_source",
            "source_kind",
            "source_id",
            "unit",
            "holder_id",
            "revision",
            unique=True,
            postgresql_where=text("reverses_id IS NULL"),
        ),
        Index(None, "holder_id", "unit", "served_at"),
        Index(None, "region_code", "served_at"),
        Index(None, "organization_id", "served_at"),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Id]
    unit: Mapped[Unit]
    amount: Mapped[int]
    """Minutes or points; negative where it takes another entry back."""
    provenance: Mapped[Provenance | None]
    holder_kind: Mapped[HolderKind]
    holder_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    """The holder's organization when they served; they may have moved since."""
    region_code: Mapped[Code]
    """Where the service took place."""
    source_kind: Mapped[str]
    source_id: Mapped[uuid.UUID]
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    """0 for the first booking of a source; a correction reverses it and books the next revision."""
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    rule: Mapped[str | None]
    """The policy that gave the points, as `key@region@valid-from`."""
    served_at: Mapped[datetime]
    booked_at: Mapped[datetime]
    booked_by: Mapped[uuid.UUID | None]


class Standing(Base):
    """What one organization, community or member did in one region and quarter: a summary of the entries.

    The worker keeps it, one row for each region above the place of service: every board is one index range.
    """

    __tablename__ = "standings"
    __table_args__ = (
        one_of("board", Board),
        Index(None, "board", "period", "region_code", "points", "minutes", "key"),
    )

    board: Mapped[Board] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    """The quarter of the service in China, such as `2026Q4`."""
    region_code: Mapped[Code] = mapped_column(primary_key=True)
    """The region of the board; the empty code is everywhere."""
    key: Mapped[Code] = mapped_column(primary_key=True)
    """An organization's or member's id, or a community's code."""
    points: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)
    """Services: bookings of minutes that were not taken back."""


class Rung(Base):
    """How many stand at one number of points on one board, so that a rank is a short sum; the worker keeps it."""

    __tablename__ = "rungs"
    __table_args__ = (one_of("board", Board),)

    board: Mapped[Board] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    region_code: Mapped[Code] = mapped_column(primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holders: Mapped[int] = mapped_column(BigInteger)
