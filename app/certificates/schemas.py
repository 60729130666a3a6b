"""Request and response bodies of certificates."""

import uuid
from datetime import date

from app.certificates.models import Revocation, ServedAs
from app.kit.pagination import PageRequest
from app.kit.schema import Day, Id, IdFilter, Input, Output, ShortText, TextFilter, Time
from app.ledger.models import Provenance
from app.ledger.schemas import ByProvenance


class CertificateIn(Input):
    """From which day to which, both included; for a member of one's desk also who, and why."""

    since: Day
    until: Day
    member_id: Id | None = None
    reason: ShortText | None = None


class RevocationIn(Input):
    """Why a certificate is taken back; its member reads it."""

    reason: ShortText


class CertificatesWanted(PageRequest):
    """The certificates of one member, or the one of a number."""

    member_id: IdFilter = None
    number: TextFilter = None


class Line(Output):
    """One service as the sheet prints it."""

    kind: ServedAs
    title: str
    place: str
    on: date
    minutes: int
    provenance: Provenance


class Certified(Output):
    """What a certificate says, and since when and why it no longer counts."""

    number: str
    name: str
    since: date
    until: date
    minutes: int
    by_provenance: ByProvenance
    activities: int
    services: int
    issued_at: Time
    revoked_at: Time | None
    revocation: Revocation | None


class CertifiedOut(Certified):
    """What anybody who holds the code may know: whose it is only masked, and no single service."""


class CertificateBrief(Certified):
    """A certificate in a list; `code` is the text of its QR, `reason` why a desk issued it."""

    id: uuid.UUID
    code: str
    member_id: uuid.UUID
    organization_name: str
    reason: str | None
    revoke_reason: str | None


class CertificateOut(CertificateBrief):
    """A certificate with its services."""

    lines: list[Line]
