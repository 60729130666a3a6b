"""Activity with its leaders, items, spots, shifts and slots; SignUp, LateEntry and CalendarLink."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.activities.lifecycle import GONE, ActivityState, ShiftState, SignUpState
from app.demands.models import Audience, listed
from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed
from app.ledger.models import HolderKind, Provenance
from app.policies.activity_rules import ActivityKind

STANDING = f"state NOT IN ({listed(GONE)})"


class Activity(Base):
    """What people come together for, from its draft to the end of its last shift."""

    __tablename__ = "activities"
    __table_args__ = (
        one_of("kind", ActivityKind),
        one_of("audience", Audience),
        one_of("state", ActivityState),
        CheckConstraint("state = 'cancelled' OR (state = 'draft') = (published_at IS NULL)", "published_has_time"),
        Index(None, "region_code", "id"),
        Index(None, "organization_id", "id", postgresql_where=text("organization_id IS NOT NULL")),
        Index(None, "demand_id", postgresql_where=text("demand_id IS NOT NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[ActivityKind]
    category: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str]
    brand: Mapped[str | None]
    """The campaign or brand that it is part of, such as 「社区吹哨我报到」: figures are summed by it."""
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    """Who holds it; the desk of the region where nobody is named."""
    audience: Mapped[Audience]
    demand_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demands.id"))
    """The demand that it serves."""
    state: Mapped[ActivityState]
    reason: Mapped[str | None]
    """Why it was cancelled, for everybody to read."""
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was over, or was cancelled."""


class Leader(Base):
    """A member who leads an activity: signs people up and calls the roll."""

    __tablename__ = "activity_leaders"

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activities.id"), primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class Item(Base):
    """One named task of an activity, with how many people it takes (清理楼道 12人)."""

    __tablename__ = "activity_items"
    __table_args__ = (CheckConstraint("people > 0", "people_positive"),)

    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activities.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    people: Mapped[int]


class Spot(Base):
    """A place of an activity (金澜北路路口); five streets are five spots."""

    __tablename__ = "activity_spots"

    id: Mapped[Id]
    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activities.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    address: Mapped[str | None]


class Shift(Base):
    """One evening of five: from when until when, at all spots of the activity."""

    __tablename__ = "shifts"
    __table_args__ = (
        one_of("state", ShiftState),
        CheckConstraint("starts_at < ends_at", "ends_after_start"),
        CheckConstraint("(state IN ('planned', 'begun')) = (timer_at IS NOT NULL)", "open_has_timer"),
        Index(None, "activity_id", "starts_at"),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activities.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[ShiftState]
    reminded: Mapped[bool]
    """Whether it was called to mind, or came too late for that."""
    revision: Mapped[int]
    """How often it was moved; a calendar takes the highest one."""
    changed_at: Mapped[datetime]
    reason: Mapped[str | None]
    """Why it was moved or cancelled, for everybody to read."""
    timer_at: Mapped[datetime | None]
    """When it is next called to mind, begins or closes."""


class Slot(Base):
    """What one signs up for: a role at a spot in a shift, with so many places."""

    __tablename__ = "activity_slots"
    __table_args__ = (
        CheckConstraint("taken BETWEEN 0 AND capacity", "taken_within_capacity"),
        Index(
            "uq_activity_slots_role",
            "shift_id",
            "spot_id",
            "role",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    shift_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shifts.id"))
    spot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activity_spots.id"))
    role: Mapped[str]
    capacity: Mapped[int]
    taken: Mapped[int]
    """Places that are booked, or kept for who was promoted."""
    timer_at: Mapped[datetime | None]
    """When the next promotion lapses."""


class SignUp(Base):
    """One person for one shift, from the waiting list or the booking to what became of it."""

    __tablename__ = "sign_ups"
    __table_args__ = (
        one_of("person_kind", HolderKind),
        one_of("state", SignUpState),
        one_of("arrival", Provenance),
        one_of("departure", Provenance),
        CheckConstraint("(state = 'promoted') = (due_at IS NOT NULL)", "promoted_has_due_time"),
        CheckConstraint("(arrived_at IS NULL) = (arrival IS NULL)", "arrival_has_time"),
        CheckConstraint("(left_at IS NULL) = (departure IS NULL)", "departure_has_time"),
        CheckConstraint("(state = 'done') = (minutes IS NOT NULL)", "done_has_minutes"),
        CheckConstraint("walk_in OR slot_id IS NOT NULL", "place_is_of_a_slot"),
        Index("uq_sign_ups_standing", "shift_id", "person_id", unique=True, postgresql_where=text(STANDING)),
        # the waiting list, in its order
        Index("ix_sign_ups_line", "slot_id", "n", postgresql_where=text("state IN ('promoted', 'waiting')")),
        Index(None, "person_id", "id"),
        Index(None, "shift_id", "n"),
    )

    id: Mapped[Id]
    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Drawn while the slot is held: the order of the waiting list."""
    shift_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shifts.id"))
    slot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activity_slots.id"), index=True)
    person_kind: Mapped[HolderKind]
    person_id: Mapped[uuid.UUID]
    """A member's id, or an account's where a resident signs up."""
    state: Mapped[SignUpState]
    walk_in: Mapped[bool]
    """Whether they came without a place: such a one takes none from others."""
    leave_freely: Mapped[bool]
    """Whether the shift was moved since, so that they may leave until it begins."""
    due_at: Mapped[datetime | None]
    """Until when who was promoted must say that they want the place."""
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was cancelled, lapsed or released."""
    arrived_at: Mapped[datetime | None]
    arrival: Mapped[Provenance | None]
    left_at: Mapped[datetime | None]
    departure: Mapped[Provenance | None]
    minutes: Mapped[int | None]
    auto_left: Mapped[bool]
    """Whether nobody saw them leave, so that the roll's closing checked them out."""
    late: Mapped[bool]
    """Whether their presence was entered after the fact."""
    said_by: Mapped[uuid.UUID | None]
    """Who said that they did not come, or called the roll last."""


class LateEntry(Base):
    """A presence that a desk enters after the roll was closed; it counts when a second person has confirmed it."""

    __tablename__ = "late_entries"
    __table_args__ = (
        CheckConstraint("arrived_at < left_at", "left_after_arrival"),
        CheckConstraint("(decided_by IS NULL) = (accepted IS NULL)", "decision_has_author"),
        CheckConstraint("decided_by <> entered_by", "second_person"),
        Index(
            "uq_late_entries_waiting",
            "shift_id",
            "person_id",
            unique=True,
            postgresql_where=text("decided_by IS NULL"),
        ),
        Index(None, "region_code", "entered_at"),
        Index(None, "person_id"),
    )

    id: Mapped[Id]
    shift_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shifts.id"))
    region_code: Mapped[Code]
    """Of the activity: whose month it counts in."""
    person_kind: Mapped[HolderKind]
    person_id: Mapped[uuid.UUID]
    arrived_at: Mapped[datetime]
    left_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Sealed("late_entries.reason"), info=PERSONAL)
    entered_by: Mapped[uuid.UUID]
    entered_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]


class CalendarLink(Base):
    """The secret by which somebody's calendar is read without signing in; only its hash is kept."""

    __tablename__ = "calendar_links"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
