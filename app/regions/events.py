"""What regions write to the event log."""

from enum import StrEnum


class RegionEvent(StrEnum):
    """Something happened to the tree."""

    SEEDED = "regions.seeded"
