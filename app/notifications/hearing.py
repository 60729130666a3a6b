"""Who hears what: one table from what happened to whom it is told and in which words; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.demands.events import DemandEvent
from app.demands.lifecycle import LIVE, NOT_OVERDUE, ClaimState, Relation
from app.demands.models import Claim, Demand
from app.kit.events import Event
from app.notifications.models import NotificationGroup, NotificationKind


class Receiver(StrEnum):
    """Who somebody is to what happened."""

    FILERS = "filers"
    """Who filed it and for whom it was filed."""
    FOLLOWERS = "followers"
    """Who joined it, and who filed, joined or was filed for in what was merged into it."""
    DESK = "desk"
    """Dispatchers and admins of the handler; where there are none, of the nearest region above."""
    CLAIMANT = "claimant"
    """Who holds the claim: a member or resident, or an organization's liaisons."""
    SERVING = "serving"
    """The members who serve for an organization's claim."""
    LIVE = "live"
    """Everybody who is under way for the demand: who holds a live claim or serves on one."""
    TAKING_PART = "taking_part"
    """Everybody who is under way or has served in this round."""
    TOLD = "told"
    """The accounts that the event itself names."""
    SERVED = "served"
    """Everybody who served in this round."""


OF_A_CLAIM = frozenset({Receiver.CLAIMANT, Receiver.SERVING})
"""Theirs is the claim, and that is what their message opens; for all others it is the demand."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One event with its demand and claim as they stand now."""

    event: Event
    demand: Demand
    claim: Claim | None
    late: timedelta
    """How long before its start a withdrawal is late."""


Condition = Callable[[Moment], bool]


def _always(_: Moment) -> bool:
    return True


def _desk_is_needed(moment: Moment) -> bool:
    """Whether its own desk must act, and is not waiting for the subdistrict's word."""
    return moment.demand.needs_desk is not None and not moment.demand.awaits_approval


def _desk_is_needed_for_that(moment: Moment) -> bool:
    return _desk_is_needed(moment) and moment.event.payload["reason"] == moment.demand.needs_desk


def _whistle_waits(moment: Moment) -> bool:
    return moment.demand.awaits_approval


def _offer_stands(moment: Moment) -> bool:
    return moment.claim is not None and moment.claim.state == ClaimState.OFFERED and not moment.claim.departmental


def _whistle_stands(moment: Moment) -> bool:
    return moment.claim is not None and moment.claim.state == ClaimState.OFFERED and moment.claim.departmental


def _is_unfinished(moment: Moment) -> bool:
    return moment.demand.state not in NOT_OVERDUE


def _is_waited_for(moment: Moment) -> bool:
    return moment.claim is not None and moment.claim.state in {ClaimState.OFFERED, *LIVE}


def _filer_rates(moment: Moment) -> bool:
    return not moment.demand.staff_filed and _is_whole(moment)


def _is_whole(moment: Moment) -> bool:
    """Whether it is no part of a demand: whoever filed the whole hears of that."""
    return moment.demand.parent_id is None


def _by_the_desk(moment: Moment) -> bool:
    return bool(moment.event.payload["by"] == Relation.HANDLER)


def _comes_late(moment: Moment) -> bool:
    """Whether somebody left who had arrived, or so shortly before the start that a replacement is hard to find."""
    starts_at, claim = moment.demand.starts_at, moment.claim
    was_there = claim is not None and claim.arrived_at is not None
    return was_there or (starts_at is not None and starts_at - moment.event.at <= moment.late)


def _leaves_staff_alone(moment: Moment) -> bool:
    """Whether whoever leads what is to be done, having filed it, must find somebody else at once."""
    return moment.demand.staff_filed and _comes_late(moment)


@dataclass(frozen=True, slots=True)
class Hears:
    """Some receivers hear a kind of message, under a condition."""

    who: Receiver
    kind: NotificationKind
    when: Condition = _always


