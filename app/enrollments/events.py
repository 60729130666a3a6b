"""What enrollments write to the event log; the subject is the enrollment, the designation or the muster."""

from enum import StrEnum


class EnrollmentEvent(StrEnum):
    """Something happened to an enrollment."""

    REQUESTED = "enrollment.requested"
    CONFIRMED = "enrollment.confirmed"
    REFUSED = "enrollment.refused"
    WITHDRAWN = "enrollment.withdrawn"
    LEAVE_ASKED = "enrollment.leave_asked"
    LEAVE_WITHDRAWN = "enrollment.leave_withdrawn"
    KEPT = "enrollment.kept"
    ENDED = "enrollment.ended"


class CallEvent(StrEnum):
    """An organization was designated to a place, or called to report in."""

    DESIGNATED = "designation.made"
    DESIGNATION_ENDED = "designation.ended"
    MUSTER_OPENED = "muster.opened"
    MUSTER_CLOSED = "muster.closed"
