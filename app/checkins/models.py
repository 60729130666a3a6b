"""Places that hang a code, and the codes that hung or hang there, one a version of the poster."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import codes
from app.kit.db import Base, Code, Id, one_of
from app.kit.geo import CoordType


class PlacePurpose(StrEnum):
    """What somebody does who scans the code of a place."""

    ENROLL = "enroll"
    ATTEND = "attend"
    SERVE = "serve"
    FILE = "file"


class CodeState(StrEnum):
    """Whether a code of a place counts; only the first does."""

    LIVE = "live"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Place(Base):
    """Where and what for a code hangs: a whole region, or a spot in it with a name and an address."""

    __tablename__ = "places"
    __table_args__ = (
        one_of("purpose", PlacePurpose),
        one_of("coord_type", CoordType),
        CheckConstraint("version > 0", "version_positive"),
        CheckConstraint("(lng IS NULL) = (lat IS NULL) AND (lng IS NULL) = (coord_type IS NULL)", "location_is_whole"),
        Index(None, "region_code", "id"),
    )

    id: Mapped[Id]
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    purpose: Mapped[PlacePurpose]
    name: Mapped[str]
    """Of a public place; that of the region where it is the whole of it."""
    address: Mapped[str | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    """In WGS-84; where a scan was made is compared with it."""
    coord_type: Mapped[CoordType | None]
    """The datum that it was given in, and is shown in."""
    version: Mapped[int]
    """Of the newest poster, which alone counts."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]


class PlaceCode(Base):
    """One version of a place's code; its number is in the signed code and on the poster."""

    __tablename__ = "place_codes"
    __table_args__ = (
        UniqueConstraint("place_id", "version"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", "revoked_by_somebody"),
    )

    number: Mapped[str] = mapped_column(primary_key=True, default=codes.new_number)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("places.id"))
    version: Mapped[int]
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[uuid.UUID | None]

    def state(self, place: Place, now: datetime) -> CodeState:
        """Whether it counts; who holds an old poster is told of the new one rather than why the old one ended."""
        if self.version < place.version:
            return CodeState.REPLACED
        if self.revoked_at is not None:
            return CodeState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return CodeState.EXPIRED
        return CodeState.LIVE
