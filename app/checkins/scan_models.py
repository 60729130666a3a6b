"""Scans as they were heard, each once, with what a person decided of those that wait and where they were made."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.codes import Purpose
from app.kit.db import APPEND_ONLY, PERSONAL, Base, Code, Id, one_of
from app.kit.sealing import Sealed
from app.ledger.models import HolderKind


class ScanAction(StrEnum):
    """The domain verb that a scan says."""

    ENROLL = "enroll"
    ATTEND = "attend"
    LEAVE = "leave"
    ARRIVE = "arrive"
    FINISH = "finish"


class ScanOutcome(StrEnum):
    """What became of a scan: it counts, the same counted before, a person must look at it, or it does not count."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    PENDING = "pending"
    REFUSED = "refused"


class ScanReason(StrEnum):
    """Why a scan waits for a person, and why one does not count."""

    OUT_OF_TIME = "out_of_time"
    OUT_OF_RANGE = "out_of_range"
    SUSPICIOUS_PLACE = "suspicious_place"
    HEARD_LATE = "heard_late"
    NOT_BEGUN = "not_begun"
    NOT_OURS = "not_ours"
    FORGED = "forged"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    REPLACED = "replaced"
    REVOKED = "revoked"
    USED = "used"
    OWN_CODE = "own_code"
    UNKNOWN_PERSON = "unknown_person"
    OTHER_PURPOSE = "other_purpose"
    NOTHING_HERE = "nothing_here"
    CHOOSE = "choose"
    NOT_YOURS = "not_yours"
    NOT_INVITED = "not_invited"
    OVERLAPS = "overlaps"
    NOT_ALLOWED = "not_allowed"
    NONCE_TAKEN = "nonce_taken"


HOLDING = tuple(ScanReason)[:5]
"""Those for which a person looks at a scan; all others refuse it."""


class ScanFlag(StrEnum):
    """What looks odd about a scan that counts all the same."""

    TRAVEL = "travel"
    SHARED_DEVICE = "shared_device"


class RefusalCause(StrEnum):
    """Why a person does not let a scan count: a closed list, so that no word on anybody is kept for good."""

    NOT_THERE = "not_there"
    BY_ANOTHER = "by_another"
    OTHER_TIME = "other_time"
    NOTED_OTHERWISE = "noted_otherwise"
    UNVERIFIABLE = "unverifiable"
    OTHER = "other"


def _listed(reasons: tuple[StrEnum, ...]) -> str:
    return ", ".join(f"'{one}'" for one in reasons)


class Scan(Base):
    """One scan, stored once by device and nonce and never changed; refused ones as well."""

    __tablename__ = "scans"
    __table_args__ = (
        UniqueConstraint("device", "nonce"),
        one_of("purpose", Purpose),
        one_of("action", ScanAction),
        one_of("outcome", ScanOutcome),
        one_of("reason", ScanReason),
        one_of("person_kind", HolderKind),
        CheckConstraint("(outcome IN ('pending', 'refused')) = (reason IS NOT NULL)", "why_it_does_not_count"),
        CheckConstraint(f"outcome <> 'pending' OR reason IN ({_listed(HOLDING)})", "held_for_a_reason"),
        CheckConstraint("outcome = 'refused' OR (action IS NOT NULL AND person_id IS NOT NULL)", "says_a_verb"),
        # one use of a member's own code, also of two leaders at once
        Index("uq_scans_used_code", "used_code", unique=True, postgresql_where=text("used_code IS NOT NULL")),
        Index(None, "number", postgresql_where=text("number IS NOT NULL")),
        Index(None, "device", "received_at"),
        Index(None, "scanned_by", "received_at"),
        Index(None, "person_id"),
        Index(None, "subject_id", "id", postgresql_where=text("subject_id IS NOT NULL")),
        Index("ix_scans_pending", "region_code", "id", postgresql_where=text("outcome = 'pending'")),
        Index("ix_scans_flagged", "region_code", "id", postgresql_where=text("flags <> '{}'")),
        {"info": APPEND_ONLY},
    )

    id: Mapped[Id]
    device: Mapped[str]
    nonce: Mapped[str]
    scanned_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[Purpose | None]
    """What the code is for; None where its signature is not ours."""
    number: Mapped[str | None]
    """What the code names; how often it was scanned is counted by it."""
    used_code: Mapped[str | None]
    """A member's own code that was used up by this scan."""
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("places.id"))
    region_code: Mapped[Code | None]
    """Whose desk looks at it."""
    action: Mapped[ScanAction | None]
    subject_id: Mapped[uuid.UUID | None]
    """The shift, the claim, or the organization that reports in."""
    person_kind: Mapped[HolderKind | None]
    person_id: Mapped[uuid.UUID | None]
    """Whom it is about: who scanned, or whose own code a leader scanned."""
    offline: Mapped[bool]
    claimed_at: Mapped[datetime]
    """What the phone's clock said: a claim, by which nothing is counted."""
    shown_at: Mapped[datetime | None]
    """When, by our own clock, the code was made that ends by itself."""
    received_at: Mapped[datetime]
    outcome: Mapped[ScanOutcome]
    reason: Mapped[ScanReason | None]
    counts_at: Mapped[datetime | None]
    """The moment that counts; where the same counted before, that one."""
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ScanDecision(Base):
    """What was decided of a scan that waited, once; by nobody where what it waited for came by itself."""

    __tablename__ = "scan_decisions"
    __table_args__ = (
        one_of("cause", RefusalCause),
        CheckConstraint("cause IS NULL OR NOT accepted", "cause_of_a_refusal"),
        {"info": APPEND_ONLY},
    )

    scan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scans.id"), primary_key=True)
    accepted: Mapped[bool]
    cause: Mapped[RefusalCause | None]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime]


class ScanLocation(Base):
    """Where a scan was made, where the region's rule asks for that; kept for a while only."""

    __tablename__ = "scan_locations"

    scan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scans.id"), primary_key=True)
    lng: Mapped[float] = mapped_column(Sealed("scan_locations.lng", float), info=PERSONAL)
    lat: Mapped[float] = mapped_column(Sealed("scan_locations.lat", float), info=PERSONAL)
    """In WGS-84."""
    accuracy: Mapped[float | None]
    """Metres, as the phone says."""
    at: Mapped[datetime] = mapped_column(index=True)
