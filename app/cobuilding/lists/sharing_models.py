"""Pairing, Booking and Contribution: what is shared, with whom, when, and what was given."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.cobuilding.lists.lifecycle import BookingState
from app.kit.db import APPEND_ONLY, PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed


class ContributionKind(StrEnum):
    """What is given; the three are never added up."""

    MONEY = "money"
    GOODS = "goods"
    PEOPLE = "people"


class Pairing(Base):
    """A need that a resource meets, until somebody says that it does not."""

    __tablename__ = "item_pairings"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", "ended_for_a_reason"),
        Index(
            "uq_item_pairings_live",
            "need_id",
            "resource_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "resource_id"),
    )

    id: Mapped[Id]
    need_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    resource_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    region_code: Mapped[Code]
    """The need's: its desk paired them."""
    score: Mapped[int]
    """How well they fitted when they were paired."""
    paired_by: Mapped[uuid.UUID]
    paired_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class Booking(Base):
    """A venue for a time, or so many of some goods; the constraint lets no venue be booked twice."""

    __tablename__ = "item_bookings"
    __table_args__ = (
        one_of("state", BookingState),
        CheckConstraint("quantity > 0", "quantity_positive"),
        CheckConstraint("NOT is_venue OR quantity = 1 AND state IN ('booked', 'cancelled')", "venues_stay"),
        CheckConstraint("(state = 'cancelled') = (reason IS NOT NULL)", "cancelled_for_a_reason"),
        CheckConstraint("(state = 'handed_over') >= (timer_at IS NOT NULL)", "only_loans_are_due"),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)", "has_a_time"),
        ExcludeConstraint(
            (text("uuidrange(item_id, item_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_item_bookings_item_id_during",
            where=text("is_venue AND state = 'booked'"),
            using="gist",
        ),
        Index(None, "item_id", "id"),
        Index(None, "organization_id", "id", postgresql_where=text("organization_id IS NOT NULL")),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    region_code: Mapped[Code]
    is_venue: Mapped[bool]
    owner_id: Mapped[uuid.UUID | None]
    """All three as its item's when it was booked."""
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    quantity: Mapped[int]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    """For whom; the community itself where nobody is named."""
    purpose: Mapped[str | None]
    state: Mapped[BookingState]
    booked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    booked_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it came back, or was cancelled."""
    reason: Mapped[str | None]
    timer_at: Mapped[datetime | None]
    """When whoever has it is called to bring it back."""


class Contribution(Base):
    """What somebody gave towards an item; a mistake is taken back by a row of its own."""

    __tablename__ = "item_contributions"
    __table_args__ = (
        one_of("kind", ContributionKind),
        CheckConstraint("(kind = 'goods') = (what IS NOT NULL) AND (what IS NULL) = (unit IS NULL)", "goods_are_named"),
        CheckConstraint("organization_id IS NULL OR giver IS NULL", "one_giver"),
        CheckConstraint("(reverses_id IS NULL) = (amount > 0) AND amount <> 0", "reversals_are_negative"),
        CheckConstraint("(reverses_id IS NULL) = (reason IS NULL)", "reversed_for_a_reason"),
        Index(None, "item_id", "id"),
        Index(None, "organization_id", "id", postgresql_where=text("organization_id IS NOT NULL")),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Id]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("list_items.id"))
    region_code: Mapped[Code]
    kind: Mapped[ContributionKind]
    amount: Mapped[int] = mapped_column(BigInteger)
    """Fen, pieces or people."""
    what: Mapped[str | None]
    unit: Mapped[str | None]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    giver: Mapped[str | None] = mapped_column(Sealed("item_contributions.giver"), info=PERSONAL)
    """A person who gave, by name; nobody where they want to stay unnamed."""
    given_on: Mapped[date] = mapped_column(Date)
    noted_by: Mapped[uuid.UUID]
    noted_at: Mapped[datetime]
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("item_contributions.id"), unique=True)
    reason: Mapped[str | None]
