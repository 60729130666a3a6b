"""The two lifecycle tables and what follows from a demand's claims: pure, every pair, every combination."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demands.lifecycle import (
    CLAIM_MOVES,
    CLAIM_WHO,
    ENDS,
    MOVES,
    OPEN_STATES,
    WHO,
    Action,
    ClaimAction,
    ClaimState,
    Clocks,
    Kind,
    Mode,
    Plan,
    Reason,
    State,
    Tally,
    attention,
    follows,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

DEMAND_TABLE = """
           dispatch   return   reject   merge  unmerge split   transfer escalate finish    close  reopen     supplement cancel    evaluate appeal claim   arrive  complete  vacate     expire     approve    propose    send_back
filed      dispatched returned rejected merged -       serving filed    filed    -         closed -          -          cancelled -        -      claimed -       -         -          -          dispatched filed      filed
dispatched dispatched returned rejected merged -       serving filed    filed    -         closed -          -          cancelled -        -      claimed -       -         -          -          dispatched dispatched dispatched
returned   -          -        -        -      -       -       -        -        -         -      -          filed      cancelled -        -      -       -       -         -          closed     -          -          -
claimed    claimed    -        -        merged -       serving -        -        completed closed -          -          cancelled -        -      claimed serving completed dispatched -          claimed    claimed    claimed
serving    serving    -        -        merged -       serving -        -        completed closed -          -          cancelled -        -      serving serving completed dispatched -          serving    serving    serving
completed  -          -        -        -      -       -       -        -        -         closed dispatched -          -         closed   -      -       -       -         -          closed     -          -          -
closed     -          -        -        -      -       -       -        -        -         closed dispatched -          -         closed   -      -       -       -         -          -          -          -          -
rejected   -          -        -        -      -       -       -        -        -         -      -          -          -         -        filed  -       -       -         -          -          -          -          -
merged     -          -        -        -      filed   -       -        -        -         -      -          -          -         -        filed  -       -       -         -          -          -          -          -
cancelled  -          -        -        -      -       -       -        -        -         -      -          -          -         -        filed  -       -       -         -          -          -          -          -
"""  # noqa: E501 - a table

CLAIM_TABLE = """
          accept   decline  contact  arrive  serve    complete  confirm   withdraw  no_show excuse   expire  release  restore
