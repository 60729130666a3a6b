"""What policies write to the event log."""

from enum import StrEnum


class CalendarEvent(StrEnum):
    """Something happened to the working-day calendar."""

    SET = "calendar.set"
    SEEDED = "calendar.seeded"


class PolicyEvent(StrEnum):
    """Something happened to a rule."""

    SET = "policy.set"
