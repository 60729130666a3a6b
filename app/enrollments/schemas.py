"""Request and response bodies of enrollments."""

import uuid
from typing import Annotated

from pydantic import Field

from app.enrollments.lifecycle import EnrollmentAction, EnrollmentState
from app.enrollments.models import EnrollmentSubject, MemberKind
from app.kit.pagination import PageRequest
from app.kit.schema import Bool, Id, IdFilter, Input, Int, LongText, Output, RegionCode, RegionFilter, Time
from app.organizations.models import OrganizationKind

Heads = Annotated[Int, Field(ge=1, le=100_000)]


class EnrollmentIn(Input):
    """A report to a community: the caller's own, their organization's, or a member's whom they answer for.

    `head_count` is for an organization that only says how many come: it then reports no names.
    """

    region_code: RegionCode
    organization_id: Id | None = None
    member_id: Id | None = None
    kind: MemberKind = MemberKind.IN_SERVICE
    head_count: Heads | None = None
    is_primary: Bool | None = None
    """Unless said, the first one that stands is."""


class ElsewhereIn(Input):
    """Where somebody reports in next."""

    region_code: RegionCode


class WordsIn(Input):
    """What the desk says to it, which whoever reported in reads."""

    reason: LongText


class WordsMaybeIn(Input):
    """What the desk says to it, if anything."""

    reason: LongText | None = None


class BatchIn(Input):
    """Enrollments to be confirmed together."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


class EnrollmentFilter(PageRequest):
    """Which enrollments: mine, my organizations', those that wait for my desk, or all under my grant."""

    scope: Annotated[str, Field(pattern="^(mine|organization|desk|region)$")] = "mine"
    state: EnrollmentState | None = None
    subject: EnrollmentSubject | None = None
    region: RegionFilter = None
    organization_id: IdFilter = None


class EnrollmentOut(Output):
    """An enrollment; `actions` is what this caller may do now. What rank somebody holds is not asked here."""

    id: uuid.UUID
    number: str
    subject: EnrollmentSubject
    name: str
    """The organization's, or the member's: masked for those who need not know."""
    organization_id: uuid.UUID
    organization_name: str
    unit_kind: OrganizationKind
    member_id: uuid.UUID | None
    kind: MemberKind | None
    head_count: int | None
    region_code: str
    region_name: str
    is_primary: bool
    designated: bool
    state: EnrollmentState
    succeeds_id: uuid.UUID | None
    requested_at: Time
    confirmed_at: Time | None
    leaving_at: Time | None
    ended_at: Time | None
    reason: str | None
    actions: list[EnrollmentAction]


class EnrollmentCounts(Output):
    """How many reports and how many wishes to leave wait for the caller's desks."""

    requested: int
    leaving: int


class BatchItem(Output):
    """What became of one enrollment of a batch: `code` says why it was not confirmed."""

    id: uuid.UUID
    confirmed: bool
    code: str | None


class BatchOut(Output):
    """What became of each."""

    items: list[BatchItem]


class ReceiptOut(Output):
    """A receipt (回执): `code` is what its QR code holds and what anybody can verify at `/receipts/{code}`."""

    number: str
    code: str


class VerifiedOut(Output):
    """What a receipt says to whoever holds it: no name."""

    number: str
    subject: EnrollmentSubject
    kind: MemberKind | None
    region_code: str
    region_name: str
    reported_at: Time
    state: EnrollmentState
