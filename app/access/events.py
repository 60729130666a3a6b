"""What access writes to the event log."""

from enum import StrEnum


class AccessEvent(StrEnum):
    """Something happened to an account or a sign-in."""

    SIGNED_IN = "account.signed_in"
    SIGNED_OUT = "account.signed_out"
    REFRESH_REUSED = "account.refresh_reused"
    GRANTED = "account.granted"
    REVOKED = "account.revoked"
    STAYED = "account.stayed"
    PASSWORD_SET = "account.password_set"  # noqa: S105 - an event, not a password
