"""Enrollments: an organization or a member reports in to a community, and is confirmed there."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Date, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.enrollments.lifecycle import LIVE, EnrollmentState
from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed
from app.organizations.models import OrganizationKind


class EnrollmentSubject(StrEnum):
    """Who reports in."""

    ORGANIZATION = "organization"
    MEMBER = "member"


class MemberKind(StrEnum):
    """As what a member reports in."""

    IN_SERVICE = "in_service"
    RETIRED = "retired"
    MOBILE = "mobile"
    APPLICANT = "applicant"


def listed(codes: Iterable[StrEnum]) -> str:
    """Codes as a constraint lists them."""
    return ", ".join(f"'{code}'" for code in sorted(codes))


IS_LIVE = text(f"state IN ({listed(LIVE)})")
CHINESE_DAY = "(({} AT TIME ZONE 'Asia/Shanghai')::date)"


class Enrollment(Base):
    """Somebody's report to one community, from asking to leaving; what follows it is another one."""

    __tablename__ = "enrollments"
    __table_args__ = (
        one_of("state", EnrollmentState),
        one_of("kind", MemberKind),
        one_of("unit_kind", OrganizationKind),
        CheckConstraint("(member_id IS NULL) = (kind IS NULL)", "members_have_a_kind"),
        CheckConstraint("head_count IS NULL OR (member_id IS NULL AND head_count > 0)", "heads_are_an_organizations"),
        CheckConstraint(
            "(state IN ('confirmed', 'leaving', 'ended')) = (confirmed_at IS NOT NULL)", "confirmed_has_time"
        ),
        CheckConstraint(f"(state IN ({listed(LIVE)})) = (ended_at IS NULL)", "live_has_no_end"),
        CheckConstraint("(state = 'leaving') <= (leaving_at IS NOT NULL)", "leaving_has_time"),
        # nobody reports in twice to one place, and nobody has two primary ones
        Index("uq_enrollments_live", "subject_id", "region_code", unique=True, postgresql_where=IS_LIVE),
        Index(
            "uq_enrollments_primary",
            "subject_id",
            unique=True,
            postgresql_where=text(f"is_primary AND {IS_LIVE.text}"),
        ),
        # one place follows another, once
        Index("uq_enrollments_succeeds_id", "succeeds_id", unique=True, postgresql_where=IS_LIVE),
        Index(None, "region_code", "id"),
        Index(
            "ix_enrollments_waiting",
            "region_code",
            "id",
            postgresql_where=text("state IN ('requested', 'leaving')"),
        ),
        Index(None, "subject_id", "id"),
        # the table of who stands where is made of this index alone; equal keys lie in it once
        Index(
            "ix_enrollments_statistics",
            "region_code",
            "unit_kind",
            "kind",
            "confirmed_on",
            "ended_on",
            "head_count",
            postgresql_where=text("confirmed_on IS NOT NULL"),
        ),
        Index(None, "organization_id", "confirmed_at"),
        # what came and went since a day that is summed up
        Index(None, "confirmed_on"),
        Index(None, "ended_on"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    """What the receipt's code names."""
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organizations.id"))
    """Who reports in, or whose member does, as it was then."""
    unit_kind: Mapped[OrganizationKind]
    """What that organization was then."""
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"))
    subject_id: Mapped[uuid.UUID] = mapped_column(
        Uuid, Computed("coalesce(member_id, organization_id)", persisted=True)
    )
    kind: Mapped[MemberKind | None]
    head_count: Mapped[int | None]
    """How many come of an organization that tells no names."""
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    is_primary: Mapped[bool]
    designated: Mapped[bool]
    """Whether the organization was designated to the place when it was asked."""
    state: Mapped[EnrollmentState]
    succeeds_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enrollments.id"))
    """What it takes the place of once it is confirmed."""
    requested_at: Mapped[datetime]
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """Empty where whoever runs the program imported it."""
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """Empty where it was confirmed by rule, or imported so."""
    leaving_at: Mapped[datetime | None]
    """When somebody last asked to leave."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str | None] = mapped_column(Sealed("enrollments.reason"), info=PERSONAL)
    """What the desk last said about it."""
    confirmed_on: Mapped[date | None] = mapped_column(
        Date, Computed(CHINESE_DAY.format("confirmed_at"), persisted=True)
    )
    ended_on: Mapped[date | None] = mapped_column(Date, Computed(CHINESE_DAY.format("ended_at"), persisted=True))

    @property
    def subject_kind(self) -> EnrollmentSubject:
        """Who reports in."""
        return EnrollmentSubject.MEMBER if self.member_id else EnrollmentSubject.ORGANIZATION


class EnrollmentBalance(Base):
    """How many stood at the end of a day that is over, by district, kind of unit and kind of member."""

    __tablename__ = "enrollment_balances"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    district_code: Mapped[Code] = mapped_column(primary_key=True)
    unit_kind: Mapped[OrganizationKind] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """Empty for organizations."""
    count: Mapped[int]
    heads: Mapped[int]
