"""What organizations write to the event log."""

from enum import StrEnum


class OrganizationEvent(StrEnum):
    """Something happened to an organization."""

    CREATED = "organization.created"
    CHANGED = "organization.changed"
