"""Who hears of what waits for a desk and is no demand: appeals, enrollments, scans and the like; pure."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.activities.events import LateEntryEvent
from app.certificates.events import CertificateEvent
from app.checkins.events import ScanEvent
from app.checkins.scan_models import ScanOutcome
from app.enrollments.events import CallEvent, EnrollmentEvent
from app.enrollments.lifecycle import EnrollmentState
from app.kit.events import Event
from app.members.events import MemberEvent
from app.notifications.models import NotificationKind, SubjectKind
from app.oversight.events import OversightEvent
from app.oversight.models import AppealKind


class Party(StrEnum):
    """Who somebody is to a matter."""

    DESK = "desk"
    """Dispatchers and admins of the region that has it, or of the nearest above, but for whom it is about."""
    AUTHOR = "author"
    """Who filed it, whose account is to be bound, or whom a scan is about."""
    SUBJECT = "subject"
    """The member who is enrolled or certified, or who speaks for an organization that is concerned."""
    HOST = "host"
    """Who holds or leads the activity that it belongs to, but for whom it is about."""
    DECIDER = "decider"
    """Who made the decision that is appealed."""


@dataclass(frozen=True, slots=True)
class Matter:
    """An appeal, a complaint or suggestion, a binding, an enrollment and the like, as it stands now."""

    kind: SubjectKind
    id: uuid.UUID
    region_code: str
    author: uuid.UUID | None
    decider: uuid.UUID | None
    waits: bool
    state: str = ""
    """Of an enrollment, or what was decided of a scan."""
    subjects: tuple[uuid.UUID, ...] = ()
    hosts: tuple[uuid.UUID, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether earlier calls go: of scans for one thing, the last that waits answers them."""
        return self.kind != SubjectKind.SCAN or not self.waits


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


def _counts(_: Event, matter: Matter) -> bool:
    return matter.state == ScanOutcome.ACCEPTED


def _does_not_count(_: Event, matter: Matter) -> bool:
    return matter.state == ScanOutcome.REFUSED


@dataclass(frozen=True, slots=True)
class PartyHears:
    """A party hears a kind of message, under a condition."""

    who: Party
    kind: NotificationKind
    when: Condition = _always


E, C, L, S, T = EnrollmentEvent, CallEvent, LateEntryEvent, ScanEvent, CertificateEvent
O, M, P, N = OversightEvent, MemberEvent, Party, NotificationKind  # noqa: E741 - as in hearing.py
_TO_DECIDE = PartyHears(P.DESK, N.APPEAL_TO_DECIDE, _waits_there)
_TO_ANSWER = PartyHears(P.DESK, N.COMPLAINT_TO_ANSWER, _waits_there)
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
    S.HELD: tuple(PartyHears(one, N.SCAN_TO_DECIDE, _still_runs) for one in (P.DESK, P.HOST)),
    S.DECIDED: (
        PartyHears(P.AUTHOR, N.SCAN_ACCEPTED, _counts),
        PartyHears(P.AUTHOR, N.SCAN_REFUSED, _does_not_count),
    ),
    T.ISSUED: (PartyHears(P.SUBJECT, N.CERTIFICATE_ISSUED),),
    T.REVOKED: (PartyHears(P.SUBJECT, N.CERTIFICATE_REVOKED),),
    C.DESIGNATED: (PartyHears(P.SUBJECT, N.DESIGNATED, _still_runs),),
    C.DESIGNATION_ENDED: (PartyHears(P.SUBJECT, N.DESIGNATION_ENDED),),
}
"""What happened: who hears it, and as what. Whatever happens to a matter takes earlier unread calls about it away."""

CALLS_OF_A_MATTER = frozenset(
    {
        N.APPEAL_TO_DECIDE,
        N.COMPLAINT_TO_ANSWER,
        N.BINDING_TO_DECIDE,
        N.ENROLLMENT_TO_CONFIRM,
        N.EXIT_TO_DECIDE,
        N.MUSTERED,
        N.LATE_ENTRY_TO_CONFIRM,
        N.SCAN_TO_DECIDE,
        N.PLACE_FREE,
        N.SHIFT_CLASHES,
    }
)
"""Messages that ask for an answer."""