E, R, N = DemandEvent, Receiver, NotificationKind
WHO_HEARS: dict[DemandEvent, tuple[Hears, ...]] = {
    E.FILED: (Hears(R.FILERS, N.FILED_FOR_YOU, _is_whole), Hears(R.DESK, N.NEW, _desk_is_needed)),
    E.SUPPLEMENTED: (Hears(R.DESK, N.SUPPLEMENTED, _desk_is_needed),),
    E.DISPATCHED: (Hears(R.FILERS, N.DISPATCHED), Hears(R.FOLLOWERS, N.DISPATCHED), Hears(R.LIVE, N.PLAN_CHANGED)),
    E.RETURNED: (Hears(R.FILERS, N.RETURNED),),
    E.REJECTED: (Hears(R.FILERS, N.REJECTED), Hears(R.FOLLOWERS, N.REJECTED)),
    E.TRANSFERRED: (Hears(R.FILERS, N.MOVED), Hears(R.FOLLOWERS, N.MOVED), Hears(R.DESK, N.NEW, _desk_is_needed)),
    E.ESCALATED: (Hears(R.FILERS, N.MOVED), Hears(R.FOLLOWERS, N.MOVED), Hears(R.DESK, N.NEW, _desk_is_needed)),
    E.COMPLETED: (Hears(R.FILERS, N.RATE, _filer_rates),),
    E.EVALUATED: (Hears(R.FILERS, N.RATED_FOR_YOU), Hears(R.SERVED, N.RATED)),
    E.CLOSED: (Hears(R.FILERS, N.CLOSED), Hears(R.FOLLOWERS, N.CLOSED)),
    E.REOPENED: (Hears(R.FILERS, N.REOPENED), Hears(R.FOLLOWERS, N.REOPENED)),
    E.REFILED: (
        Hears(R.FILERS, N.REOPENED),
        Hears(R.FOLLOWERS, N.REOPENED),
        Hears(R.DESK, N.NEW, _desk_is_needed),
    ),
    E.EVALUATION_STRUCK: (Hears(R.FILERS, N.NOTED), Hears(R.SERVED, N.NOTED)),
    E.CANCELLED: (Hears(R.FILERS, N.CANCELLED), Hears(R.FOLLOWERS, N.CANCELLED), Hears(R.DESK, N.TAKEN_BACK)),
    E.MERGED: (Hears(R.FILERS, N.MERGED), Hears(R.FOLLOWERS, N.MERGED)),
    E.UNMERGED: (Hears(R.FILERS, N.UNMERGED), Hears(R.FOLLOWERS, N.UNMERGED)),
    E.SPLIT: (Hears(R.FILERS, N.SPLIT), Hears(R.FOLLOWERS, N.SPLIT)),
    E.MESSAGED: (Hears(R.FILERS, N.MESSAGE), Hears(R.TAKING_PART, N.MESSAGE), Hears(R.DESK, N.MESSAGE)),
    E.NEEDS_DESK: (Hears(R.DESK, N.NEEDS_DESK, _desk_is_needed_for_that),),
    E.OFFERED: (Hears(R.CLAIMANT, N.OFFERED, _offer_stands), Hears(R.CLAIMANT, N.WHISTLED, _whistle_stands)),
    E.CLAIMED: (Hears(R.FILERS, N.CLAIMED), Hears(R.CLAIMANT, N.NOTED, _by_the_desk)),
    E.DECLINED: (Hears(R.CLAIMANT, N.NOTED, _by_the_desk), Hears(R.DESK, N.DECLINED)),
    E.EXPIRED: (Hears(R.CLAIMANT, N.OFFER_EXPIRED),),
    E.WITHDRAWN: (
        Hears(R.CLAIMANT, N.NOTED, _by_the_desk),
        Hears(R.DESK, N.WITHDRAWN_LATE, _comes_late),
        Hears(R.FILERS, N.WITHDRAWN_LATE, _leaves_staff_alone),
        Hears(R.FILERS, N.WITHDRAWN),
    ),
    E.RELEASED: (Hears(R.CLAIMANT, N.RELEASED), Hears(R.SERVING, N.RELEASED)),
    E.RESTORED: (Hears(R.CLAIMANT, N.RESTORED), Hears(R.SERVING, N.RESTORED)),
    E.ARRIVED: (Hears(R.FILERS, N.ARRIVED), Hears(R.CLAIMANT, N.NOTED, _by_the_desk)),
    E.SERVED: (Hears(R.CLAIMANT, N.NOTED, _by_the_desk),),
    E.ENDED: (Hears(R.CLAIMANT, N.DUTY_ENDED), Hears(R.SERVING, N.DUTY_ENDED)),
    E.CONFIRMED: (Hears(R.CLAIMANT, N.CONFIRMED), Hears(R.SERVING, N.CONFIRMED)),
    E.NO_SHOW: (Hears(R.CLAIMANT, N.MARKED_ABSENT), Hears(R.FILERS, N.NO_SHOW)),
    E.PROPOSED: (Hears(R.TOLD, N.NEEDS_DESK, _whistle_waits),),
    E.SENT_BACK: (Hears(R.TOLD, N.WHISTLE_SENT_BACK),),
    E.OVERDUE: (Hears(R.TOLD, N.OVERDUE, _is_unfinished),),
    E.WARNED: (Hears(R.TOLD, N.WHISTLE_DUE, _is_waited_for),),
    E.MISSED: (Hears(R.TOLD, N.WHISTLE_MISSED),),
    E.EXCUSED: (Hears(R.CLAIMANT, N.NOTED),),
    E.STAFFED: (Hears(R.SERVING, N.STAFFED),),
    E.HOURS_HELD: (Hears(R.CLAIMANT, N.HOURS_HELD), Hears(R.SERVING, N.HOURS_HELD)),
    E.HOURS_SETTLED: (Hears(R.CLAIMANT, N.HOURS_SETTLED), Hears(R.SERVING, N.HOURS_SETTLED)),
}
"""What happened: who hears it, and as what. Who is named twice hears the first; who did it hears nothing. A call
that nobody needs to answer any more is not made. An open demand calls nobody: members find it in their list."""

