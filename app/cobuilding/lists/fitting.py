"""资源需求对接: how well a need and a resource fit, and why; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from app.cobuilding.lists.sharing_schemas import FitReason
from app.demands import nearness
from app.demands.nearness import Place
from app.policies.defaults import CATEGORIES

UNKNOWN = 0.5
"""What counts where a need asks for no skill: neither for nor against."""
SAID_FROM = 0.3
"""A share from which on it is a reason."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a line decides what it fits."""

    category: str
    skills: frozenset[str]
    text: str
    region_code: str


def score(need: Offer, resource: Offer, weights: Mapping[FitReason, int]) -> int:
    """From 0 to 100: the weighed mean of the shares."""
    shares = _shares(need, resource)
    return round(100 * sum(weights[reason] * shares[reason] for reason in shares) / sum(weights.values()))


def reasons(need: Offer, resource: Offer, weights: Mapping[FitReason, int]) -> dict[FitReason, str]:
    """Why they fit, the weightiest first, in words."""
    shares = _shares(need, resource)
    strong = [reason for reason in shares if shares[reason] >= SAID_FROM and weights[reason]]
    strong.sort(key=lambda reason: weights[reason] * shares[reason], reverse=True)
    found = {reason: _words(reason, need, resource) for reason in strong}
    return {reason: text for reason, text in found.items() if text}


def _shares(need: Offer, resource: Offer) -> dict[FitReason, float]:
    both = need.skills & resource.skills
    mine, theirs = pairs(need.text), pairs(resource.text)
    return {
        FitReason.CATEGORY: float(need.category == resource.category),
        FitReason.SKILL: len(both) / len(need.skills) if need.skills else UNKNOWN,
        FitReason.WORDS: len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else 0.0,
        FitReason.DISTANCE: nearness.share(Place(need.region_code), Place(resource.region_code)),
    }


def pairs(text: str) -> frozenset[str]:
    """Each two neighbouring letters of a text: Chinese writes no blanks between its words."""
    plain = [letter for letter in text if letter.isalnum()]
    return frozenset(one + other for one, other in pairwise(plain))


def _words(reason: FitReason, need: Offer, resource: Offer) -> str:
    match reason:
        case FitReason.CATEGORY:
            return f"类别相同：{CATEGORIES[need.category].zh if need.category in CATEGORIES else need.category}"
        case FitReason.SKILL:
            both = sorted(need.skills & resource.skills)
            return f"具备技能：{'、'.join(both)}" if both else ""
        case FitReason.WORDS:
            common = sorted(pairs(need.text) & pairs(resource.text), key=need.text.find)
            return f"内容相近：{'、'.join(common[:3])}"
        case FitReason.DISTANCE:
            return nearness.words(Place(need.region_code), Place(resource.region_code))
