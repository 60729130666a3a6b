"""What the ledger writes to the event log; the subject is the source, the payload the ids of the entries."""

from enum import StrEnum


class LedgerEvent(StrEnum):
    """Entries were written; each entry is named by exactly one event."""

    MINUTES_BOOKED = "ledger.minutes_booked"
    POINTS_AWARDED = "ledger.points_awarded"
    REVERSED = "ledger.reversed"
