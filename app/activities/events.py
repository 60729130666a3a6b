"""What activities write to the event log; the subject is the activity, the payload names shift and sign-up."""

from enum import StrEnum


class ActivityEvent(StrEnum):
    """Something happened to an activity, to one of its shifts, or to somebody's sign-up."""

    DRAFTED = "activity.drafted"
    CHANGED = "activity.changed"
    PUBLISHED = "activity.published"
    CANCELLED = "activity.cancelled"
    ENDED = "activity.ended"
    SHIFTS_ADDED = "activity.shifts_added"
    SHIFT_MOVED = "activity.shift_moved"
    SHIFT_CANCELLED = "activity.shift_cancelled"
    SHIFT_REMINDED = "activity.shift_reminded"
    SHIFT_BEGUN = "activity.shift_begun"
    SHIFT_CLOSED = "activity.shift_closed"
    RESIZED = "activity.resized"
    SIGNED_UP = "activity.signed_up"
    QUEUED = "activity.queued"
    PROMOTED = "activity.promoted"
    ACCEPTED = "activity.accepted"
    LAPSED = "activity.lapsed"
    WITHDRAWN = "activity.withdrawn"
    REQUEUED = "activity.requeued"
    RELEASED = "activity.released"
    ATTENDED = "activity.attended"
    LEFT = "activity.left"
    NO_SHOW = "activity.no_show"
    EXCUSED = "activity.excused"
    ENTERED = "activity.entered"
    """A presence after the fact was vouched for by a second person."""


class LateEntryEvent(StrEnum):
    """Something happened to an entry after the fact, which is the subject."""

    ENTERED = "late_entry.entered"
    ACCEPTED = "late_entry.accepted"
    REFUSED = "late_entry.refused"
