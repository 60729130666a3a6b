"""What check-ins write to the event log; the subject is the place, or the scan."""

from enum import StrEnum


class PlaceEvent(StrEnum):
    """Something happened to a place's code; the payload says which version."""

    MADE = "place.made"
    RENEWED = "place.renewed"
    REVOKED = "place.revoked"


class ScanEvent(StrEnum):
    """A scan waits for a person, or was decided by one; what counts at once is told by its verb's own event."""

    HELD = "scan.held"
    DECIDED = "scan.decided"
