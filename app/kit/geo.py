"""Coordinates: GCJ-02, the shifted datum of Chinese maps, becomes WGS-84 at the edge and nothing inside knows it.

The shift is the published approximation that every open converter uses; its inverse is found by iteration.
"""

from enum import StrEnum
from math import asin, cos, pi, radians, sin, sqrt
from typing import Annotated, NamedTuple

from pydantic import Field

from app.kit.schema import Input

SEMI_MAJOR_AXIS, ECCENTRICITY_SQUARED = 6378245.0, 0.00669342162296594323
"""Of the Krasovsky 1940 ellipsoid, which the shift is reckoned on."""
EARTH_RADIUS_KM = 6371.0088
ROUNDS = 5
"""After so many the inverse is exact to less than a billionth of a degree."""
CELL_DECIMALS = 2
"""A cell is about one kilometre wide: enough to say who is near, too little to say who lives there."""


class CoordType(StrEnum):
    """The datum of a location."""

    GCJ02 = "gcj02"
    WGS84 = "wgs84"


class Point(NamedTuple):
    """Degrees east and north."""

    lng: float
    lat: float


class Location(Input):
    """A place in degrees; `coord_type` says in which datum."""

    lng: Annotated[float, Field(ge=-180, le=180, strict=True)]
    lat: Annotated[float, Field(ge=-90, le=90, strict=True)]
    coord_type: CoordType

    @property
    def wgs84(self) -> Point:
        """The place as we keep it."""
        return to_wgs84(Point(self.lng, self.lat), self.coord_type)


def to_wgs84(point: Point, given_in: CoordType) -> Point:
    """A point in WGS-84, whichever datum it was given in."""
    if given_in == CoordType.WGS84:
        return point
    guess = point
    for _ in range(ROUNDS):
        there = from_wgs84(guess, CoordType.GCJ02)
        guess = Point(guess.lng + point.lng - there.lng, guess.lat + point.lat - there.lat)
    return guess


def from_wgs84(point: Point, wanted: CoordType) -> Point:
    """A WGS-84 point in the datum that was asked for."""
    if wanted == CoordType.WGS84 or not _is_shifted(point):
        return point
    east, north = _shift(point.lng - 105.0, point.lat - 35.0)
    flattened = 1 - ECCENTRICITY_SQUARED * sin(radians(point.lat)) ** 2
    north_radius = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / flattened**1.5
    east_radius = SEMI_MAJOR_AXIS / sqrt(flattened) * cos(radians(point.lat))
    return Point(point.lng + east * 180.0 / (east_radius * pi), point.lat + north * 180.0 / (north_radius * pi))


def _is_shifted(point: Point) -> bool:
    """Whether maps shift this point: the box around China that they all use."""
    return 72.004 <= point.lng <= 137.8347 and 0.8293 <= point.lat <= 55.8271


def _shift(x: float, y: float) -> tuple[float, float]:
    """Metres to the east and to the north, `x` and `y` degrees away from the middle of China."""
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    return east, north


def cell(point: Point) -> Point:
    """The middle of the cell of about a kilometre that a point lies in."""
    return Point(round(point.lng, CELL_DECIMALS), round(point.lat, CELL_DECIMALS))


def kilometres(one: Point, other: Point) -> float:
    """The way between two WGS-84 points as the crow flies."""
    half_lat, half_lng = radians(other.lat - one.lat) / 2, radians(other.lng - one.lng) / 2
    chord = sin(half_lat) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))
