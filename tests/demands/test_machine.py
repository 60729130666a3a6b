"""Whatever is done to demands in whatever order: the service and a plain reckoning agree after every step.

`YIHU_TEST_EXAMPLES=500` tries more stories than the usual few; it may then find one that nobody has seen.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import Server, copy_of_template, settings_on
from tests.demands.reckoning import LIVE, OFFER_WAITS, Case, Hold, overlap
from tests.demands.town import CLAIMS, LOOK, TWICE, WINDOWS, Town
from tests.demands.world import drain, ok

MOST_HOURS = 28 * 24
"""Before the windows begin, and before any sign-in ends."""
EXAMPLES = os.environ.get("YIHU_TEST_EXAMPLES")
STORIES = settings(
    max_examples=int(EXAMPLES or 25),
    stateful_step_count=80,
    derandomize=EXAMPLES is None,
    deadline=None,
    database=None,
    phases=[Phase.generate] + [Phase.shrink] * bool(EXAMPLES),
    suppress_health_check=list(HealthCheck),
)
ONE_REFUSAL_IN = 6
"""Most of what comes to mind is refused; asking for all of it would leave no time to get anywhere."""
REASON = {"reason": "原因如此"}

WHICH = {"which": st.integers(0, 1)}
DEEDS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "claim": (5, WHICH | {"first": st.integers(0, 3), "count": st.integers(1, 3)}),
    "serve": (10, {"action": st.sampled_from(("accept", "decline", "withdraw", "arrive", "done", "done", "partial"))}),
    "vouch": (2, {"came": st.booleans()}),
    "evaluate": (3, WHICH | {"resolved": st.booleans()}),
    "dispatch": (
        2,
        WHICH
        | {
            "slots": st.integers(1, 3),
            "window": st.sampled_from(sorted(WINDOWS)),
            "asked": st.lists(st.integers(0, 3), max_size=3, unique=True),
        },
    ),
    "reopen": (3, WHICH),
    "supplement": (2, WHICH),
    "finish": (1, WHICH),
    "close": (1, WHICH),
    "send_back": (1, WHICH | {"action": st.sampled_from(("return", "return", "reject"))}),
    "cancel": (2, WHICH),
    "merge": (1, WHICH),
    "unmerge": (2, WHICH),
    "wait": (1, {"hours": st.sampled_from((1, 25, 49, 8 * 24))}),
}
"""What is done, how often, and with what."""
OFTEN = [name for name, (weight, _) in DEEDS.items() for _ in range(weight)]


class Demands(RuleBasedStateMachine):
    """Two demands at a time, four members, their filer, a desk and the clock."""

    town: ClassVar[Town]

    def __init__(self) -> None:
        super().__init__()
        self.now = 0
        self.cases: list[Case] = []
        self.ids: list[str] = []
        self.current = [0, 0]
        """Which of them something is done to."""
        self.refusals = 0
        self.looked = False
        self.claims: dict[int, str] = {}
        """The claims' ids by the identity of their `Hold`."""
        self.town.run(self.town.begin())

    def teardown(self) -> None:
        self.town.run(self.town.story.rollback())

    def ask(self, who: str, path: str, body: Any = None) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.town.run(self.town.post(who, path, body))
        return found

    def agreed(
        self, allowed: bool, who: str, path: str, body: Any = None, *, always: bool = False
    ) -> dict[str, Any] | None:
        """What was answered, a refusal exactly where the reckoning says so; seldom asked for one unless `always`."""
        if not allowed and not always:
            self.refusals += 1
            if self.refusals % ONE_REFUSAL_IN:
                return None
        self.looked = False
        found = self.ask(who, path, body)
        assert (found is not None) == allowed, f"{who} {path} {body}: {found}"
        return found

    @rule(data=st.data(), what=st.sampled_from(OFTEN))
    def do(self, data: st.DataObject, what: str) -> None:
        if what in ("serve", "vouch") and not any(case.holds for case in self.cases):
            return
        drawn = {name: data.draw(values) for name, values in DEEDS[what][1].items()}
        getattr(self, what)(**drawn | ({"data": data} if what in ("serve", "vouch") else {}))

    @initialize()
    def file(self) -> None:
        for which in range(2):
            self.another(which)

    def another(self, which: int) -> None:
        """File a demand and open it; it takes the place of one that has come to its end."""
        made = self.town.run(ok(self.town.people["filer"].post("/demands", drain()), 201))
        self.ids.append(made["id"])
        self.cases.append(Case())
        self.current[which] = len(self.cases) - 1
        self.dispatch(which, 2, "none", [])

    def of_desk(self, which: int, allowed: bool, action: str, body: Any) -> Case | None:
        """Ask for something that the desk does; the case where it was done."""
        done = self.agreed(allowed, "desk", f"/demands/{self.ids[which]}/{action}", body)
        return self.cases[which] if done else None

    def clashes(self, member: int, window: tuple[int, int] | None, case: Case) -> bool:
        """Whether a member who is under way elsewhere cannot be there at that time."""
        return any(
            overlap(window, other.window)
            for other in self.cases
            if other is not case
            for hold in other.holds
            if hold.member == member and hold.state in LIVE
        )

    def dispatch(self, which: int, slots: int, window: str, asked: list[int]) -> None:
        which = self.current[which]
        case, hours = self.cases[which], WINDOWS[window]
        live = [hold.member for hold in case.mine if hold.state in LIVE]
        allowed = case.state in ("filed", "dispatched", "claimed", "serving") and slots >= case.claimed
        allowed &= hours == case.window or not any(self.clashes(one, hours, case) for one in live)
        members = [self.town.members[one] for one in asked]
        mode = "assigned" if asked else "open"
        body = {"mode": mode, "slots": slots, "again": True, "member_ids": members, **self.town.windows[window]}
        if not self.of_desk(which, allowed, "dispatch", body):
            return
        case.let_go("offered")
        case.out, case.mode, case.slots, case.window = True, mode, slots, hours
        for one in asked:
            refused = any(hold.member == one and hold.state in ("declined", "withdrawn") for hold in case.mine)
            if not refused and not case.held_by(one):
                self._offered(which, Hold(one, case.round, "offered", until=self.now + OFFER_WAITS))
        case.settle(self.now)

    def _offered(self, which: int, hold: Hold) -> None:
        rows = self.town.run(self.town.look(CLAIMS))
        whose = self.ids[which], self.town.members[hold.member], "offered"
        (made,) = [r for r in rows if (r["demand_id"], r["claimant_id"], r["state"]) == whose]
        self.cases[which].holds.append(hold)
        self.claims[id(hold)] = made["id"]

    def claim(self, which: int, first: int, count: int) -> None:
        for member in range(first, first + count):
            self.one_claims(which, member % 4)

    def one_claims(self, which: int, member: int) -> None:
        """One member asks for a place."""
        which = self.current[which]
        case = self.cases[which]
        allowed = case.under_way and case.mode == "open" and not case.held_by(member)
        allowed &= not case.served_before(member)
        allowed &= case.claimed < case.slots and not self.clashes(member, case.window, case)
        made = self.agreed(allowed, str(member), f"/demands/{self.ids[which]}/claims", {})
        if made:
            hold = Hold(member, case.round, "accepted")
            case.holds.append(hold)
            self.claims[id(hold)] = made["id"]
            case.settle(self.now)

    def serve(self, data: st.DataObject, action: str) -> None:
        """Whoever holds something goes on with it."""
        case, hold = self._any_hold(data)
        may = {
            "accept": hold.state == "offered" and self._has_room(case, hold),
            "decline": hold.state == "offered",
            "withdraw": hold.state in LIVE,
            "arrive": hold.state == "accepted",
        }
        finished = hold.state in LIVE or (hold.state == "released" and hold.came)
        finished &= not case.counts_elsewhere(hold.member)
        path = f"/claims/{self.claims[id(hold)]}/{action if action in may else 'complete'}"
        body = (
            {"outcome": action} if action in ("done", "partial") else {} if action in ("accept", "arrive") else REASON
        )
        if not self.agreed(may.get(action, finished), str(hold.member), path, body):
            return
        hold.came |= action == "arrive"
        if action in ("done", "partial"):
            hold.served, hold.partial = True, action == "partial"
            hold.pointed = case.end is not None or hold.round < case.round
        become = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn", "arrive": "arrived"}
        hold.state = become.get(action, "completed")
        case.settle(self.now)
        if action in ("arrive", "done", "partial") and case.under_way and case.is_too_late_to_cancel:
            self.cancel([self.cases[one] is case for one in self.current].index(True))

    def _any_hold(self, data: st.DataObject) -> tuple[Case, Hold]:
        every = [(case, hold) for case in self.cases for hold in case.holds]
        waiting = [(case, hold) for case, hold in every if hold.state in ("offered", *LIVE, "completed") or hold.came]
        return data.draw(st.sampled_from(waiting or every))

    def _has_room(self, case: Case, hold: Hold) -> bool:
        return case.claimed < case.slots and not self.clashes(hold.member, case.window, case)

    def vouch(self, data: st.DataObject, came: bool) -> None:
        case, hold = self._any_hold(data)
        path = f"/claims/{self.claims[id(hold)]}"
        if came:
            if self.agreed(hold.state == "completed", "filer", f"{path}/confirm", {}):
                hold.state = "confirmed"
        elif self.agreed(hold.state == "accepted" and case.window is None, "desk", f"{path}/no-show", REASON):
            hold.state = "no_show"
        case.settle(self.now)

    def finish(self, which: int) -> None:
        which = self.current[which]
        case = self.cases[which]
        served = any(hold.state in ("completed", "confirmed") for hold in case.mine)
        if self.of_desk(which, case.state in ("claimed", "serving") and served, "finish", {}):
            case.finish(self.now)

    def send_back(self, which: int, action: str) -> None:
        which = self.current[which]
        case = self.cases[which]
        if self.of_desk(which, case.state in ("filed", "dispatched"), action, REASON):
            case.take_out()
            case.asked_back, case.since = action == "return", self.now
            case.end = "rejected" if action == "reject" else None
            if case.end:
                self.another(self.current.index(which))

    def close(self, which: int) -> None:
        which = self.current[which]
        case = self.cases[which]
        if self.of_desk(which, case.may_close(), "close", REASON | {"result": "handled"}):
            case.end_as("closed", "handled")

    def reopen(self, which: int) -> None:
        which = self.current[which]
        case = self.cases[which]
        if self.of_desk(which, case.may_reopen(), "reopen", REASON):
            case.next_round()

    def supplement(self, which: int) -> None:
        which = self.current[which]
        case = self.cases[which]
        path = f"/demands/{self.ids[which]}/supplement"
        if self.agreed(case.state == "returned", "filer", path, {"description": "三单元。"}):
            case.asked_back = False

    def cancel(self, which: int) -> None:
        """The filer takes it back, which the table alone would allow for longer than it may be."""
        which = self.current[which]
        case = self.cases[which]
        open_ = case.state in ("filed", "returned", "dispatched", "claimed", "serving")
        path = f"/demands/{self.ids[which]}/cancel"
        if self.agreed(open_ and not case.is_too_late_to_cancel, "filer", path, REASON, always=open_):
            case.end_as("cancelled", None)
            self.another(self.current.index(which))
            for twin in self.cases:
                if twin.into is case:
                    self.stands_alone(twin)

    def merge(self, which: int) -> None:
        which, target = self.current[which], self.current[1 - which]
        case, into = self.cases[which], self.cases[target]
        allowed = case.state in ("filed", "dispatched", "claimed", "serving") and into.end is None
        allowed &= not any(twin.into is case for twin in self.cases)
        if self.of_desk(which, allowed, "merge", {"into_id": self.ids[target]}):
            case.merge(into)

    def unmerge(self, which: int) -> None:
        which = self.current[which]
        case = self.cases[which]
        if self.of_desk(which, case.into is not None, "unmerge", REASON):
            self.stands_alone(case)

    def stands_alone(self, case: Case) -> None:
        case.stand_alone(self.now, lambda member: self.clashes(member, case.window, case))

    def evaluate(self, which: int, resolved: bool) -> None:
        which = self.current[which]
        case = self.cases[which]
        allowed = case.state in ("completed", "closed") and not case.rated
        path = f"/demands/{self.ids[which]}/evaluation"
        if not self.agreed(allowed, "filer", path, {"stars": 3, "resolved": resolved}):
            return
        case.rated = True
        if resolved:
            case.end_as("closed", "resolved")
        else:
            case.unhappy = True

    def wait(self, hours: int) -> None:
        if self.now == MOST_HOURS:
            return
        self.now = min(self.now + hours, MOST_HOURS)
        self.looked = False
        self.town.run(self.town.wait(self.now))
        for case in self.cases:
            case.pass_time(self.now)

    @invariant()
    def agree(self) -> None:
        """Every row is as it was reckoned."""
        if self.looked:
            return
        self.looked = True
        rows = self.town.run(self.town.look(LOOK))
        for row, case in zip(rows, self.cases, strict=True):
            found = row["state"], row["round"], row["claimed"], row["result"], row["dissatisfied"]
            assert found == (case.state, case.round, case.claimed, case.result, case.unhappy)
            assert row["claimed"] == row["held"] <= row["slots"]
            assert row["is_awake"] == (case.end is None or case.unhappy)
        self._claims_agree()
        assert self.town.run(self.town.look(TWICE)) == [{"count": 0}]

    def _claims_agree(self) -> None:
        rows = self.town.run(self.town.look(CLAIMS))
        for demand_id, case in zip(self.ids, self.cases, strict=True):
            mine = [row for row in rows if row["demand_id"] == demand_id]
            expected = []
            for hold in case.holds:
                booked = int(hold.state in LIVE and case.window is not None)
                member = self.town.members[hold.member]
                expected.append((member, hold.round, hold.state, int(hold.pointed), booked))
            found = [(r["claimant_id"], r["round"], r["state"], r["awards"], r["bookings"]) for r in mine]
            assert sorted(found) == sorted(expected)


@pytest.fixture
def town(server: Server, tmp_path: Path) -> Iterator[Town]:
    """The district in a database of its own."""
    with asyncio.Runner() as runner:
        databases = copy_of_template(server)

        async def another() -> str | None:
            return await anext(databases, None)

        made = Town(runner, settings_on(server, str(runner.run(another())), tmp_path))
        runner.run(made.open())
        yield made
        runner.run(made.close())
        runner.run(another())


def test_the_service_and_a_plain_reckoning_agree_on_every_story(town: Town) -> None:
    Demands.town = town
    run_state_machine_as_test(Demands, settings=STORIES)
