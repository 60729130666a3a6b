"""Who hears of what waits for a desk and is no demand: appeals, enrollments, late entries and the like; pure."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.activities.events import LateEntryEvent
from app.cobuilding.lists.events import BookingEvent, SuggestionEvent, TakingEvent
from app.enrollments.events import CallEvent, EnrollmentEvent
from app.enrollments.lifecycle import EnrollmentState
from app.kit.events import Event
from app.members.events import MemberEvent
from app.notifications.models import NotificationKind, SubjectKind
from app.oversight.appeals.events import OversightEvent
from app.oversight.appeals.models import AppealKind
from app.oversight.observations.events import ObservationEvent, UndertakingEvent
from app.oversight.observations.lifecycle import UndertakingState


class Party(StrEnum):
    """Who somebody is to a matter."""

    DESK = "desk"
    """Dispatchers and admins of the region that has it, or of the nearest above, but for whom it is about."""
    AUTHOR = "author"
    """Who filed it, or whose account is to be bound."""
    SUBJECT = "subject"
    """Who is enrolled or observed, observes, or speaks for whom it concerns: called, building, booking, owning."""
    DECIDER = "decider"
    """Who made the decision that is appealed."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What waits for somebody and is no demand: an appeal, an enrollment, a round, a suggestion…, as it stands now."""

    kind: SubjectKind
    id: uuid.UUID
    region_code: str
    author: uuid.UUID | None
    decider: uuid.UUID | None
    waits: bool
    state: str = ""
    """Of an enrollment, a round, or what an object is to do."""
    subjects: tuple[uuid.UUID, ...] = ()


Condition = Callable[[Event, Matter], bool]


def _always(_: Event, __: Matter) -> bool:
    return True


def _waits_there(event: Event, matter: Matter) -> bool:
    """Whether the desk that had it then has it still, and has not answered."""
    return matter.waits and matter.region_code == event.region_code


def _a_desk_decided(event: Event, _: Matter) -> bool:
    """Whether a desk had decided; whoever rated or served hears of the demand itself."""
    return event.payload["subject_kind"] in (AppealKind.REJECTION, AppealKind.MERGE, AppealKind.NO_SHOW)


def _still_runs(_: Event, matter: Matter) -> bool:
    return matter.waits


def _asks_in(_: Event, matter: Matter) -> bool:
    return matter.state == EnrollmentState.REQUESTED


def _asks_out(_: Event, matter: Matter) -> bool:
    return matter.state == EnrollmentState.LEAVING


def _was_opened(event: Event, _: Matter) -> bool:
    return bool(event.payload["opened"])


def _is_to_be_done(_: Event, matter: Matter) -> bool:
    return matter.state == UndertakingState.OPEN


def _is_to_be_seen(_: Event, matter: Matter) -> bool:
    return matter.state == UndertakingState.SHOWN


@dataclass(frozen=True, slots=True)
class PartyHears:
    """A party hears a kind of message, under a condition."""

    who: Party
    kind: NotificationKind
    when: Condition = _always


