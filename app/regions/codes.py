"""What a region's code says by itself: its level's shape, and the codes of everything it may lie in."""

import re
from collections.abc import Iterable

from app.regions.models import Level

SHAPES: dict[Level, re.Pattern[str]] = {
    Level.PROVINCE: re.compile(r"[0-9]{2}"),
    Level.CITY: re.compile(r"[0-9]{4}"),
    Level.DISTRICT: re.compile(r"[0-9]{6}"),
    Level.SUBDISTRICT: re.compile(r"[0-9]{9}"),
    Level.TOWN: re.compile(r"[0-9]{9}"),
    Level.COMMUNITY: re.compile(r"[0-9]{12}"),
    Level.VILLAGE: re.compile(r"[0-9]{12}"),
    Level.GRID: re.compile(r"[0-9]{12}(-[0-9]{2})+"),
    Level.BUILDING: re.compile(r"[0-9]{12}(-[0-9]{2})+"),
}
RANKS: dict[Level, int] = {
    Level.PROVINCE: 0,
    Level.CITY: 1,
    Level.DISTRICT: 2,
    Level.SUBDISTRICT: 3,
    Level.TOWN: 3,
    Level.COMMUNITY: 4,
    Level.VILLAGE: 4,
    Level.GRID: 5,
    Level.BUILDING: 6,
}
"""A region lies in one of a lower rank; ranks may be left out, as cities without districts do."""
STEPS = (2, 4, 6, 9, 12)


def fits(code: str, level: Level) -> bool:
    """Whether a code has the shape of its level."""
    return SHAPES[level].fullmatch(code) is not None


def path(code: str) -> list[str]:
    """The codes from the province to the region itself, whether each of them exists or not."""
    statistical, *groups = code.split("-")
    found = [statistical[:length] for length in STEPS if length <= len(statistical)]
    for number in range(1, len(groups) + 1):
        found.append("-".join([statistical, *groups[:number]]))
    return found


def common(codes: Iterable[str]) -> str:
    """The longest code that is or lies above every one of `codes`; the empty code is everywhere."""
    ordered = sorted(codes)
    if not ordered:
        return ""
    last = path(ordered[-1])  # what the first and the last share, all share
    return next((code for code in reversed(path(ordered[0])) if code in last), "")
