"""What the flow writes to the event log; the subject is always the demand."""

from enum import StrEnum


class DemandEvent(StrEnum):
    """Something happened to a demand or to a claim on it."""

    FILED = "demand.filed"
    SUPPLEMENTED = "demand.supplemented"
    DISPATCHED = "demand.dispatched"
    RETURNED = "demand.returned"
    REJECTED = "demand.rejected"
    TRANSFERRED = "demand.transferred"
    ESCALATED = "demand.escalated"
    COMPLETED = "demand.completed"
    EVALUATED = "demand.evaluated"
    CLOSED = "demand.closed"
    REOPENED = "demand.reopened"
    CANCELLED = "demand.cancelled"
    MESSAGED = "demand.messaged"
    NEEDS_DESK = "demand.needs_desk"
    OFFERED = "demand.offered"
    CLAIMED = "demand.claimed"
    DECLINED = "claim.declined"
    EXPIRED = "claim.expired"
    WITHDRAWN = "claim.withdrawn"
    RELEASED = "claim.released"
    CONTACTED = "claim.contacted"
    ARRIVED = "claim.arrived"
    SERVED = "claim.served"
    CONFIRMED = "claim.confirmed"
    NO_SHOW = "claim.no_show"
    STAFFED = "claim.staffed"