E, C, L = EnrollmentEvent, CallEvent, LateEntryEvent
R, U = ObservationEvent, UndertakingEvent
S, T, B = SuggestionEvent, TakingEvent, BookingEvent
O, M, P, N = OversightEvent, MemberEvent, Party, NotificationKind  # noqa: E741 - as in hearing.py
_TO_DECIDE = PartyHears(P.DESK, N.APPEAL_TO_DECIDE, _waits_there)
_TO_ANSWER = PartyHears(P.DESK, N.COMPLAINT_TO_ANSWER, _waits_there)
_TO_SPEAK_TO = PartyHears(P.DESK, N.SUGGESTION_TO_ANSWER, _waits_there)
_TO_BRING_BACK = PartyHears(P.AUTHOR, N.LOAN_OVERDUE, _still_runs)
PARTIES_HEAR: dict[str, tuple[PartyHears, ...]] = {
    O.APPEAL_FILED: (_TO_DECIDE,),
    O.APPEAL_CLIMBED: (PartyHears(P.AUTHOR, N.APPEAL_CLIMBED), _TO_DECIDE),
    O.APPEAL_UPHELD: (
        PartyHears(P.AUTHOR, N.APPEAL_UPHELD),
        PartyHears(P.DECIDER, N.DECISION_REVERSED, _a_desk_decided),
    ),
    O.APPEAL_REFUSED: (PartyHears(P.AUTHOR, N.APPEAL_REFUSED),),
    O.APPEAL_WITHDRAWN: (),
    O.COMPLAINT_FILED: (_TO_ANSWER,),
    O.COMPLAINT_CLIMBED: (PartyHears(P.AUTHOR, N.COMPLAINT_CLIMBED), _TO_ANSWER),
    O.COMPLAINT_ANSWERED: (PartyHears(P.AUTHOR, N.COMPLAINT_ANSWERED),),
    O.COMPLAINT_RAISED_AGAIN: (_TO_ANSWER,),
    M.BINDING_REQUESTED: (PartyHears(P.DESK, N.BINDING_TO_DECIDE, _waits_there),),
    M.BINDING_DECIDED: (PartyHears(P.AUTHOR, N.BINDING_DECIDED),),
    M.BINDING_WITHDRAWN: (),
    E.REQUESTED: (PartyHears(P.DESK, N.ENROLLMENT_TO_CONFIRM, _asks_in),),
    E.CONFIRMED: (PartyHears(P.SUBJECT, N.ENROLLMENT_CONFIRMED),),
    E.REFUSED: (PartyHears(P.SUBJECT, N.ENROLLMENT_REFUSED),),
    E.WITHDRAWN: (),
    E.LEAVE_ASKED: (PartyHears(P.DESK, N.EXIT_TO_DECIDE, _asks_out),),
    E.LEAVE_WITHDRAWN: (),
    E.KEPT: (PartyHears(P.SUBJECT, N.ENROLLMENT_KEPT),),
    E.ENDED: (PartyHears(P.SUBJECT, N.ENROLLMENT_ENDED),),
    C.MUSTER_OPENED: (PartyHears(P.SUBJECT, N.MUSTERED, _still_runs),),
    C.MUSTER_CLOSED: (),
    L.ENTERED: (PartyHears(P.DESK, N.LATE_ENTRY_TO_CONFIRM, _waits_there),),
    L.ACCEPTED: (PartyHears(P.AUTHOR, N.LATE_ENTRY_ACCEPTED),),
    L.REFUSED: (PartyHears(P.AUTHOR, N.LATE_ENTRY_REFUSED),),
    R.OPENED: (PartyHears(P.SUBJECT, N.OBSERVATION_OPENED),),
    R.JOINED: (PartyHears(P.SUBJECT, N.OBSERVATION_OPENED),),
    R.ADOPTED: (PartyHears(P.SUBJECT, N.OBSERVATION_CHANGED),),
    R.CANCELLED: (PartyHears(P.SUBJECT, N.OBSERVATION_CHANGED, _was_opened),),
    R.DUE: (PartyHears(P.DESK, N.OBSERVATION_DUE, _still_runs),),
    R.CLOSED: (PartyHears(P.SUBJECT, N.OBSERVATION_CLOSED),),
    U.RAISED: (PartyHears(P.SUBJECT, N.UNDERTAKING_RAISED),),
    U.DUE: (PartyHears(P.SUBJECT, N.UNDERTAKING_DUE, _is_to_be_done),),
    U.SHOWN: (PartyHears(P.DESK, N.UNDERTAKING_SHOWN, _is_to_be_seen),),
    U.LOOKED_AT: (PartyHears(P.SUBJECT, N.UNDERTAKING_LOOKED_AT),),
    S.RAISED: (_TO_SPEAK_TO,),
    S.CALLED_AGAIN: (_TO_SPEAK_TO,),
    S.ANSWERED: (PartyHears(P.AUTHOR, N.SUGGESTION_ANSWERED),),
    S.ACCEPTED: (PartyHears(P.AUTHOR, N.SUGGESTION_ACCEPTED),),
    S.REFUSED: (PartyHears(P.AUTHOR, N.SUGGESTION_REFUSED),),
    T.OFFERED: (PartyHears(P.SUBJECT, N.PROJECT_OFFERED, _still_runs),),
    T.TAKEN: (PartyHears(P.DESK, N.PROJECT_TAKEN),),
    T.DECLINED: (PartyHears(P.DESK, N.PROJECT_DECLINED),),
    T.WITHDRAWN: (PartyHears(P.SUBJECT, N.PROJECT_WITHDRAWN),),
    T.DONE: (PartyHears(P.SUBJECT, N.PROJECT_DONE),),
    T.GIVEN_UP: (PartyHears(P.DESK, N.PROJECT_GIVEN_UP), PartyHears(P.SUBJECT, N.PROJECT_GIVEN_UP)),
    B.BOOKED: (PartyHears(P.SUBJECT, N.BOOKED),),
    B.HANDED_OVER: (),
    B.RETURNED: (),
    B.CANCELLED: (PartyHears(P.AUTHOR, N.BOOKING_CANCELLED), PartyHears(P.SUBJECT, N.BOOKING_CANCELLED)),
    B.OVERDUE: (_TO_BRING_BACK, PartyHears(P.SUBJECT, N.LOAN_OVERDUE, _still_runs)),
}
"""What happened: who hears it, and as what. Whatever happens to a matter takes earlier unread calls about it away."""

NOT_TOLD = frozenset(
    {
        *(E.CARRIED_OVER, C.DESIGNATED, C.DESIGNATION_ENDED),
        *(R.RUBRIC_PUBLISHED, R.DRAFTED, R.CHANGED, R.SCORED, R.RECUSED, R.EXCUSED),
        *(R.REPORTED, R.REMARKED, R.HIGHLIGHTED, R.COPIED),
    }
)
"""What nobody is told: what was before this service was there, who may report in where, which is read there, and what
is written down in the course of a round, which those who sit in it see."""

CALLS_OF_A_MATTER = frozenset(
    {
        N.APPEAL_TO_DECIDE,
        N.COMPLAINT_TO_ANSWER,
        N.BINDING_TO_DECIDE,
        N.ENROLLMENT_TO_CONFIRM,
        N.EXIT_TO_DECIDE,
        N.MUSTERED,
        N.LATE_ENTRY_TO_CONFIRM,
        N.OBSERVATION_DUE,
        N.UNDERTAKING_DUE,
        N.UNDERTAKING_SHOWN,
        N.SUGGESTION_TO_ANSWER,
        N.PROJECT_OFFERED,
        N.LOAN_OVERDUE,
        N.PLACE_FREE,
        N.SHIFT_CLASHES,
    }
)
"""Messages that ask for an answer."""
