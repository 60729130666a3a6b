"""What oversight writes to the event log; the subject is the appeal or complaint, the payload says of what."""

from enum import StrEnum


class OversightEvent(StrEnum):
    """Something happened to an appeal, a complaint or a suggestion."""

    APPEAL_FILED = "appeal.filed"
    APPEAL_CLIMBED = "appeal.climbed"
    APPEAL_UPHELD = "appeal.upheld"
    APPEAL_REFUSED = "appeal.refused"
    APPEAL_WITHDRAWN = "appeal.withdrawn"
    COMPLAINT_FILED = "complaint.filed"
    COMPLAINT_CLIMBED = "complaint.climbed"
    COMPLAINT_ANSWERED = "complaint.answered"
    COMPLAINT_RAISED_AGAIN = "complaint.raised_again"
