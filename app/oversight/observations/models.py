"""Rubrics and their versions, rounds with objects, panel and scores, what was found and promised, what is copied."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import APPEND_ONLY, Base, Code, Id, one_of
from app.oversight.observations.lifecycle import ObservationState, UndertakingState
from app.regions.models import Level


class Scheme(StrEnum):
    """What a rubric is for; one engine scores them all."""

    OBSERVATION = "observation"
    STARS = "stars"
    """Star-rated building groups."""
    FLAGS = "flags"
    """Contests for flags and stars."""


class Seen(StrEnum):
    """By what a criterion is judged."""

    REPORT = "report"
    FIELD = "field"
    ARCHIVE = "archive"
    QUESTIONS = "questions"


class Undertaken(StrEnum):
    """What an object is to do: put a finding right, take a step it planned, keep what it declared (表态)."""

    FINDING = "finding"
    STEP = "step"
    COMMITMENT = "commitment"


XOR = "(region_code IS NULL) <> (organization_id IS NULL)"


class Rubric(Base):
    """By what a region judges; what it says stands in its versions."""

    __tablename__ = "rubrics"
    __table_args__ = (one_of("scheme", Scheme), Index("uq_rubrics_name", "region_code", "name", unique=True))

    id: Mapped[Id]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    scheme: Mapped[Scheme]
    name: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]


class RubricVersion(Base):
    """What a rubric says, frozen: a round is scored by one version."""

    __tablename__ = "rubric_versions"
    __table_args__ = (
        CheckConstraint("drop_highest >= 0 AND drop_lowest >= 0", "drops_not_negative"),
        Index("uq_rubric_versions_number", "rubric_id", "number", unique=True),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Id]
    rubric_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rubrics.id"))
    number: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Each with code, title, weight, the most points, and what it is judged by."""
    awards: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Stars or flags, each with the hundredths of a percent from which on it is won, of all or of one criterion."""
    drop_highest: Mapped[int]
    drop_lowest: Mapped[int]
    """How many of an object's sheets do not count at either end."""
    published_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime]


class Observation(Base):
    """A round: whom a region observes in a quarter, by which rubric, and until when it is scored."""

    __tablename__ = "observations"
    __table_args__ = (
        one_of("state", ObservationState),
        one_of("level", Level),
        CheckConstraint("quarter BETWEEN 1 AND 4", "quarter"),
        CheckConstraint("state IN ('draft', 'cancelled') OR version_id IS NOT NULL", "scored_by_a_version"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_has_time"),
        CheckConstraint("(state = 'cancelled') = (reason IS NOT NULL)", "cancelled_has_reason"),
        Index(
            "uq_observations_quarter",
            "rubric_id",
            "region_code",
            "level",
            "year",
            "quarter",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index(None, "region_code", "id"),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    """Whose desk holds it."""
    title: Mapped[str]
    rubric_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rubrics.id"))
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("rubric_versions.id"))
    """The version that was the newest when it was opened, unless the desk adopted a newer one since."""
    level: Mapped[Level]
    """Of the regions that are observed."""
    year: Mapped[int]
    quarter: Mapped[int]
    ends_at: Mapped[datetime]
    """Until when it is to be scored; nothing closes by itself, the desk is called."""
    state: Mapped[ObservationState]
    timer_at: Mapped[datetime | None]
    previous_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("observations.id"))
    """The closed round that its ranks were compared with."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was called off."""


class Observed(Base):
    """A community or unit in a round: its place on the route, its report, and once the round is closed its result."""

    __tablename__ = "observed"
    __table_args__ = (
        CheckConstraint(XOR, "region_or_organization"),
        CheckConstraint("(total IS NULL) = (rank IS NULL)", "ranked_by_total"),
        CheckConstraint("total BETWEEN 0 AND 10000", "total_is_a_share"),
        Index("uq_observed_position", "observation_id", "position", unique=True),
        Index("uq_observed_region", "observation_id", "region_code", unique=True),
        Index("uq_observed_organization", "observation_id", "organization_id", unique=True),
        Index(None, "region_code"),
        Index(None, "organization_id"),
    )

    id: Mapped[Id]
    observation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observations.id"))
    position: Mapped[int]
    region_code: Mapped[Code | None] = mapped_column(ForeignKey("regions.code"))
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    visits_at: Mapped[datetime | None]
    report: Mapped[str | None]
    reported_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    reported_at: Mapped[datetime | None]
    excused: Mapped[str | None]
    """Why it is not ranked in this round."""
    total: Mapped[int | None]
    """Hundredths of a percent."""
    parts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    """The same of each criterion."""
    sheets: Mapped[int | None]
    """How many sheets counted."""
    rank: Mapped[int | None]
    previous_rank: Mapped[int | None]
    awards: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class Panelist(Base):
    """Somebody who scores in a round, with the weight of their role."""

    __tablename__ = "panelists"
    __table_args__ = (
        CheckConstraint("weight > 0", "weight_positive"),
        Index("uq_panelists_member", "observation_id", "member_id", unique=True),
        Index(None, "member_id"),
    )

    id: Mapped[Id]
    observation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observations.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str]
    weight: Mapped[int]


