"""Regions, from the province to the building: one tree whose codes are paths."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Code, one_of


class Level(StrEnum):
    """How high a region stands."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    COMMUNITY = "community"
    VILLAGE = "village"
    GRID = "grid"
    BUILDING = "building"


class Region(Base):
    """A place with its statistical code; every code begins with its parent's, so a prefix means "within"."""

    __tablename__ = "regions"
    __table_args__ = (
        one_of("level", Level),
        CheckConstraint("parent_code IS NULL OR starts_with(code, parent_code)", "code_begins_with_parent"),
        Index(None, "parent_code", "code"),
    )

    code: Mapped[Code] = mapped_column(primary_key=True)
    level: Mapped[Level]
    name: Mapped[str]
    parent_code: Mapped[Code | None]