offered   accepted declined -        -       -        -         -         -         -       -        expired released -
accepted  -        -        accepted arrived accepted completed accepted  withdrawn no_show -        -       released -
arrived   -        -        arrived  -       accepted completed -         withdrawn -       -        -       released -
completed -        -        -        -       -        -         confirmed -         -       -        -       -        -
confirmed -        -        -        -       -        -         -         -         -       -        -       -        -
declined  -        -        -        -       -        -         -         -         -       -        -       -        -
expired   -        -        -        -       -        -         -         -         -       -        -       -        -
withdrawn -        -        -        -       -        -         -         -         -       -        -       -        -
released  -        -        -        -       -        completed -         -         -       -        -       -        offered
no_show   -        -        -        -       -        -         -         -         -       released -       -        -
"""  # noqa: E501 - a table


def cells(table: str) -> list[tuple[str, str, str | None]]:
    """Every cell of a table as (row, column, content)."""
    head, *rows = [line.split() for line in table.strip("\n").splitlines()]
    return [
        (row[0], column, None if cell == "-" else cell)
        for row in rows
        for column, cell in zip(head, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("state", "action", "to"), cells(DEMAND_TABLE))
def test_every_pair_of_a_demand_moves_or_is_refused(state: str, action: str, to: str | None) -> None:
    assert MOVES.get((State(state), Action(action))) == to


@pytest.mark.parametrize(("state", "action", "to"), cells(CLAIM_TABLE))
def test_every_pair_of_a_claim_moves_or_is_refused(state: str, action: str, to: str | None) -> None:
    assert CLAIM_MOVES.get((ClaimState(state), ClaimAction(action))) == to


def test_the_written_tables_name_every_pair() -> None:
    assert len(cells(DEMAND_TABLE)) == len(State) * len(Action)
    assert len(cells(CLAIM_TABLE)) == len(ClaimState) * len(ClaimAction)


def test_what_can_be_asked_for_is_in_the_tables() -> None:
    assert {action for _, action in MOVES} >= set(WHO)
    assert {action for _, action in CLAIM_MOVES} >= set(CLAIM_WHO)


small = st.integers(0, 3)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Plan, Tally, Clocks]:
    """Any demand with any claims, its clocks running or run out."""
    moments = st.sampled_from([NOW - HOUR, NOW, NOW + HOUR])
    state = draw(st.sampled_from(State))
    plan = Plan(
        kind=draw(st.sampled_from(Kind)),
        state=state,
        mode=draw(st.sampled_from(Mode)) if state in OPEN_STATES else draw(st.none() | st.sampled_from(Mode)),
        slots=draw(st.integers(1, 4)),
        ends_at=draw(st.none() | moments),
        staff_filed=draw(st.booleans()),
        dissatisfied=state in (State.COMPLETED, State.CLOSED) and draw(st.booleans()),
        awaits_approval=state in (State.FILED, *OPEN_STATES) and draw(st.booleans()),
    )
    offered, done, partial = draw(small), draw(small), draw(small)
    tally = Tally(
        offered=offered,
        accepted=draw(small),
        arrived=draw(small),
        done_places=done,
        done=done,
        partial=partial,
        served=done + partial,
        next_expiry=NOW + HOUR if offered else None,
    )
    return plan, tally, Clocks(*(draw(moments) for _ in range(4)))


@given(situations())
def test_every_state_before_an_end_has_a_timer_or_a_reason(situation: tuple[Plan, Tally, Clocks]) -> None:
    plan, tally, clocks = situation
    timer, reason = attention(plan, tally, clocks, NOW)
    if plan.state not in ENDS:
        assert timer is not None or reason is not None
    if plan.state in OPEN_STATES:
        assert timer is None or timer > NOW


@given(situations())
def test_what_follows_is_always_a_move_of_the_table(situation: tuple[Plan, Tally, Clocks]) -> None:
    plan, tally, _ = situation
    action = follows(plan, tally, NOW)
    assert action is None or (plan.state, action) in MOVES


def plan(**facts: object) -> Plan:
    """A request with one open place, serving, with changes."""
    usual: dict[str, object] = {
        "kind": Kind.REQUEST,
        "state": State.SERVING,
        "mode": Mode.OPEN,
        "slots": 1,
        "ends_at": None,
        "staff_filed": False,
    }
    return Plan(**usual | facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "tally", "action"),
    [
        (plan(), Tally(done=1, done_places=1), Action.COMPLETE),
        (plan(slots=5), Tally(done=1, done_places=1), Action.COMPLETE),
        (plan(slots=5), Tally(done=1, done_places=1, accepted=1), None),
        (plan(mode=Mode.WHISTLE), Tally(done=1, done_places=1, offered=1), None),
        (plan(mode=Mode.ASSIGNED), Tally(done=1, done_places=1, offered=1), Action.COMPLETE),
        (plan(), Tally(partial=1, served=1), None),
        (plan(), Tally(), Action.VACATE),
        (plan(kind=Kind.CALL, slots=3), Tally(done=2, done_places=2), None),
        (plan(kind=Kind.CALL, slots=3), Tally(done=2, done_places=3), Action.COMPLETE),
        (plan(kind=Kind.CALL, slots=3, ends_at=NOW), Tally(done=1, done_places=1, served=1), Action.COMPLETE),
        (plan(kind=Kind.CALL, slots=3, ends_at=NOW), Tally(accepted=1), None),
        (plan(kind=Kind.POST, slots=3), Tally(accepted=3, served=3), None),
        (plan(state=State.DISPATCHED), Tally(accepted=1), Action.CLAIM),
        (plan(state=State.CLAIMED), Tally(arrived=1), Action.ARRIVE),
        (plan(state=State.COMPLETED), Tally(), None),
    ],
)
def test_a_demand_goes_on_by_itself(found: Plan, tally: Tally, action: Action | None) -> None:
    assert follows(found, tally, NOW) == action


LATER = Clocks(NOW + HOUR, NOW + HOUR, NOW + HOUR, NOW + HOUR)
PAST = Clocks(NOW, NOW, NOW, NOW)


@pytest.mark.parametrize(
    ("found", "tally", "clocks", "expected"),
    [
        (plan(state=State.FILED), Tally(), LATER, (None, Reason.NEW)),
        (plan(state=State.DISPATCHED), Tally(), LATER, (NOW + HOUR, None)),
        (plan(state=State.DISPATCHED), Tally(), PAST, (None, Reason.NOBODY_CLAIMED)),
        (plan(state=State.DISPATCHED, mode=Mode.ASSIGNED), Tally(), LATER, (None, Reason.OFFERS_ENDED)),
        (plan(), Tally(accepted=1), PAST, (None, Reason.WINDOW_PASSED)),
        (plan(), Tally(partial=1), LATER, (None, Reason.PARTIAL)),
        (plan(state=State.COMPLETED), Tally(), LATER, (NOW + HOUR, None)),
        (plan(state=State.COMPLETED, staff_filed=True), Tally(), LATER, (None, Reason.TO_CLOSE)),
        (plan(state=State.COMPLETED, dissatisfied=True), Tally(), LATER, (None, Reason.DISSATISFIED)),
        (plan(state=State.CLOSED, dissatisfied=True), Tally(), LATER, (None, Reason.DISSATISFIED)),
        (plan(state=State.CLOSED), Tally(), LATER, (None, None)),
        (plan(state=State.DISPATCHED, ends_at=NOW), Tally(), LATER, (None, Reason.WINDOW_PASSED)),
        (plan(state=State.FILED, awaits_approval=True), Tally(), LATER, (None, Reason.WHISTLE_TO_APPROVE)),
        (plan(awaits_approval=True), Tally(accepted=1), LATER, (NOW + HOUR, Reason.WHISTLE_TO_APPROVE)),
    ],
)
def test_the_desk_is_told_why_it_is_needed(
    found: Plan, tally: Tally, clocks: Clocks, expected: tuple[datetime | None, Reason | None]
) -> None:
    assert attention(found, tally, clocks, NOW) == expected
