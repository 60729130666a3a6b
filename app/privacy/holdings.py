"""What the service holds about a person, table by table: how it is found, and what erasing leaves of it.

A table with personal columns that is missing here is a test's failure.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from app.access.models import Account, Consent, Grant, Identity, SignIn
from app.activities.models import CalendarLink, LateEntry, Leader, SignUp
from app.certificates.models import Certificate
from app.checkins.models import Place
from app.checkins.scan_models import Scan, ScanLocation
from app.cobuilding.lists.sharing_models import Booking, Contribution
from app.cobuilding.lists.suggestion_models import Suggestion
from app.content.models import File, UploadDay
from app.demands.feedback_models import Feedback, ResponseRating
from app.demands.following_models import Join
from app.demands.models import Claim, Demand, Evaluation, Note, NoteKind, Reveal, Service
from app.enrollments.call_models import Designation, Muster
from app.enrollments.models import Enrollment
from app.kit.db import Base
from app.ledger.models import Entry
from app.members.models import BindingRequest, Engagement, Member, MemberMerge, Preference
from app.notifications.models import Mute, Notification
from app.oversight.appeals.models import Appeal, Complaint
from app.oversight.observations.models import (
    Copied,
    Highlight,
    Look,
    Observation,
    Observed,
    Panelist,
    Remark,
    Rubric,
    RubricVersion,
    Score,
    Undertaking,
)
from app.rosters.models import RosterImport, RosterPage

GONE = "已删除"
"""What stands where a text cannot be empty."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person under every id that rows know them by."""

    account_id: uuid.UUID
    demand_ids: list[uuid.UUID]
    """What was filed by them for themselves, or for them."""
    entry_ids: list[uuid.UUID] = field(default_factory=list)
    """The member's id with those of the entries that were merged into it."""

    @property
    def ids(self) -> list[uuid.UUID]:
        """The account's id, and the member's where they are one."""
        return [self.account_id, *self.entry_ids]


