"""What members and their accounts write to the event log."""

from enum import StrEnum


class MemberEvent(StrEnum):
    """Something happened to a member; BOUND and UNBOUND name the account that gained or lost them,
    LOOKED_UP is somebody reading names on a roster, as often as they do."""

    ADDED = "members.added"
    CHANGED = "members.changed"
    MERGED = "member.merged"
    UNMERGED = "member.unmerged"
    LOOKED_UP = "members.looked_up"
    BOUND = "member.bound"
    UNBOUND = "member.unbound"
    BINDING_REQUESTED = "member.binding_requested"
    BINDING_WITHDRAWN = "member.binding_withdrawn"
    BINDING_DECIDED = "member.binding_decided"
    PHONE_VERIFIED = "account.phone_verified"
    PROFILE_CHANGED = "account.profile_changed"
    PREFERRED = "member.preferred"
