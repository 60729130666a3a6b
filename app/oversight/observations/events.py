"""What observation rounds write to the event log; the subject is the round, the undertaking, or the rubric."""

from enum import StrEnum


class ObservationEvent(StrEnum):
    """Something happened to a rubric, a round or one of its objects."""

    RUBRIC_PUBLISHED = "rubric.published"
    DRAFTED = "observation.drafted"
    CHANGED = "observation.changed"
    OPENED = "observation.opened"
    JOINED = "observation.joined"
    ADOPTED = "observation.adopted"
    SCORED = "observation.scored"
    RECUSED = "observation.recused"
    EXCUSED = "observation.excused"
    REPORTED = "observation.reported"
    REMARKED = "observation.remarked"
    DUE = "observation.due"
    CLOSED = "observation.closed"
    CANCELLED = "observation.cancelled"
    HIGHLIGHTED = "observation.highlighted"
    COPIED = "observation.copied"


class UndertakingEvent(StrEnum):
    """Something happened to what an object is to do."""

    RAISED = "undertaking.raised"
    DUE = "undertaking.due"
    SHOWN = "undertaking.shown"
    LOOKED_AT = "undertaking.looked_at"
