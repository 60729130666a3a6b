"""File and UploadDay."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import PERSONAL, Base, Id, one_of
from app.kit.sealing import Sealed


class FileKind(StrEnum):
    """What a file is for people."""

    PHOTO = "photo"
    VOICE = "voice"


class MediaType(StrEnum):
    """What a file is for programs: the forms that we write."""

    JPEG = "image/jpeg"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"


class Variant(StrEnum):
    """The sizes in which a photo is kept; a voice note has the first only."""

    FULL = "full"
    THUMBNAIL = "thumbnail"


class SubjectKind(StrEnum):
    """What a file can belong to."""

    DEMAND = "demand"
    CLAIM = "claim"
    OBSERVED = "observed"
    """What an observed community or unit reports."""
    UNDERTAKING = "undertaking"
    """What was done about something that was found or promised."""


UNATTACHED = "subject_id IS NULL"


class File(Base):
    """A photo or voice note, written anew by us, that belongs to one thing or, for a day, to nothing yet."""

    __tablename__ = "files"
    __table_args__ = (
        one_of("kind", FileKind),
        one_of("media_type", MediaType),
        one_of("subject_kind", SubjectKind),
        CheckConstraint("(subject_id IS NULL) = (subject_kind IS NULL)", "subject_is_whole"),
        CheckConstraint("(subject_id IS NULL) = (expires_at IS NOT NULL)", "unattached_expires"),
        Index(None, "subject_id", "id", postgresql_where=text("subject_id IS NOT NULL")),
        Index(None, "expires_at", postgresql_where=text(UNATTACHED)),
        Index(
            "uq_files_same_content", "uploaded_by", "content_mac", unique=True, postgresql_where=text(UNATTACHED)
        ),  # a second upload of the same answers the first
    )

    id: Mapped[Id]
    kind: Mapped[FileKind]
    media_type: Mapped[MediaType]
    blob: Mapped[str] = mapped_column(unique=True)
    """What its variants are named after in the storage; random, and never shown."""
    content_mac: Mapped[str]
    """A keyed digest of what was sent: it finds the same content again, and tells nobody what it was."""
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[float | None]
    taken_at: Mapped[str | None] = mapped_column(Sealed("files.taken_at"), info=PERSONAL)
    """When the photo says it was taken, ISO 8601; kept as evidence only where a policy says so."""
    lng: Mapped[float | None] = mapped_column(Sealed("files.lng", float), info=PERSONAL)
    lat: Mapped[float | None] = mapped_column(Sealed("files.lat", float), info=PERSONAL)
    """Where, in WGS-84 as cameras write it; likewise."""
    uploaded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    uploaded_at: Mapped[datetime]
    subject_kind: Mapped[SubjectKind | None]
    subject_id: Mapped[uuid.UUID | None]
    expires_at: Mapped[datetime | None]
    """When it is removed unless it was attached."""


class UploadDay(Base):
    """How many uploads somebody has begun on a day."""

    __tablename__ = "upload_days"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]
