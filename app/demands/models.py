"""Demand, Claim, Service, Evaluation, Note and Reveal."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Sequence, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.demands.causes import Cause, ClaimCause
from app.demands.ladder import LadderStep
from app.demands.lifecycle import ENDS, NOT_OVERDUE, OPEN_STATES, ClaimState, Closing, Kind, Mode, Reason, State
from app.kit.db import PERSONAL, Base, Code, Id, one_of
from app.kit.geo import CoordType
from app.kit.sealing import Sealed, index_of
from app.ledger.models import Provenance


class Audience(StrEnum):
    """Who may claim an open demand."""

    MEMBERS = "members"
    RESIDENTS = "residents"
    ALL = "all"


class Result(StrEnum):
    """What became of a closed demand; only its filer makes it resolved."""

    RESOLVED = "resolved"
    HANDLED = "handled"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"
    NO_ANSWER = "no_answer"
    UNRATED = "unrated"


class ClaimantKind(StrEnum):
    """Who holds a claim."""

    MEMBER = "member"
    RESIDENT = "resident"
    ORGANIZATION = "organization"


class Outcome(StrEnum):
    """Whether a service did all that was asked; a partial one frees its place."""

    DONE = "done"
    PARTIAL = "partial"


class SeenAs(StrEnum):
    """As what somebody saw a demand's contact and exact address."""

    HANDLER = "handler"
    CLAIMANT = "claimant"


class Channel(StrEnum):
    """How an evaluation came in: from the filer, or noted by the desk on a follow-up call."""

    FILER = "filer"
    CALLBACK = "callback"


class NoteKind(StrEnum):
    """What a note was written for."""

    MESSAGE = "message"
    SUPPLEMENT = "supplement"
    DISPATCH = "dispatch"
    RETURN = "return"
    REJECT = "reject"
    TRANSFER = "transfer"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    NO_SHOW = "no_show"
    COMPLETE = "complete"
    LEFT = "left"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    SEND_BACK = "send_back"


NOT_DONE = (Result.UNRESOLVED, Result.REFERRED)
"""Results that say why: the others need no cause."""
GIVEN_UP = (ClaimState.DECLINED, ClaimState.WITHDRAWN, ClaimState.NO_SHOW)
"""How a claim ends for a cause of its claimant's."""
APPEALABLE = (State.REJECTED, State.MERGED, State.CANCELLED)
"""How a demand may end against its filer's will."""
NUMBERS = Sequence("demand_numbers", metadata=Base.metadata)


def listed(codes: Iterable[StrEnum]) -> str:
    """Codes as a constraint lists them."""
    return ", ".join(f"'{code}'" for code in sorted(codes))


OPEN = text(f"mode = 'open' AND state IN ({listed(OPEN_STATES)}) AND claimed < slots")
"""What somebody may claim, as the indexes of it say."""


