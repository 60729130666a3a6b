"""What lists write to the event log; the subject is the list or the item."""

from enum import StrEnum


class ListEvent(StrEnum):
    """What happened to a list, or to an item of it."""

    DRAWN_UP = "list.drawn_up"
    PUBLISHED = "list.published"
    ITEM_ADDED = "list_item.added"
    ITEM_CHANGED = "list_item.changed"
    ITEM_WITHDRAWN = "list_item.withdrawn"
    ITEM_ASKED = "list_item.asked"
    PLANNED = "list_item.planned"
    REACHED = "list_item.reached"


class TakingEvent(StrEnum):
    """What happened to a taking."""

    OFFERED = "taking.offered"
    TAKEN = "taking.taken"
    DECLINED = "taking.declined"
    WITHDRAWN = "taking.withdrawn"
    DONE = "taking.done"
    GIVEN_UP = "taking.given_up"


class SharingEvent(StrEnum):
    """What happened to a pairing or a contribution."""

    PAIRED = "pairing.made"
    PARTED = "pairing.ended"
    CONTRIBUTED = "contribution.noted"
    REVERSED = "contribution.reversed"


class BookingEvent(StrEnum):
    """What happened to a booking."""

    BOOKED = "booking.booked"
    HANDED_OVER = "booking.handed_over"
    RETURNED = "booking.returned"
    CANCELLED = "booking.cancelled"
    OVERDUE = "booking.overdue"


class SuggestionEvent(StrEnum):
    """What happened to a suggestion."""

    RAISED = "suggestion.raised"
    CALLED_AGAIN = "suggestion.called_again"
    ANSWERED = "suggestion.answered"
    ACCEPTED = "suggestion.accepted"
    REFUSED = "suggestion.refused"
