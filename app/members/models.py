"""Party members: the roster, who is busy when, and phone bindings that a person must decide."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.kit.db import PERSONAL, Base, Code, Id
from app.kit.sealing import Prefixes, Sealed, index_of


def _name(context: DefaultExecutionContext) -> str:
    """The name that is being written, from which its beginnings follow."""
    name: str = context.get_current_parameters()["name"]  # type: ignore[no-untyped-call]
    return name


class Member(Base):
    """A Party member on an organization's roster, with or without an account."""

    __tablename__ = "members"
    __table_args__ = (
        Index(None, "home_region_code", "id"),
        Index(None, "skills", postgresql_using="gin"),
        Index(None, "name_prefixes", postgresql_using="gin"),
        Index(None, "phone_index"),
    )

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed("members.name"), info=PERSONAL)
    name_prefixes: Mapped[Any] = mapped_column(Prefixes("members.name"), default=_name, deferred=True)
    phone: Mapped[str | None] = mapped_column(Sealed("members.phone", findable=True), info=PERSONAL)
    phone_index: Mapped[bytes | None] = index_of("members.phone")
    home_region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"), index=True)
    """The same person under another entry, which lists show instead; what was written under this one stays."""
    created_at: Mapped[datetime]

    @validates("name")
    def _follow_name(self, _: str, name: str) -> str:
        self.name_prefixes = name
        return name


class MemberMerge(Base):
    """One person's two entries were made one, with what followed, so that it can be undone."""

    __tablename__ = "member_merges"
    __table_args__ = (
        Index("uq_member_merges_live", "member_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    )

    id: Mapped[Id]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"))
    into_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), index=True)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """Who used the entry that was given up."""
    account_followed: Mapped[bool]
    """Whether they use the other one now, which nobody used before."""
    phone_followed: Mapped[bool]
    merged_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    merged_at: Mapped[datetime]
    undone_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]


class Preference(Base):
    """What a member said of themselves for being asked well; all of it may be taken back."""

    __tablename__ = "preferences"
    __table_args__ = (CheckConstraint("(cell_lng IS NULL) = (cell_lat IS NULL)", "cell_is_whole"),)

    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    hours: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """The hours of a week in which they can serve, 0 being Monday from midnight to one; none said, none here."""
    days_off: Mapped[list[date]] = mapped_column(ARRAY(Date))
    wishes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Categories that they like to serve in."""
    cell_lng: Mapped[float | None] = mapped_column(Sealed("preferences.cell_lng", float), info=PERSONAL)
    cell_lat: Mapped[float | None] = mapped_column(Sealed("preferences.cell_lat", float), info=PERSONAL)
    """The middle of the square kilometre where they usually are, in WGS-84."""
    said_at: Mapped[datetime]


class Engagement(Base):
    """A stretch of time for which a person is booked; the constraint lets no one be booked twice."""

    __tablename__ = "engagements"
    __table_args__ = (
        ExcludeConstraint(
            (text("uuidrange(person_id, person_id, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_engagements_person_id_during",
            where=text("live"),
            using="gist",
        ),
        Index(None, "source_kind", "source_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[uuid.UUID]
    """A member's id, or an account's where a resident serves."""
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    source_kind: Mapped[str]
    source_id: Mapped[uuid.UUID]
    live: Mapped[bool]


class BindingRequest(Base):
    """A phone that several roster members share, so that the desk must say who its account is."""

    __tablename__ = "binding_requests"

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    member_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    region_code: Mapped[Code] = mapped_column(index=True)
    """The longest region that holds every candidate's home: whose desk decides."""
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