class Recusal(Base):
    """A panelist said that they have to do with an object: what they scored of it does not count."""

    __tablename__ = "recusals"

    panelist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("panelists.id"), primary_key=True)
    observed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observed.id"), primary_key=True, index=True)
    reason: Mapped[str]
    at: Mapped[datetime]


class Score(Base):
    """What one panelist gives one object for one criterion; a row of their own, so two at once lose nothing."""

    __tablename__ = "scores"
    __table_args__ = (CheckConstraint("points BETWEEN 0 AND most", "points_within"),)

    panelist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("panelists.id"), primary_key=True)
    observed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observed.id"), primary_key=True, index=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int]
    """Out of how many; with another version that takes more or fewer, it is to be given anew."""
    points: Mapped[int]
    at: Mapped[datetime]


class Remark(Base):
    """What was said of an object (讲评)."""

    __tablename__ = "remarks"
    __table_args__ = (Index(None, "observed_id", "id"), {"info": APPEND_ONLY})

    id: Mapped[Id]
    observed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observed.id"))
    text: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]


class Undertaking(Base):
    """What an object is to do by a day, what it shows of it, and whether somebody has seen that it is done."""

    __tablename__ = "undertakings"
    __table_args__ = (
        one_of("kind", Undertaken),
        one_of("state", UndertakingState),
        CheckConstraint("state <> 'shown' OR shown IS NOT NULL", "shown_has_words"),
        Index(None, "observed_id", "id"),
        Index(None, "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
    )

    id: Mapped[Id]
    observed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observed.id"))
    kind: Mapped[Undertaken]
    text: Mapped[str]
    criterion: Mapped[str | None]
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[UndertakingState]
    timer_at: Mapped[datetime | None]
    """When its object is reminded; empty once it was, and once something was shown."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    shown: Mapped[str | None]
    """What was done, in words; photos hang on the undertaking."""
    shown_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    shown_at: Mapped[datetime | None]


class Look(Base):
    """Somebody looked at an undertaking, in a later round or at the desk."""

    __tablename__ = "looks"
    __table_args__ = (Index(None, "undertaking_id", "id"), {"info": APPEND_ONLY})

    id: Mapped[Id]
    undertaking_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("undertakings.id"))
    observation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("observations.id"))
    """The open round that saw the object again."""
    settled: Mapped[bool]
    note: Mapped[str | None]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]


class Highlight(Base):
    """What of an object is worth copying."""

    __tablename__ = "highlights"
    __table_args__ = (Index(None, "observed_id", "id"),)

    id: Mapped[Id]
    observed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("observed.id"))
    region_code: Mapped[Code]
    """Of the round: its district learns from it."""
    title: Mapped[str]
    text: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]


class Copied(Base):
    """Who copied a highlight, once each, and how."""

    __tablename__ = "copied"
    __table_args__ = (
        CheckConstraint(XOR, "region_or_organization"),
        Index("uq_copied_region", "highlight_id", "region_code", unique=True),
        Index("uq_copied_organization", "highlight_id", "organization_id", unique=True),
    )

    id: Mapped[Id]
    highlight_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("highlights.id"))
    region_code: Mapped[Code | None] = mapped_column(ForeignKey("regions.code"))
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    note: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