class Demand(Base):
    """What a resident, a desk or an organization asks for, from filing to evaluation."""

    __tablename__ = "demands"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", State),
        one_of("mode", Mode),
        one_of("audience", Audience),
        one_of("result", Result),
        one_of("needs_desk", Reason),
        one_of("coord_type", CoordType),
        one_of("cause", Cause),
        one_of("closes", Closing),
        CheckConstraint(
            f"(state = 'rejected' OR coalesce(result, '') IN ({listed(NOT_DONE)})) = (cause IS NOT NULL)",
            "not_done_has_cause",
        ),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", "merged_has_target"),
        CheckConstraint("merged_into_id <> id AND parent_id <> id", "is_not_its_own"),
        CheckConstraint("(parent_id IS NULL) = (parent_round IS NULL)", "child_has_round"),
        CheckConstraint("parent_id IS NULL OR closes IS NULL", "child_is_not_split"),
        CheckConstraint("joins >= 0", "joins_not_negative"),
        CheckConstraint("claimed BETWEEN 0 AND slots", "claimed_within_slots"),
        CheckConstraint("(state = 'closed') = (result IS NOT NULL)", "closed_has_result"),
        CheckConstraint("ends_at > starts_at", "ends_after_start"),
        CheckConstraint(
            f"state IN ({listed(ENDS)}) OR timer_at IS NOT NULL OR needs_desk IS NOT NULL",
            "nothing_falls_asleep",
        ),
        CheckConstraint(
            f"state IN ({listed(NOT_OVERDUE)}) OR alarm_at IS NOT NULL OR climbed = {len(LadderStep)}",
            "overdue_climbs",
        ),
        CheckConstraint("(paused_at IS NULL) = (paused_until IS NULL)", "pause_is_whole"),
        CheckConstraint("(lng IS NULL) = (lat IS NULL) AND (lng IS NULL) = (coord_type IS NULL)", "location_is_whole"),
        CheckConstraint("(cell_lng IS NULL) = (cell_lat IS NULL)", "cell_is_whole"),
        Index(None, "handler_region_code", "id", postgresql_where=text("needs_desk IS NOT NULL")),
        Index(None, "region_code", "id"),
        Index(None, "tokens", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}),
        Index("ix_demands_alarm_at", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
        Index("ix_demands_timer_at", "timer_at", postgresql_where=text("timer_at IS NOT NULL")),
        Index("ix_demands_open", "region_code", "id", postgresql_where=OPEN),  # the newest of a community
        Index("ix_demands_open_newest", "id", "region_code", postgresql_where=OPEN),  # of a district: none is sorted
        Index(None, "filed_by", "id"),
        Index(None, "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index(None, "parent_id", "id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(None, "on_behalf_phone_index", "id", postgresql_where=text("on_behalf_phone_index IS NOT NULL")),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    category: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Sealed("demands.description"), info=PERSONAL)
    answers: Mapped[str | None] = mapped_column(Sealed("demands.answers"), info=PERSONAL)
    """To the category's questions, as a JSON object by their codes."""
    region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    origin_region_code: Mapped[Code]
    """Where it was first filed; that desk keeps sight of it when it is transferred."""
    handler_region_code: Mapped[Code] = mapped_column(ForeignKey("regions.code"))
    address: Mapped[str | None] = mapped_column(Sealed("demands.address"), info=PERSONAL)
    lng: Mapped[float | None] = mapped_column(Sealed("demands.lng", float), info=PERSONAL)
    lat: Mapped[float | None] = mapped_column(Sealed("demands.lat", float), info=PERSONAL)
    coord_type: Mapped[CoordType | None]
    """The datum that the place was given in and is shown in again; kept it is in WGS-84."""
    cell_lng: Mapped[float | None]
    cell_lat: Mapped[float | None]
    """The middle of the square kilometre around it, in WGS-84: who is near can be told without the place."""
    contact_name: Mapped[str | None] = mapped_column(Sealed("demands.contact_name"), info=PERSONAL)
    contact_phone: Mapped[str | None] = mapped_column(Sealed("demands.contact_phone"), info=PERSONAL)
    wanted_by: Mapped[datetime | None]
    anonymous: Mapped[bool]
    filed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    staff_filed: Mapped[bool]
    """Whether staff or a liaison asked on their organization's behalf, so that nobody can rate it."""
    on_behalf_name: Mapped[str | None] = mapped_column(Sealed("demands.on_behalf_name"), info=PERSONAL)
    on_behalf_phone: Mapped[str | None] = mapped_column(Sealed("demands.on_behalf_phone", findable=True), info=PERSONAL)
    on_behalf_phone_index: Mapped[bytes | None] = index_of("demands.on_behalf_phone")
    state: Mapped[State]
    round: Mapped[int]
    mode: Mapped[Mode | None]
    audience: Mapped[Audience | None]
    slots: Mapped[int]
    claimed: Mapped[int]
    """This round's live and done places."""
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    """When it should be finished; while it is paused, as if the pause lasted to its end."""
    due_from: Mapped[datetime]
    """When the clock of its due time began: filing, or the latest reopening."""
    due_by_hand: Mapped[datetime | None]
    """The due time that the desk set by hand, which no change of a rule moves."""
    paused: Mapped[timedelta] = mapped_column(server_default=text("'0'"))
    """How long its clock has stood still before, for its filer's answers."""
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """When a pause that nobody ends has used up what the policy allows."""
    alarm_at: Mapped[datetime | None]
    """When the worker must look at its due time and at a whistle's clocks; never later than the first of them."""
    climbed: Mapped[int] = mapped_column(server_default=text("0"))
    """How many steps of the ladder it has climbed since it missed its due time."""
    filed_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    """When it last went on; the clocks that rest on silence count from here."""
    timer_at: Mapped[datetime | None]
    """When the worker must look at it again."""
    needs_desk: Mapped[Reason | None]
    awaits_approval: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether a whistle waits for the word of the subdistrict's desk."""
    result: Mapped[Result | None]
    cause: Mapped[Cause | None]
    """Why it is not done."""
    dissatisfied: Mapped[bool]
    """Whether this round's evaluation says "not resolved" and no desk has answered it."""
    closed_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    """When its filer last appealed how it ended: each ending is appealed once."""
    tokens: Mapped[list[str]] = mapped_column(
        ARRAY(Text), Computed("demand_tokens(region_code, title)", persisted=True), deferred=True
    )
    """Its community and each two letters of its title, by which similar ones are found; the database keeps it."""
    reopens: Mapped[int]
    """How often a desk began another round."""
    joins: Mapped[int]
    """How many others want it too: who joined, and who filed or joined what was merged into it."""
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demands.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demands.id"))
    parent_round: Mapped[int | None]
    """The round of the parent that it belongs to."""
    closes: Mapped[Closing | None]
    """How its children end it; empty where it is not split."""


class Claim(Base):
    """One claimant's part in one round of a demand, offered to them or taken by them."""

    __tablename__ = "claims"
    __table_args__ = (
        one_of("state", ClaimState),
        one_of("claimant_kind", ClaimantKind),
        one_of("outcome", Outcome),
        one_of("provenance", Provenance),
        one_of("cause", ClaimCause),
        CheckConstraint(f"(state IN ({listed(GIVEN_UP)})) = (cause IS NOT NULL)", "given_up_has_cause"),
        CheckConstraint("places > 0", "places_positive"),
        CheckConstraint("minutes >= 0", "minutes_not_negative"),
        CheckConstraint("(state = 'offered') <= (expires_at IS NOT NULL)", "offers_expire"),
        Index(
            "uq_claims_live_or_done",
            "demand_id",
            "round",
            "claimant_id",
            unique=True,
            postgresql_where=text("state IN ('offered', 'accepted', 'arrived', 'completed', 'confirmed')"),
        ),
        Index(None, "claimant_id", "id"),
    )

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), index=True)
    round: Mapped[int]
    claimant_kind: Mapped[ClaimantKind]
    claimant_id: Mapped[uuid.UUID]
    """A member's, an account's or an organization's id, as `claimant_kind` says."""
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    """The organization that claims as one; empty where a person claims for themselves."""
    places: Mapped[int]
    note: Mapped[str | None] = mapped_column(Sealed("claims.note"), info=PERSONAL)
    state: Mapped[ClaimState]
    outcome: Mapped[Outcome | None]
    cause: Mapped[ClaimCause | None]
    """Why the claimant gave it up or did not come."""
    departmental: Mapped[bool]
    """Whether it answers a whistle: duty, for which no volunteer hours are booked."""
    made_by: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    acknowledge_by: Mapped[datetime | None]
    contact_by: Mapped[datetime | None]
    arrive_by: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    """Minutes a person served, over all services of a post; an organization's members served this long each."""
    provenance: Mapped[Provenance | None]
    evidence_missing: Mapped[bool] = mapped_column(default=False)
    """Whether its last completion showed less of the work than the category asks for."""


