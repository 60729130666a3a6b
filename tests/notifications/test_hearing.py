"""The table of who hears what is whole, and every message has its words."""

from string import Formatter

import pytest

from app.activities.events import ActivityEvent, LateEntryEvent
from app.activities.lifecycle import SignUpState
from app.cobuilding.lists.events import BookingEvent, SuggestionEvent, TakingEvent
from app.demands.events import DemandEvent
from app.demands.lifecycle import Reason
from app.demands.models import Result
from app.enrollments.events import CallEvent, EnrollmentEvent
from app.members.events import MemberEvent
from app.notifications.hearing import CALLS_OF_A_CLAIM, CALLS_OF_A_DESK, GROUPS, SILENT, WHO_HEARS, Receiver
from app.notifications.matters import CALLS_OF_A_MATTER, NOT_TOLD, PARTIES_HEAR, Party
from app.notifications.models import MUTABLE, NotificationGroup, NotificationKind
from app.notifications.shifts import GUESTS_HEAR, UNHEARD, Guest
from app.notifications.texts import APPEALED, COMPLAINED, NOTED, REASONS, RESULTS, SIGNED_UP, TEXTS, UNDERTAKEN
from app.oversight.appeals.events import OversightEvent
from app.oversight.appeals.models import AppealKind, ComplaintKind
from app.oversight.observations.events import ObservationEvent, UndertakingEvent
from app.oversight.observations.models import Undertaken

HEARD = [(event, hears) for event, row in WHO_HEARS.items() for hears in row]
OF_MATTERS = [(event, hears) for event, row in PARTIES_HEAR.items() for hears in row]
OF_ENROLLMENTS = {hears.kind for event, hears in OF_MATTERS if event.startswith("enrollment")}
OF_SHIFTS = [(event, hears) for event, row in GUESTS_HEAR.items() for hears in row]


def test_somebody_hears_of_every_event_or_it_is_silent() -> None:
    assert set(WHO_HEARS) | SILENT == set(DemandEvent), "say in hearing.py who hears of it, or that nobody does"
    assert not set(WHO_HEARS) & SILENT
    bindings = {event for event in MemberEvent if "binding" in event}
    matters = {
        *OversightEvent,
        *bindings,
        *LateEntryEvent,
        *EnrollmentEvent,
        *CallEvent,
        *ObservationEvent,
        *UndertakingEvent,
    }
    matters |= {*SuggestionEvent, *TakingEvent, *BookingEvent}
    assert set(PARTIES_HEAR) | NOT_TOLD == matters
    assert not set(PARTIES_HEAR) & NOT_TOLD
    assert set(GUESTS_HEAR) | UNHEARD == set(ActivityEvent)
    assert not set(GUESTS_HEAR) & UNHEARD


def test_every_kind_of_message_is_told_by_something_and_has_its_words_and_group() -> None:
    of_others = {hears.kind for _, hears in OF_MATTERS} | {hears.kind for _, hears in OF_SHIFTS}
    assert {hears.kind for _, hears in HEARD} | of_others == set(NotificationKind)
    assert set(TEXTS) == set(GROUPS) == set(NotificationKind)


def test_every_receiver_hears_something() -> None:
    assert {hears.who for _, hears in HEARD} == set(Receiver)
    assert {hears.who for _, hears in OF_MATTERS} == set(Party)
    assert {hears.who for _, hears in OF_SHIFTS} == set(Guest)


def test_every_code_that_a_text_names_has_words() -> None:
    assert set(REASONS) == set(Reason)
    assert set(RESULTS) == set(Result)
    assert set(SIGNED_UP) == set(SignUpState)
    assert set(UNDERTAKEN) == set(Undertaken)
    assert (set(APPEALED), set(COMPLAINED)) == (set(AppealKind), set(ComplaintKind))
    assert {event for event, hears in HEARD if hears.kind == NotificationKind.NOTED} == set(NOTED)


@pytest.mark.parametrize("kind", sorted({hears.kind for _, hears in OF_MATTERS}))
def test_a_text_of_a_matter_names_its_desk_and_nothing_that_a_person_wrote_but_a_title(kind: NotificationKind) -> None:
    named = {name for _, name, _, _ in Formatter().parse(TEXTS[kind][1]) if name}
    if kind in OF_ENROLLMENTS:
        assert named == {"who", "desk"}, "who is the reader or an organization"
    elif kind == NotificationKind.MUSTERED:
        assert named == {"title", "desk", "ends_at"}
    else:
        assert named <= {"title", "about", "what", "desk"}


@pytest.mark.parametrize("kind", sorted({hears.kind for _, hears in OF_SHIFTS}))
def test_a_text_of_a_shift_names_the_activity_its_time_and_what_is_noted(kind: NotificationKind) -> None:
    named = {name for _, name, _, _ in Formatter().parse(TEXTS[kind][1]) if name}
    assert {"title", "starts_at"} <= named <= {"title", "starts_at", "state"}


@pytest.mark.parametrize("kind", sorted({hears.kind for _, hears in HEARD}))
def test_a_text_names_the_demand_and_nothing_that_a_person_wrote_besides(kind: NotificationKind) -> None:
    named = {name for _, name, _, _ in Formatter().parse(TEXTS[kind][1]) if name}
    assert "title" in named
    allowed = "desk who round stars resolved result reason noted minutes expires_at acknowledge_by clock"
    assert named <= {"title", *allowed.split()}


def test_what_became_of_ones_own_demand_cannot_be_muted() -> None:
    own = {hears.kind for _, hears in HEARD if hears.who == Receiver.FILERS}
    kept = {NotificationKind.CLOSED, NotificationKind.REJECTED, NotificationKind.RETURNED, NotificationKind.RATE}
    assert kept <= {kind for kind in own if GROUPS[kind] == NotificationGroup.OUTCOME}
    assert not {NotificationGroup.OUTCOME, NotificationGroup.SERVICE, NotificationGroup.ALERT} & set(MUTABLE)


def test_a_call_is_made_only_while_it_needs_an_answer() -> None:
    calls = CALLS_OF_A_DESK | CALLS_OF_A_CLAIM
    assert all(hears.when.__name__ != "_always" for _, hears in HEARD if hears.kind in calls)
    assert all(hears.when.__name__ != "_always" for _, hears in OF_MATTERS if hears.kind in CALLS_OF_A_MATTER)
