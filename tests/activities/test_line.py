"""Whatever happens to a slot in whatever order: never too many, never past who waited longer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.activities import line
from app.activities.lifecycle import HOLDS, SignUpAction, SignUpState, sign_up_moved
from app.activities.models import SignUp, Slot
from app.kit.db import new_id

S = SignUpState
BEGINNING = datetime(2026, 12, 1, 8, tzinfo=UTC)
STARTS_AT = BEGINNING + timedelta(hours=30)
WINDOW = timedelta(hours=6)
STEPS = st.one_of(
    st.tuples(st.just("sign_up"), st.just(0)),
    st.tuples(st.sampled_from(["cancel", "accept"]), st.integers(0, 30)),
    st.tuples(st.just("wait"), st.integers(1, 9)),
    st.tuples(st.just("resize"), st.integers(1, 6)),
)


@dataclass
class Evening:
    """One slot and everybody who ever signed up for it."""

    slot: Slot
    everybody: list[SignUp] = field(default_factory=list)
    now: datetime = BEGINNING
    promoted: list[int] = field(default_factory=list)
    """In the order in which they were."""

    def step(self, what: str, number: int) -> None:
        """Do one thing as the verbs do it."""
        match what:
            case "sign_up" if self.now < STARTS_AT:
                one = SignUp(n=len(self.everybody), state=line.first_state(self.slot))
                line.take(self.slot, one.state)
                self.everybody.append(one)
            case "cancel" if self.now < STARTS_AT:
                for one in self.of(number, S.WAITING, S.PROMOTED, S.BOOKED):
                    line.give_back(self.slot, one, SignUpAction.CANCEL, self.now)
            case "accept":
                for one in self.of(number, S.PROMOTED):
                    one.state, one.due_at = sign_up_moved(one.state, SignUpAction.ACCEPT), None
            case "wait":
                self.now += timedelta(hours=number)
            case "resize" if self.now < STARTS_AT:
                self.slot.capacity = max(number, self.slot.taken)
        waiting = [one for one in self.everybody if one.state in (S.WAITING, S.PROMOTED)]
        changed = line.advance(self.slot, waiting, self.now, STARTS_AT, WINDOW)
        self.promoted += [one.n for one in changed if one.state == S.PROMOTED]

    def in_state(self, *states: SignUpState) -> list[SignUp]:
        """Everybody who stands so."""
        return [one for one in self.everybody if one.state in states]

    def of(self, number: int, *states: SignUpState) -> list[SignUp]:
        """The so-manieth sign-up, where it stands so."""
        return [one for one in self.everybody[number : number + 1] if one.state in states]


@given(st.integers(1, 4), st.lists(STEPS, max_size=60))
def test_in_any_order_the_counts_are_right_and_the_line_is_fair(capacity: int, steps: list[tuple[str, int]]) -> None:
    evening = Evening(Slot(id=new_id(), capacity=capacity, taken=0))
    for what, number in steps:
        evening.step(what, number)
        slot, promoted = evening.slot, evening.in_state(S.PROMOTED)
        assert slot.taken == len(evening.in_state(*HOLDS)) <= slot.capacity
        assert not evening.in_state(S.WAITING) or slot.taken == slot.capacity, "nobody waits for a free place"
        assert slot.timer_at == min((one.due_at for one in promoted), default=None)  # type: ignore[type-var]
        assert all(one.due_at is not None and evening.now < one.due_at <= STARTS_AT for one in promoted)
        assert evening.promoted == sorted(evening.promoted), "who came first is asked first"
        if evening.now >= STARTS_AT:
            assert not promoted
            assert not evening.in_state(S.WAITING)
