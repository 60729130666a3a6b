"""Accounts, the identities they sign in with, their sign-ins, what they were granted, and failed attempts."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import APPEND_ONLY, PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed, index_of


class Role(StrEnum):
    """What a grant allows: the first three in a region and all below it, a liaison for an organization."""

    ADMIN = "admin"
    DISPATCHER = "dispatcher"
    OBSERVER = "observer"
    LIAISON = "liaison"


class Purpose(StrEnum):
    """What somebody may consent to."""

    PRIVACY_POLICY = "privacy_policy"
    SHOW_IDENTITY = "show_identity"


class ConsentChannel(StrEnum):
    """How a consent came about: said by the person, or ended with their account."""

    SELF = "self"
    ERASURE = "erasure"


class Account(Base):
    """A person as the service knows them: somebody who can sign in, or a member's other half."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index(None, "phone_index"),
        Index("ix_accounts_ending", text('"right"(id::text, 16)')),  # by which a person's own code names them
        Index("ix_accounts_leaving_at", "leaving_at", postgresql_where=text("leaving_at IS NOT NULL")),
    )

    id: Mapped[Id]
    nickname: Mapped[str | None] = mapped_column(Sealed("accounts.nickname"), info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(Sealed("accounts.phone", findable=True), info=PERSONAL)
    phone_index: Mapped[bytes | None] = index_of("accounts.phone")
    home_region_code: Mapped[Code | None] = mapped_column(ForeignKey("regions.code"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("members.id"), unique=True)
    username: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    leaving_at: Mapped[datetime | None]
    """When what is known of the person is erased, unless they sign in before."""
    erased_at: Mapped[datetime | None]


class Identity(Base):
    """One way in: an openid of one app. `subject` never leaves the server."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider", "app_id", "subject_index"),)

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    provider: Mapped[str]
    app_id: Mapped[str]
    subject: Mapped[str] = mapped_column(Sealed("identities.subject", findable=True), info=PERSONAL)
    subject_index: Mapped[bytes] = index_of("identities.subject")
    union_id: Mapped[str | None] = mapped_column(Sealed("identities.union_id"), info=PERSONAL)


class SignIn(Base):
    """One signed-in device; its refresh token carries `generation`, which each refresh raises."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    generation: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]


class Consent(Base):
    """A consent given or withdrawn; the newest of an account and purpose stands, and none is ever changed."""

    __tablename__ = "consents"
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("channel", ConsentChannel),
        Index(None, "account_id", "purpose", "id"),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[Purpose]
    version: Mapped[str]
    """Of the text that the person was shown."""
    given: Mapped[bool]
    channel: Mapped[ConsentChannel]
    at: Mapped[datetime]


class Grant(Base):
    """A role given to an account, for a region (the empty code is everywhere) or an organization."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint(
            "(role = 'liaison') = (organization_id IS NOT NULL) AND (role = 'liaison') = (region_code IS NULL)",
            "liaison_has_organization",
        ),
        Index(
            "uq_grants_live",
            "account_id",
            "role",
            "region_code",
            "organization_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        # whoever speaks for an organization, or dispatches in a region, is looked up by it
        Index(None, "organization_id", postgresql_where=text("revoked_at IS NULL AND organization_id IS NOT NULL")),
        Index(None, "region_code", postgresql_where=text("revoked_at IS NULL AND region_code IS NOT NULL")),
    )

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    role: Mapped[Role]
    region_code: Mapped[Code | None]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"))
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """How often a username was tried in vain, and until when it must wait."""

    __tablename__ = "sign_in_failures"

    subject: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    wait_until: Mapped[datetime]