SILENT = frozenset(
    {
        E.CONTACTED,
        E.APPROVED,
        E.RESCHEDULED,
        E.TOOK_IN,
        E.LET_GO,
        E.JOINED,
        E.LEFT,
        E.CHILD_ENDED,
        E.FEEDBACK,
        E.RATED,
    }
)
"""What nobody is told: the filer was on the phone, an approved whistle is heard as such, a due time is read; others
want it too; a part tells its own end; and what those who served or the whistler say is read where it was asked for."""

CALLS_OF_A_DESK = frozenset({N.NEW, N.SUPPLEMENTED, N.NEEDS_DESK})
CALLS_OF_A_CLAIM = frozenset({N.OFFERED, N.WHISTLED})
"""Messages that ask for an answer; unread, they go when it has been given."""

G = NotificationGroup
GROUPS: dict[NotificationKind, NotificationGroup] = {
    **dict.fromkeys((N.RETURNED, N.REJECTED, N.RATE, N.RATED_FOR_YOU, N.CLOSED, N.CANCELLED, N.REOPENED), G.OUTCOME),
    **dict.fromkeys((N.FILED_FOR_YOU, N.NO_SHOW, N.MERGED, N.UNMERGED), G.OUTCOME),
    **dict.fromkeys((N.DISPATCHED, N.SPLIT, N.MOVED, N.CLAIMED, N.ARRIVED, N.WITHDRAWN), G.PROGRESS),
    N.MESSAGE: G.TALK,
    **dict.fromkeys((N.OFFERED, N.WHISTLED, N.OFFER_EXPIRED), G.OFFER),
    **dict.fromkeys(
        (N.RELEASED, N.RESTORED, N.STAFFED, N.PLAN_CHANGED, N.NOTED, N.MARKED_ABSENT, N.DUTY_ENDED), G.SERVICE
    ),
    **dict.fromkeys((N.CONFIRMED, N.RATED, N.HOURS_HELD, N.HOURS_SETTLED), G.SERVICE),
    **dict.fromkeys((N.NEW, N.SUPPLEMENTED, N.NEEDS_DESK, N.DECLINED, N.TAKEN_BACK), G.DESK),
    **dict.fromkeys((N.WITHDRAWN_LATE, N.OVERDUE, N.WHISTLE_DUE, N.WHISTLE_MISSED), G.ALERT),
    N.WHISTLE_SENT_BACK: G.DESK,
    **dict.fromkeys((N.APPEAL_CLIMBED, N.APPEAL_UPHELD, N.APPEAL_REFUSED), G.OUTCOME),
    **dict.fromkeys((N.COMPLAINT_CLIMBED, N.COMPLAINT_ANSWERED, N.BINDING_DECIDED), G.OUTCOME),
    **dict.fromkeys((N.ENROLLMENT_CONFIRMED, N.ENROLLMENT_REFUSED, N.ENROLLMENT_KEPT, N.ENROLLMENT_ENDED), G.OUTCOME),
    **dict.fromkeys((N.ENROLLMENT_TO_CONFIRM, N.EXIT_TO_DECIDE), G.DESK),
    N.MUSTERED: G.SERVICE,
    **dict.fromkeys((N.APPEAL_TO_DECIDE, N.COMPLAINT_TO_ANSWER, N.BINDING_TO_DECIDE, N.DECISION_REVERSED), G.DESK),
    **dict.fromkeys((N.SHIFT_REMINDED, N.SHIFT_MOVED, N.SHIFT_CLASHES, N.SHIFT_CANCELLED), G.SERVICE),
    **dict.fromkeys((N.PLACE_FREE, N.PLACE_LAPSED, N.SIGN_UP_NOTED), G.SERVICE),
    **dict.fromkeys((N.LATE_ENTRY_TO_CONFIRM, N.LATE_ENTRY_ACCEPTED, N.LATE_ENTRY_REFUSED), G.DESK),
    **dict.fromkeys((N.OBSERVATION_OPENED, N.OBSERVATION_CHANGED), G.SERVICE),
    N.OBSERVATION_CLOSED: G.OUTCOME,
    **dict.fromkeys((N.OBSERVATION_DUE, N.UNDERTAKING_RAISED, N.UNDERTAKING_DUE), G.DESK),
    **dict.fromkeys((N.UNDERTAKING_SHOWN, N.UNDERTAKING_LOOKED_AT), G.DESK),
    **dict.fromkeys((N.SUGGESTION_ANSWERED, N.SUGGESTION_ACCEPTED, N.SUGGESTION_REFUSED), G.OUTCOME),
    **dict.fromkeys((N.SUGGESTION_TO_ANSWER, N.PROJECT_TAKEN, N.PROJECT_DECLINED, N.PROJECT_GIVEN_UP), G.DESK),
    N.PROJECT_OFFERED: G.OFFER,
    **dict.fromkeys((N.PROJECT_WITHDRAWN, N.PROJECT_DONE, N.BOOKED, N.BOOKING_CANCELLED, N.LOAN_OVERDUE), G.SERVICE),
}
