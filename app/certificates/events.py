"""What certificates write to the event log; the subject is the certificate."""

from enum import StrEnum


class CertificateEvent(StrEnum):
    """A certificate was issued, or taken back by a desk."""

    ISSUED = "certificate.issued"
    REVOKED = "certificate.revoked"
