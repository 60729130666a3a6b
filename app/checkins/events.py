"""What check-ins write to the event log; the subject is the place."""

from enum import StrEnum


class PlaceEvent(StrEnum):
    """Something happened to a place's code; the payload says which version."""

    MADE = "place.made"
    RENEWED = "place.renewed"
    REVOKED = "place.revoked"
