"""How far two places are apart, as coarse as anybody may know it, as a share and in words."""

from typing import NamedTuple

from app.kit import geo
from app.kit.geo import Point

FAR_KM = 5.0
"""From here on nearer does not count."""
ALIKE = ((12, 0.9, "同一社区"), (9, 0.6, "同一街道"), (6, 0.3, "同一区县"), (0, 0.0, "区县以外"))
"""Where no distance is known: so many digits of the region code in common, how near that counts, and in words."""


class Place(NamedTuple):
    """A region, and the cell of about a kilometre within it where one is known."""

    region_code: str
    cell: Point | None = None


def place(region_code: str, lng: float | None, lat: float | None) -> Place:
    """A place from a region and the columns of a cell."""
    return Place(region_code, None if lng is None or lat is None else Point(lng, lat))


def share(one: Place, other: Place) -> float:
    """How near two places are: 1 is here, 0 is too far to count."""
    apart = _kilometres(one, other)
    return _alike(one, other)[1] if apart is None else max(0.0, 1.0 - apart / FAR_KM)


def words(one: Place, other: Place) -> str:
    """How far two places are apart, in words."""
    apart = _kilometres(one, other)
    if apart is None:
        return _alike(one, other)[2]
    return "约1公里内" if apart < 1 else f"约{round(apart)}公里"


def _kilometres(one: Place, other: Place) -> float | None:
    if one.cell is None or other.cell is None:
        return None
    return geo.kilometres(one.cell, other.cell)


def _alike(one: Place, other: Place) -> tuple[int, float, str]:
    return next(row for row in ALIKE if one.region_code[: row[0]] == other.region_code[: row[0]])
