"""Request and response bodies of certificates."""

import uuid
from datetime import date
from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from app.certificates.models import NamedBy, Revocation, ServedAs
from app.kit.pagination import PageRequest
from app.kit.schema import Day, Id, IdFilter, Input, Output, ShortText, TextFilter, Time, wrong
from app.ledger.models import Provenance
from app.ledger.schemas import ByProvenance


class CertificateIn(Input):
    """From which day to which, both included; for somebody of one's desk also who, and why.

    `name` is what stands on the certificate of a resident; a member's is their roster's.
    """

    since: Day
    until: Day
    member_id: Id | None = None
    account_id: Id | None = None
    name: Annotated[ShortText, StringConstraints(max_length=40)] | None = None
    reason: ShortText | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.member_id and self.account_id:
            raise wrong("name_one", "请指明一名党员或一名居民", "name a member or a resident")
        return self


class RevocationIn(Input):
    """Why a certificate is taken back; its holder reads it."""

    reason: ShortText


class CertificatesWanted(PageRequest):
    """The certificates of one member or resident, or the one of a number."""

    member_id: IdFilter = None
    account_id: IdFilter = None
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
    named_by: NamedBy
    """Whether a roster, a desk or only the holder says what they are called."""
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
    member_id: uuid.UUID | None
    account_id: uuid.UUID | None
    """The resident's, where it is no member's."""
    organization_name: str | None
    reason: str | None
    revoke_reason: str | None


class CertificateOut(CertificateBrief):
    """A certificate with its services."""

    lines: list[Line]
