"""From sheets to totals, ranks and awards, pure and exact: shares are fractions until they are rounded to be shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

WHOLE = 10_000
"""A hundred percent, in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is judged: its share of the whole is its weight among all weights, whatever the most points are."""

    code: str
    weight: int
    most: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one panelist gave one object for every criterion."""

    weight: int
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Result:
    """What an object got: in total and for each criterion, by how many sheets."""

    total: int
    sheets: int
    parts: dict[str, int] = field(default_factory=dict)


def criteria(version: Iterable[Mapping[str, Any]]) -> list[Criterion]:
    """The criteria of a version."""
    return [Criterion(one["code"], one["weight"], one["most"]) for one in version]


def share(judged: Sequence[Criterion], sheet: Sheet) -> Fraction:
    """What of the whole a sheet gives: 20 of 20 points and 100 of 100 weigh what their weights say."""
    given = sum((Fraction(sheet.points[one.code] * one.weight, one.most) for one in judged), Fraction())
    return given / sum(one.weight for one in judged)


def kept(judged: Sequence[Criterion], sheets: Sequence[Sheet], highest: int, lowest: int) -> list[Sheet]:
    """The sheets that count: without the highest and lowest, unless none would be left.

    Of equal ones the lighter goes, so that which one it is depends on nothing else.
    """
    if len(sheets) <= highest + lowest:
        return list(sheets)
    upward = sorted(sheets, key=lambda sheet: (share(judged, sheet), sheet.weight))[lowest:]
    downward = sorted(upward, key=lambda sheet: -share(judged, sheet))  # of equal ones the lighter stays first
    return downward[highest:]


def result(judged: Sequence[Criterion], sheets: Sequence[Sheet], highest: int = 0, lowest: int = 0) -> Result:
    """The mean of the sheets that count, by the weights of who gave them; at least one must be there."""
    counted = kept(judged, sheets, highest, lowest)
    heavy = sum(sheet.weight for sheet in counted)
    whole = sum((share(judged, sheet) * sheet.weight for sheet in counted), Fraction())
    parts = {
        one.code: _shown(Fraction(sum(sheet.points[one.code] * sheet.weight for sheet in counted), one.most * heavy))
        for one in judged
    }
    return Result(_shown(whole / heavy), len(counted), parts)


def ranks(totals: Iterable[int]) -> dict[int, int]:
    """The rank of each total; equal ones share it, and the next is as many further down."""
    downward = sorted(totals, reverse=True)
    return {total: downward.index(total) + 1 for total in downward}


def awards(offered: Iterable[Mapping[str, Any]], found: Result) -> list[str]:
    """What a result wins: the highest step that the total reaches, and what single criteria reach each for itself."""
    of_all = [one for one in offered if not one["criterion"] and found.total >= one["least"]]
    best = [max(of_all, key=lambda one: one["least"])["name"]] if of_all else []
    single = [one for one in offered if one["criterion"] and found.parts.get(one["criterion"], 0) >= one["least"]]
    return [*best, *(one["name"] for one in single)]


def _shown(part: Fraction) -> int:
    """Hundredths of a percent, a half upward."""
    return int(part * WHOLE + Fraction(1, 2))
