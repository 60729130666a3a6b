"""What rosters write to the event log."""

from enum import StrEnum


class RosterEvent(StrEnum):
    """A file was taken over, with how many of its rows were new, changed and refused."""

    IMPORTED = "roster.imported"
