"""What must have become of a demand, reckoned from plain facts: no table of moves, no code of the service."""

from collections.abc import Callable
from dataclasses import dataclass, field

HOUR = 1
OFFER_WAITS, SILENCE = 24 * HOUR, 7 * 24 * HOUR
FREE_REOPENS = 2
TOP_LEVEL = 6
LIVE, DONE = ("accepted", "arrived"), ("completed", "confirmed")
ABOVE = {12: 9, 9: 6}
"""How long the code of the next desk above is."""


@dataclass
class Hold:
    """One claim of one member."""

    member: int
    round: int
    state: str
    until: int | None = None
    came: bool = False
    partial: bool = False
    served: bool = False
    pointed: bool = False

    @property
    def counts(self) -> bool:
        """Whether it takes a place: somebody is under way, or it was done in full."""
        return self.state in LIVE or (self.state in DONE and not self.partial)


@dataclass
class Case:
    """One demand: what was done to it, and what follows."""

    slots: int = 1
    mode: str | None = None
    window: tuple[int, int] | None = None
    round: int = 1
    out: bool = False
    asked_back: bool = False
    over: bool = False
    """Somebody has served, and the filer is asked."""
    end: str | None = None
    result: str | None = None
    since: int = 0
    somebody_came: bool = False
    rated: bool = False
    unhappy: bool = False
    reopens: int = 0
    level: int = 12
    holds: list[Hold] = field(default_factory=list)
    into: "Case | None" = None
    """What it was merged into."""
    set_aside: list[tuple[Hold, str]] = field(default_factory=list)
    """Whom the merging let go, and as what they held it."""
    came_before: bool = False
    """Whether somebody had come when it was merged."""

    @property
    def mine(self) -> list[Hold]:
        """The claims of the present round."""
        return [hold for hold in self.holds if hold.round == self.round]

    @property
    def claimed(self) -> int:
        """How many places are taken."""
        return sum(hold.counts for hold in self.mine)

    @property
    def state(self) -> str:
        """The word for all this."""
        if self.end:
            return self.end
        if self.asked_back:
            return "returned"
        if self.over:
            return "completed"
        if not self.out:
            return "filed"
        if not self.busy:
            return "dispatched"
        return "serving" if self.somebody_came else "claimed"

    @property
    def busy(self) -> bool:
        """Whether somebody is under way or did something."""
        return any(hold.state in LIVE + DONE for hold in self.mine)

    @property
    def under_way(self) -> bool:
        """Whether it is out and nothing has ended it."""
        return self.state in ("dispatched", "claimed", "serving")

    def held_by(self, member: int) -> list[Hold]:
        """What a member holds, was offered or has done in this round."""
        return [hold for hold in self.mine if hold.member == member and hold.state in ("offered", *LIVE, *DONE)]

    def served_before(self, member: int) -> bool:
        """Whether a member did something in an earlier round: another round is for others."""
        return any(hold.member == member and hold.round < self.round and hold.state in DONE for hold in self.holds)

    def settle(self, now: int) -> None:
        """A request is over once something was done in full and nobody is under way."""
        if self.under_way and any(hold.state == "arrived" for hold in self.mine):
            self.somebody_came = True
        if not self.busy:
            self.somebody_came = False
        alive = any(hold.state in LIVE for hold in self.mine)
        if self.under_way and not alive and any(hold.counts for hold in self.mine):
            self.finish(now)

    def finish(self, now: int) -> None:
        """Nobody else is waited for."""
        self.over, self.since = True, now
        self.let_go()

    def let_go(self, *states: str) -> None:
        """Release this round's offers and, unless only some states are named, whoever is under way."""
        for hold in self.mine:
            if hold.state in (states or ("offered", *LIVE)):
                hold.state = "released"

    def take_out(self) -> None:
        """It is with the desk again."""
        self.let_go("offered")
        self.out, self.mode = False, None

    def end_as(self, end: str, result: str | None) -> None:
        """It is over for good: who served has earned points."""
        self.end_round()
        self.end, self.result = end, result
        self.over = self.asked_back = self.unhappy = False

    def end_round(self) -> None:
        """Everybody is let go, and every service of the round has its points."""
        self.let_go()
        for hold in self.mine:
            hold.pointed |= hold.served

    def merge(self, into: "Case") -> None:
        """It goes on in another."""
        self.into, self.came_before = into, self.somebody_came
        self.set_aside = [(hold, hold.state) for hold in self.mine if hold.state in ("offered", *LIVE)]
        self.end_as("merged", None)

    def stand_alone(self, now: int, busy_elsewhere: Callable[[int], bool]) -> None:
        """The merging is undone: who was let go by it holds it again, unless it is too late or they are busy."""
        self.into = self.end = None
        self.somebody_came = self.came_before
        for hold, before in self.set_aside:
            is_late = before == "offered" and hold.until is not None and hold.until <= now
            if hold.state == "released" and not is_late and not (before in LIVE and busy_elsewhere(hold.member)):
                hold.state = before
        self.settle(now)

    def counts_elsewhere(self, member: int) -> bool:
        """Whether what a member does for it counts in what it was merged into."""
        return self.into is not None and any(
            hold.member == member and hold.state in LIVE + DONE for hold in self.into.holds
        )

    def next_round(self) -> None:
        """Another round under the same plan, or the desk above decides anew."""
        self.end_round()
        self.end = self.result = None
        self.over = self.unhappy = self.rated = self.somebody_came = False
        self.out = True
        if self.reopens >= FREE_REOPENS:
            self.level = ABOVE[self.level]
            self.take_out()
        self.round += 1
        self.reopens += 1

    @property
    def is_too_late_to_cancel(self) -> bool:
        """Whether somebody has come, or has done something, in this round."""
        return any(hold.state in ("arrived", *DONE) for hold in self.mine)

    def may_reopen(self) -> bool:
        """Whether its desk may start another round."""
        due = self.state == "closed" or (self.state == "completed" and self.unhappy)
        return due and (self.reopens < FREE_REOPENS or self.level in ABOVE)

    def may_close(self) -> bool:
        """Whether its desk may say what became of it."""
        if self.state in ("completed", "closed"):
            return self.unhappy
        return self.state in ("filed", "dispatched", "claimed", "serving")

    def pass_time(self, now: int) -> None:
        """Silence closes it, and offers end."""
        if self.state in ("returned", "completed") and not self.unhappy and now >= self.since + SILENCE:
            self.end_as("closed", "no_answer" if self.asked_back else "unrated")
        for hold in self.mine:
            if hold.state == "offered" and hold.until is not None and now >= hold.until:
                hold.state = "expired"
        self.settle(now)


def overlap(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    """Whether nobody can be at both."""
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]
