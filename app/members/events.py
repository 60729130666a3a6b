"""What members and their accounts write to the event log."""

from enum import StrEnum


class MemberEvent(StrEnum):
    """Something happened to a member; BOUND and UNBOUND name the account that gained or lost them."""

    ADDED = "members.added"
    BOUND = "member.bound"
    UNBOUND = "member.unbound"
    BINDING_REQUESTED = "member.binding_requested"
    BINDING_DECIDED = "member.binding_decided"
    PHONE_VERIFIED = "account.phone_verified"
    PROFILE_CHANGED = "account.profile_changed"
    PREFERRED = "member.preferred"
