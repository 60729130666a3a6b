"""Notification and Mute: what somebody was told, and what they do not want to be told."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, Id, one_of


class NotificationGroup(StrEnum):
    """What messages are about; some groups can be muted."""

    OUTCOME = "outcome"
    PROGRESS = "progress"
    TALK = "talk"
    OFFER = "offer"
    SERVICE = "service"
    DESK = "desk"
    ALERT = "alert"


MUTABLE = (NotificationGroup.PROGRESS, NotificationGroup.TALK, NotificationGroup.OFFER, NotificationGroup.DESK)
"""Not what became of one's own demand, what changes a service that one has promised, and alarms."""


class NotificationKind(StrEnum):
    """What a message says; the words are in `texts.py`."""

    FILED_FOR_YOU = "filed_for_you"
    RETURNED = "returned"
    REJECTED = "rejected"
    RATE = "rate"
    RATED_FOR_YOU = "rated_for_you"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPLIT = "split"
    DISPATCHED = "dispatched"
    MOVED = "moved"
    CLAIMED = "claimed"
    ARRIVED = "arrived"
    WITHDRAWN = "withdrawn"
    NO_SHOW = "no_show"
    MESSAGE = "message"
    OFFERED = "offered"
    WHISTLED = "whistled"
    OFFER_EXPIRED = "offer_expired"
    RELEASED = "released"
    RESTORED = "restored"
    STAFFED = "staffed"
    PLAN_CHANGED = "plan_changed"
    NOTED = "noted"
    MARKED_ABSENT = "marked_absent"
    DUTY_ENDED = "duty_ended"
    CONFIRMED = "confirmed"
    RATED = "rated"
    NEW = "new"
    SUPPLEMENTED = "supplemented"
    NEEDS_DESK = "needs_desk"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    WITHDRAWN_LATE = "withdrawn_late"
    OVERDUE = "overdue"
    WHISTLE_DUE = "whistle_due"
    WHISTLE_MISSED = "whistle_missed"
    WHISTLE_SENT_BACK = "whistle_sent_back"
    HOURS_HELD = "hours_held"
    HOURS_SETTLED = "hours_settled"
    APPEAL_TO_DECIDE = "appeal_to_decide"
    APPEAL_CLIMBED = "appeal_climbed"
    APPEAL_UPHELD = "appeal_upheld"
    APPEAL_REFUSED = "appeal_refused"
    DECISION_REVERSED = "decision_reversed"
    COMPLAINT_TO_ANSWER = "complaint_to_answer"
    COMPLAINT_CLIMBED = "complaint_climbed"
    COMPLAINT_ANSWERED = "complaint_answered"
    BINDING_TO_DECIDE = "binding_to_decide"
    BINDING_DECIDED = "binding_decided"
    ENROLLMENT_TO_CONFIRM = "enrollment_to_confirm"
    EXIT_TO_DECIDE = "exit_to_decide"
    ENROLLMENT_CONFIRMED = "enrollment_confirmed"
    ENROLLMENT_REFUSED = "enrollment_refused"
    ENROLLMENT_KEPT = "enrollment_kept"
    ENROLLMENT_ENDED = "enrollment_ended"
    MUSTERED = "mustered"
    SHIFT_REMINDED = "shift_reminded"
    SHIFT_MOVED = "shift_moved"
    SHIFT_CLASHES = "shift_clashes"
    SHIFT_CANCELLED = "shift_cancelled"
    PLACE_FREE = "place_free"
    PLACE_LAPSED = "place_lapsed"
    SIGN_UP_NOTED = "sign_up_noted"
    LATE_ENTRY_TO_CONFIRM = "late_entry_to_confirm"
    LATE_ENTRY_ACCEPTED = "late_entry_accepted"
    LATE_ENTRY_REFUSED = "late_entry_refused"
    OBSERVATION_OPENED = "observation_opened"
    OBSERVATION_CHANGED = "observation_changed"
    OBSERVATION_DUE = "observation_due"
    OBSERVATION_CLOSED = "observation_closed"
    UNDERTAKING_RAISED = "undertaking_raised"
    UNDERTAKING_DUE = "undertaking_due"
    UNDERTAKING_SHOWN = "undertaking_shown"
    UNDERTAKING_LOOKED_AT = "undertaking_looked_at"
    SUGGESTION_TO_ANSWER = "suggestion_to_answer"
    SUGGESTION_ANSWERED = "suggestion_answered"
    SUGGESTION_ACCEPTED = "suggestion_accepted"
    SUGGESTION_REFUSED = "suggestion_refused"
    PROJECT_OFFERED = "project_offered"
    PROJECT_TAKEN = "project_taken"
    PROJECT_DECLINED = "project_declined"
    PROJECT_WITHDRAWN = "project_withdrawn"
    PROJECT_DONE = "project_done"
    PROJECT_GIVEN_UP = "project_given_up"
    BOOKED = "booked"
    BOOKING_CANCELLED = "booking_cancelled"
    LOAN_OVERDUE = "loan_overdue"


class SubjectKind(StrEnum):
    """What a message opens."""

    DEMAND = "demand"
    CLAIM = "claim"
    APPEAL = "appeal"
    COMPLAINT = "complaint"
    BINDING = "binding"
    ENROLLMENT = "enrollment"
    MUSTER = "muster"
    SIGN_UP = "sign_up"
    LATE_ENTRY = "late_entry"
    OBSERVATION = "observation"
    UNDERTAKING = "undertaking"
    SUGGESTION = "suggestion"
    TAKING = "taking"
    BOOKING = "booking"


class Notification(Base):
    """One message to one account: who and which event, never a word; the text is made when it is read."""

    __tablename__ = "notifications"
    __table_args__ = (
        one_of("kind", NotificationKind),
        one_of("subject_kind", SubjectKind),
        CheckConstraint("times > 0", "times_positive"),
        CheckConstraint("(subject_kind IN ('demand', 'claim')) = (demand_id IS NOT NULL)", "demand_or_matter"),
        # nobody is told of one event twice; also the order of a list
        Index("uq_notifications_account_id_n", "account_id", "n", unique=True),
        # alike ones are one row until it is read; unread ones are counted from this index alone
        Index(
            "uq_notifications_unread",
            "account_id",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
        ),
        # calls that nobody needs to answer any more are found by what they are about
        Index("ix_notifications_unread_demand", "demand_id", postgresql_where=text("read_at IS NULL")),
        Index(
            "ix_notifications_unread_matter",
            "subject_id",
            postgresql_where=text("read_at IS NULL AND demand_id IS NULL"),
        ),
        Index(None, "at"),
    )

    id: Mapped[Id]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[NotificationKind]
    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[uuid.UUID]
    demand_id: Mapped[uuid.UUID | None]
    """The demand that the subject is or belongs to: who may no longer see it reads no details. A matter has none.

    No foreign key: it would hold a lock on every demand of a batch, and claims would wait for the follower.
    """
    n: Mapped[int] = mapped_column(BigInteger)
    """The number of the newest event that it tells of."""
    times: Mapped[int]
    """How many alike events it stands for."""
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Mute(Base):
    """A group of messages that somebody does not want."""

    __tablename__ = "notification_mutes"
    __table_args__ = (CheckConstraint(f"muted IN ({', '.join(repr(str(one)) for one in MUTABLE)})", "can_be_muted"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    muted: Mapped[NotificationGroup] = mapped_column(primary_key=True)