class ClaimMember(Base):
    """A member who serves for an organization's claim; the hours are theirs."""

    __tablename__ = "claim_members"

    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class Service(Base):
    """One time that a claim was served; a post's claim has many, any other has one."""

    __tablename__ = "services"
    __table_args__ = (
        one_of("provenance", Provenance),
        UniqueConstraint("claim_id", "sequence"),
        CheckConstraint("minutes >= 0", "minutes_not_negative"),
    )

    id: Mapped[Id]
    claim_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("claims.id"))
    sequence: Mapped[int]
    minutes: Mapped[int]
    provenance: Mapped[Provenance]
    flagged: Mapped[bool]
    """Whether the minutes said do not fit the clock, for a person to look at."""
    served_at: Mapped[datetime]
    confirmed_by: Mapped[uuid.UUID | None]


class Evaluation(Base):
    """What the filer says of one round."""

    __tablename__ = "evaluations"
    __table_args__ = (
        one_of("channel", Channel),
        Index("uq_evaluations_round", "demand_id", "round", unique=True, postgresql_where=text("struck_at IS NULL")),
        CheckConstraint("stars BETWEEN 1 AND 5", "stars_1_to_5"),
    )

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"))
    round: Mapped[int]
    stars: Mapped[int]
    resolved: Mapped[bool]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    comment: Mapped[str | None] = mapped_column(Sealed("evaluations.comment"), info=PERSONAL)
    channel: Mapped[Channel]
    evaluated_by: Mapped[uuid.UUID]
    evaluated_at: Mapped[datetime]
    struck_at: Mapped[datetime | None]
    """When an appeal over it was upheld: it counts nowhere."""


class Note(Base):
    """Words that belong to a demand: a message between its people, or the reason of an action."""

    __tablename__ = "notes"
    __table_args__ = (one_of("kind", NoteKind), Index(None, "demand_id", "id"))

    id: Mapped[Id]
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"))
    kind: Mapped[NoteKind]
    text: Mapped[str] = mapped_column(Sealed("notes.text"), info=PERSONAL)
    author: Mapped[uuid.UUID]
    written_at: Mapped[datetime]


class Reveal(Base):
    """Who saw a demand's contact and exact address, and as what: once a day."""

    __tablename__ = "reveals"
    __table_args__ = (one_of("seen_as", SeenAs),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demands.id"), primary_key=True, index=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    seen_as: Mapped[SeenAs]
