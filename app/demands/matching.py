"""Who fits what: one score of a demand and a person, used for both lists, with its reasons in words; pure.

The shares below are each between 0 and 1 and are weighed by the policy `match_weights`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from app.demands import nearness
from app.demands.matching_schemas import MatchReason
from app.demands.nearness import Place
from app.kit.clock import CHINA
from app.policies.rules import ANY

Key = TypeVar("Key", bound=Hashable)
UNKNOWN = 0.5
"""What counts where nobody said anything: neither for nor against."""
SAID_FROM = 0.5
"""A share from which on it is a reason."""
HOURS_A_DAY, WORKDAYS = 24, 5
AT_WORK = range(8, 18)
"""The hours of a workday in which members are taken to be at work unless they say otherwise."""
OFF_HOURS = frozenset(
    day * HOURS_A_DAY + hour for day in range(7) for hour in range(7, 22) if day >= WORKDAYS or hour not in AT_WORK
)
"""八小时外: the hours of a week outside of work in which one is awake, 0 being Monday from midnight to one."""
LONGEST_WINDOW = timedelta(days=1)
"""A longer time is a stretch in which something is to be done, not an appointment."""
PRACTISED = 3
"""An organization that did the like so often knows how."""
PRESSING = timedelta(days=7)
"""What is due later than this is not urgent at all."""


class Asked(NamedTuple):
    """What of a demand decides who fits it."""

    category: str
    skills: frozenset[str]
    """Those it names itself."""
    place: Place
    hours: tuple[tuple[date, int], ...]
    """The days and hours of the week that its appointment touches; none where it has none."""
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """What of a person decides what fits them."""

    place: Place
    skills: frozenset[str] = frozenset()
    hours: frozenset[int] = frozenset()
    """The hours of a week in which they can serve; none where they did not say."""
    days_off: frozenset[date] = frozenset()
    wishes: frozenset[str] = frozenset()
    live: int = 0
    """Claims that they are under way for."""
    minutes: int = 0
    """What they served this quarter."""
    done: int | None = None
    """How often they did the like; unknown of a person, whose skills are told instead."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all who are compared."""

    weights: Mapping[MatchReason, int]
    target_minutes: int
    now: datetime
    suggested: Mapping[str, Iterable[str]] = field(default_factory=dict)
    """The skills that categories suggest, for demands that name none."""

    def skills_for(self, asked: Asked) -> frozenset[str]:
        """The skills that a demand wants."""
        return asked.skills or frozenset(self.suggested.get(asked.category, self.suggested.get(ANY, ())))


def score(asked: Asked, helper: Helper, terms: Terms) -> int:
    """How well they fit, from 0 to 100: the weighed mean of the shares."""
    return scores({None: asked}, helper, terms)[None]


def scores(demands: Mapping[Key, Asked], helper: Helper, terms: Terms) -> dict[Key, int]:
    """The score of each of some demands for one helper; what demands have in common is weighed once."""
    kinds: dict[Hashable, float] = {}
    places: dict[Place, float] = {}
    weights, total, found = terms.weights, sum(terms.weights.values()), {}
    timely, urgent = weights[MatchReason.AVAILABILITY], weights[MatchReason.URGENCY]
    for key, asked in demands.items():
        kind, place = (asked.category, asked.skills), asked.place
        if kind not in kinds:
            kinds[kind] = _weighed(OF_KIND, asked, helper, terms)
        if place not in places:
            places[place] = _weighed(OF_PLACE, asked, helper, terms)
        of_time = timely * _availability(asked, helper, terms) + urgent * _urgency(asked, helper, terms)
        found[key] = round(100 * (kinds[kind] + places[place] + of_time) / total)
    return found


def _weighed(among: Iterable[MatchReason], asked: Asked, helper: Helper, terms: Terms) -> float:
    weights = terms.weights
    return sum(weights[reason] * SHARES[reason](asked, helper, terms) for reason in among if weights[reason])


def reasons(asked: Asked, helper: Helper, terms: Terms) -> dict[MatchReason, str]:
    """Why they fit, the weightiest first, in words."""
    weights = terms.weights
    shares = {reason: share(asked, helper, terms) for reason, share in SHARES.items()}
    strong = [reason for reason in shares if shares[reason] >= SAID_FROM and weights[reason]]
    strong.sort(key=lambda reason: weights[reason] * shares[reason], reverse=True)
    found = {reason: _words(reason, asked, helper, terms) for reason in strong}
    return {reason: text for reason, text in found.items() if text}


