"""What privacy writes to the event log; the subject is the account."""

from enum import StrEnum


class PrivacyEvent(StrEnum):
    """Somebody decided on their own data; LEAVING, STAYED and ERASED are the steps of deleting an account."""

    CONSENTED = "account.consented"
    WITHDREW = "account.withdrew_consent"
    EXPORTED = "account.exported"
    LEAVING = "account.leaving"
    ERASED = "account.erased"
