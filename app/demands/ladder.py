"""When overdue climbs and when a whistle's clocks warn, computed from values alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.policies.spans import Calendar, Span, after


class LadderStep(StrEnum):
    """Who hears of an overdue demand, in the order in which they do."""

    MEMBER = "member"
    BRANCH = "branch"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"


STEPS = tuple(LadderStep)


class WhistleClock(StrEnum):
    """What a department that was whistled for must do in time."""

    ACKNOWLEDGE = "acknowledge"
    CONTACT = "contact"
    ARRIVE = "arrive"


class AlarmLevel(StrEnum):
    """Whether a whistle's clock is about to run out, or has."""

    WARNING = "warning"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Climbed:
    """The latest step that was taken: which, when it was due, and whether anybody stood there."""

    step: LadderStep
    at: datetime
    heard: bool


def next_step(
    due_at: datetime, latest: Climbed | None, waits: Mapping[str, Span], calendar: Calendar
) -> tuple[LadderStep, datetime] | None:
    """The next step with its moment; None after the last. A step on which nobody stands takes no time."""
    if latest is None:
        return STEPS[0], after(due_at, waits[STEPS[0]], calendar)
    if latest.step == STEPS[-1]:
        return None
    step = STEPS[STEPS.index(latest.step) + 1]
    return step, after(latest.at, waits[step], calendar) if latest.heard else latest.at


@dataclass(frozen=True, slots=True)
class ClockRun:
    """One clock of a whistle: when it began, when it runs out, and when it stopped."""

    clock: WhistleClock
    began: datetime
    ends: datetime
    stopped: datetime | None

    def alarms(self, share: int) -> Iterator[tuple[AlarmLevel, datetime]]:
        """What it must still say and when; `share` is the part of its time, in percent, after which it warns.

        Whether it was missed is judged as of its end. A warning that came too late to help is none.
        """
        if self.stopped is None:
            yield AlarmLevel.WARNING, self.began + (self.ends - self.began) * share / 100
        if self.stopped is None or self.stopped > self.ends:
            yield AlarmLevel.MISSED, self.ends