def _skill(asked: Asked, helper: Helper, terms: Terms) -> float:
    if helper.done is not None:
        return min(helper.done / PRACTISED, 1.0)
    skills = terms.skills_for(asked)
    return len(skills & helper.skills) / len(skills) if skills else UNKNOWN


def _distance(asked: Asked, helper: Helper, _: Terms) -> float:
    return nearness.share(asked.place, helper.place)


def _availability(asked: Asked, helper: Helper, _: Terms) -> float:
    if not asked.hours:
        return UNKNOWN
    free = helper.hours or OFF_HOURS
    covered = [hour for day, hour in asked.hours if hour in free and day not in helper.days_off]
    return len(covered) / len(asked.hours)


def _load(_: Asked, helper: Helper, __: Terms) -> float:
    return 1 / (1 + helper.live)


def _fairness(_: Asked, helper: Helper, terms: Terms) -> float:
    return 1 - min(helper.minutes / terms.target_minutes, 1.0) if terms.target_minutes else UNKNOWN


def _wish(asked: Asked, helper: Helper, _: Terms) -> float:
    return 1.0 if asked.category in helper.wishes else 0.0


def _urgency(asked: Asked, _: Helper, terms: Terms) -> float:
    left = (asked.due_at - terms.now) / PRESSING
    return 1.0 if left < 0 else max(1 - left, 0.0)


SHARES: dict[MatchReason, Callable[[Asked, Helper, Terms], float]] = {
    MatchReason.SKILL: _skill,
    MatchReason.DISTANCE: _distance,
    MatchReason.AVAILABILITY: _availability,
    MatchReason.LOAD: _load,
    MatchReason.FAIRNESS: _fairness,
    MatchReason.WISH: _wish,
    MatchReason.URGENCY: _urgency,
}
OF_PLACE = (MatchReason.DISTANCE,)
OF_KIND = (MatchReason.SKILL, MatchReason.WISH, MatchReason.LOAD, MatchReason.FAIRNESS)
"""The shares that do not depend on when and where."""


def hours_touched(starts_at: datetime | None, ends_at: datetime | None) -> tuple[tuple[date, int], ...]:
    """The days and hours of the week that an appointment touches; none where it is open or longer than a day."""
    if starts_at is None or ends_at is None or ends_at - starts_at > LONGEST_WINDOW:
        return ()
    at = starts_at.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    touched = []
    while at < ends_at:
        touched.append((at.date(), at.weekday() * HOURS_A_DAY + at.hour))
        at += timedelta(hours=1)
    return tuple(touched)


def _words(reason: MatchReason, asked: Asked, helper: Helper, terms: Terms) -> str:
    match reason:
        case MatchReason.SKILL if helper.done is not None:
            return f"做过同类服务{helper.done}次"
        case MatchReason.SKILL if skills := terms.skills_for(asked):
            return f"具备所需技能（{len(skills & helper.skills)}/{len(skills)}）"
        case MatchReason.DISTANCE:
            return f"距离近（{nearness.words(asked.place, helper.place)}）"
        case MatchReason.AVAILABILITY if asked.hours:
            return "时间合适" if helper.hours else "在八小时外，时间可能合适"
        case MatchReason.LOAD if helper.live == 0:
            return "手上没有进行中的服务"
        case MatchReason.FAIRNESS:
            return "本季度服务较少"
        case MatchReason.WISH:
            return "属于愿意服务的类别"
        case MatchReason.URGENCY:
            return "临近办结时限"
    return ""


def is_free(asked: Asked, helper: Helper) -> bool | None:
    """Whether a person said that they can serve at the time; unknown where there is no time or nothing was said."""
    if any(day in helper.days_off for day, _ in asked.hours):
        return False
    return all(hour in helper.hours for _, hour in asked.hours) if asked.hours and helper.hours else None


def is_away(asked: Asked, helper: Helper, terms: Terms) -> bool:
    """Whether a person said that they cannot serve at the time, or, where there is none, that they are off today."""
    today = terms.now.astimezone(CHINA).date()
    return is_free(asked, helper) is False or (not asked.hours and today in helper.days_off)
