"""Request and response bodies of scans."""

import uuid
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.checkins.scan_models import RefusalCause, ScanAction, ScanFlag, ScanOutcome, ScanReason
from app.kit.geo import Location
from app.kit.pagination import PageRequest
from app.kit.schema import Bool, ExactText, Id, IdFilter, Input, Output, RegionFilter, Time, TimeIn, wrong

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""What a phone made up: for itself, once, or for one scan."""
ScannedText = Annotated[ExactText, StringConstraints(min_length=1, max_length=300)]
"""A code as it was read: the address of its page, or what is in it."""
MOST = 100


class SeenAt(Location):
    """Where a phone says that it is, and within how many metres."""

    accuracy: Annotated[float, Field(ge=0, le=10_000_000, strict=True)] | None = None


class ScanIn(Input):
    """One scan; what it means is found out where it is not said.

    `subject_id` is the shift, the claim, or the organization that reports in. `scanned_at` is kept as a claim.
    """

    nonce: Token
    code: ScannedText
    scanned_at: TimeIn
    offline: Bool = False
    action: ScanAction | None = None
    subject_id: Id | None = None
    location: SeenAt | None = None


class ArriveIn(Input):
    """Neither is needed. A code is one that a place shows here and now; a location is looked at with a code only."""

    location: SeenAt | None = None
    code: ScannedText | None = None


class ScansIn(Input):
    """What a phone has scanned since it last reached us; a scan that it is not sure of is sent again as it was."""

    device: Token
    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=MOST)]


class ScanOut(Output):
    """What became of a scan; `decided` says what a person made of one that waited."""

    nonce: str
    outcome: ScanOutcome
    reason: ScanReason | None
    action: ScanAction | None
    subject_id: uuid.UUID | None
    received_at: Time
    counts_at: Time | None
    """The moment that counts; where the same counted before, that one."""
    decided: bool | None


class ScannedOut(Output):
    """One answer for each scan, in their order."""

    items: list[ScanOut]


class ScanFilter(PageRequest):
    """Those that wait for a person, or all that are flagged; of a region, or of one shift or claim."""

    flagged: bool = False
    region: RegionFilter = None
    subject_id: IdFilter = None


class ScanDecisionIn(Input):
    """Whether it counts, and from when: unless said, from when we heard of it or when the code was shown.

    A refusal says why, which whoever it is about reads.
    """

    accepted: Bool
    at: TimeIn | None = None
    cause: RefusalCause | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if self.accepted == (self.cause is not None):
            raise wrong(
                "cause_of_a_refusal", "不予计入须选择原因，计入则不选", "a refusal, and nothing else, has a cause"
            )
        return self


class HeldScanOut(Output):
    """A scan as who decides of it sees it: who, what, when, and what is odd; `claimed_at` is what the phone said."""

    id: uuid.UUID
    name: str
    outcome: ScanOutcome
    reason: ScanReason | None
    flags: list[ScanFlag]
    action: ScanAction | None
    subject_id: uuid.UUID | None
    place_id: uuid.UUID | None
    place_name: str | None
    region_code: str | None
    offline: bool
    claimed_at: Time
    shown_at: Time | None
    received_at: Time
    distance: int | None
    """Metres from its place, where the region's rule asks for locations."""
    decided: bool | None
    cause: RefusalCause | None
    decided_at: Time | None
    actions: list[str]
