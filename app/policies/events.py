"""What policies write to the event log."""

from enum import StrEnum


class PolicyEvent(StrEnum):
    """Something happened to a rule."""

    SET = "policy.set"