Whose = Callable[[Person], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: which rows are a person's, and what becomes of them."""

    model: type[Base]
    theirs: Whose
    """What they get when they ask for their data."""
    erased: dict[str, Any] = field(default_factory=dict)
    """What erasing writes into the columns that say who they are."""
    also_erased: Whose | None = None
    """Rows of others that may speak of them."""
    removed: bool = False
    """Whether erasing removes the rows."""
    kept: dict[str, str] = field(default_factory=dict)
    """Personal columns that stay, each with the reason."""
    withheld: frozenset[str] = frozenset()
    """Columns that are not handed out: secrets, and who somebody else is."""


def _on_theirs(model: Any) -> Whose:
    return lambda person: model.demand_id.in_(person.demand_ids)


def _made_by(column: Any) -> Whose:
    return lambda person: column == person.account_id


def _claims(person: Person) -> ColumnElement[bool]:
    return Claim.claimant_id.in_(person.ids)


def _scans(person: Person) -> ColumnElement[bool]:
    return or_(Scan.scanned_by == person.account_id, Scan.person_id.in_(person.ids))


OWN_WORDS = (
    NoteKind.MESSAGE,
    NoteKind.SUPPLEMENT,
    NoteKind.CANCEL,
    NoteKind.DECLINE,
    NoteKind.WITHDRAW,
    NoteKind.COMPLETE,
)
"""What people write for themselves; the reasons of a desk are the desk's, whoever wrote them."""
ROSTER = "the organization's roster, not the account's: it keeps its members, and corrects them on request"

GIFTS = "a register of gifts, which must still balance; no account stands behind a giver's name"
A_DAY = "rows of many people on their way to a roster, removed within a day"

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        Account,
        lambda person: Account.id == person.account_id,
        erased=dict.fromkeys(
            ("nickname", "phone", "home_region_code", "member_id", "username", "password_hash", "leaving_at")
        ),
        withheld=frozenset({"password_hash"}),
    ),
    Holding(
        Identity,
        lambda person: Identity.account_id == person.account_id,
        removed=True,
        withheld=frozenset({"subject", "union_id"}),
    ),
    Holding(Consent, lambda person: Consent.account_id == person.account_id),
    Holding(Grant, lambda person: Grant.account_id == person.account_id),
    Holding(SignIn, lambda person: SignIn.account_id == person.account_id),
    Holding(BindingRequest, lambda person: BindingRequest.account_id == person.account_id),
    Holding(
        MemberMerge,
        lambda person: MemberMerge.member_id.in_(person.entry_ids) | (MemberMerge.account_id == person.account_id),
        withheld=frozenset({"merged_by", "undone_by"}),
    ),
    Holding(Member, lambda person: Member.id.in_(person.entry_ids), kept={"name": ROSTER, "phone": ROSTER}),
    Holding(Preference, lambda person: Preference.member_id.in_(person.entry_ids), removed=True),
    Holding(Notification, lambda person: Notification.account_id == person.account_id, removed=True),
    Holding(Mute, lambda person: Mute.account_id == person.account_id, removed=True),
    Holding(
        Enrollment,
        lambda person: Enrollment.member_id.in_(person.entry_ids),
        erased={"reason": None},
        withheld=frozenset({"requested_by", "confirmed_by", "ended_by"}),
    ),
    Holding(
        Designation,
        lambda person: Designation.designated_by == person.account_id,
        withheld=frozenset({"ended_by"}),
    ),
    Holding(Muster, lambda person: Muster.opened_by == person.account_id, withheld=frozenset({"closed_by"})),
    Holding(Place, lambda person: Place.made_by == person.account_id),
    Holding(SignUp, lambda person: SignUp.person_id.in_(person.ids), withheld=frozenset({"made_by", "said_by"})),
    Holding(
        LateEntry,
        lambda person: LateEntry.person_id.in_(person.ids),
        erased={"reason": GONE},
        withheld=frozenset({"entered_by", "decided_by"}),
    ),
    Holding(
        ScanLocation,
        lambda person: ScanLocation.scan_id.in_(select(Scan.id).where(_scans(person))),
        removed=True,
    ),
    Holding(Scan, _scans, withheld=frozenset({"scanned_by", "used_code", "person_id"})),
    Holding(Leader, lambda person: Leader.member_id.in_(person.entry_ids)),
    Holding(
        CalendarLink,
        lambda person: CalendarLink.account_id == person.account_id,
        removed=True,
        withheld=frozenset({"token_hash"}),
    ),
    Holding(Engagement, lambda person: Engagement.person_id.in_(person.ids)),
    Holding(
        Note,
        lambda person: (Note.author == person.account_id) & Note.kind.in_(OWN_WORDS),
        erased={"text": GONE},
        also_erased=_on_theirs(Note),
    ),
    Holding(
        Evaluation,
        lambda person: Evaluation.evaluated_by == person.account_id,
        erased={"comment": None},
        also_erased=_on_theirs(Evaluation),
    ),
    Holding(Feedback, lambda person: Feedback.given_by == person.account_id, erased={"comment": None}),
    Holding(ResponseRating, lambda person: ResponseRating.rated_by == person.account_id, erased={"comment": None}),
    Holding(Claim, _claims, erased={"note": None}, also_erased=_on_theirs(Claim)),
    Holding(Service, lambda person: Service.claim_id.in_(select(Claim.id).where(_claims(person)))),
    Holding(
        Appeal,
        lambda person: Appeal.filed_by == person.account_id,
        erased={"reason": GONE, "answer": None},
        withheld=frozenset({"decided_by", "ended_by"}),
    ),
    Holding(
        Complaint,
        lambda person: Complaint.filed_by == person.account_id,
        erased={"text": GONE, "answer": None},
        withheld=frozenset({"answered_by"}),
    ),
    Holding(
        Suggestion,
        lambda person: Suggestion.author_id == person.account_id,
        erased={"text": GONE, "author_name": None, "answer": None},
        withheld=frozenset({"noted_by", "ended_by"}),
    ),
    Holding(Booking, lambda person: Booking.booked_by == person.account_id),
    Holding(Contribution, lambda _: false(), kept={"giver": GIFTS}),
    Holding(
        File,
        lambda person: File.uploaded_by == person.account_id,
        also_erased=lambda person: File.subject_id.in_(person.demand_ids),
        removed=True,
        withheld=frozenset({"blob", "content_mac"}),
    ),
    Holding(Rubric, _made_by(Rubric.made_by)),
    Holding(RubricVersion, _made_by(RubricVersion.published_by)),
    Holding(Observation, _made_by(Observation.made_by)),
    Holding(Observed, _made_by(Observed.reported_by)),
    Holding(Remark, _made_by(Remark.made_by)),
    Holding(
        Undertaking,
        lambda person: or_(Undertaking.made_by == person.account_id, Undertaking.shown_by == person.account_id),
        withheld=frozenset({"made_by", "shown_by"}),
    ),
    Holding(Look, _made_by(Look.made_by)),
    Holding(Highlight, _made_by(Highlight.made_by)),
    Holding(Copied, _made_by(Copied.made_by)),
    Holding(Panelist, lambda person: Panelist.member_id.in_(person.entry_ids)),
    Holding(
        Score,
        lambda person: Score.panelist_id.in_(select(Panelist.id).where(Panelist.member_id.in_(person.entry_ids))),
    ),
    Holding(RosterImport, lambda person: RosterImport.sent_by == person.account_id, removed=True),
    Holding(RosterPage, lambda _: false(), kept={"rows": A_DAY, "outcomes": A_DAY}),
    Holding(UploadDay, lambda person: UploadDay.account_id == person.account_id, removed=True),
    Holding(Join, lambda person: Join.account_id == person.account_id),
    Holding(
        Reveal,
        lambda person: or_(Reveal.demand_id.in_(person.demand_ids), Reveal.account_id == person.account_id),
        withheld=frozenset({"account_id"}),
    ),
    Holding(
        Certificate,
        lambda person: Certificate.member_id.in_(person.entry_ids),
        removed=True,  # a sheet that is still about says who they are: its code is then found no more
        withheld=frozenset({"issued_by", "revoked_by"}),
    ),
    Holding(Entry, lambda person: Entry.holder_id.in_(person.ids), withheld=frozenset({"booked_by"})),
    Holding(
        Demand,
        lambda person: Demand.id.in_(person.demand_ids),
        erased={"title": GONE, "description": GONE}
        | dict.fromkeys(
            (
                "answers",
                "address",
                "lng",
                "lat",
                "coord_type",
                "cell_lng",
                "cell_lat",
                "contact_name",
                "contact_phone",
                "on_behalf_name",
                "on_behalf_phone",
            )
        ),
        withheld=frozenset({"tokens", "filed_by"}),
    ),
)
"""Demands come last: the others are found by them."""
