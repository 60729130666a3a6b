"""Coordinates are shifted once, and shifting back finds them again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import geo
from app.kit.geo import CoordType, Point

INSIDE = st.builds(Point, st.floats(73, 136), st.floats(2, 54))
ANYWHERE = st.builds(Point, st.floats(-180, 180), st.floats(-90, 90))
TIANANMEN = Point(116.404, 39.915)
MILLIONTH = 1e-6
"""Of a degree: about a tenth of a metre."""


def test_the_shift_is_the_one_that_maps_use() -> None:
    shifted = geo.from_wgs84(TIANANMEN, CoordType.GCJ02)
    assert shifted == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert geo.kilometres(TIANANMEN, shifted) == pytest.approx(0.556, abs=0.002)


@pytest.mark.parametrize("point", [Point(-0.1276, 51.5072), Point(151.2, -33.86), Point(139.69, 35.69)])
def test_outside_of_china_nothing_is_shifted(point: Point) -> None:
    assert geo.from_wgs84(point, CoordType.GCJ02) == point
    assert geo.to_wgs84(point, CoordType.GCJ02) == point


@given(INSIDE)
def test_what_was_shifted_is_found_again(point: Point) -> None:
    back = geo.to_wgs84(geo.from_wgs84(point, CoordType.GCJ02), CoordType.GCJ02)
    assert back == pytest.approx(point, abs=MILLIONTH)


@given(ANYWHERE)
def test_the_datum_that_we_keep_is_never_shifted(point: Point) -> None:
    assert geo.to_wgs84(point, CoordType.WGS84) == point == geo.from_wgs84(point, CoordType.WGS84)


@given(INSIDE)
def test_a_cell_is_about_a_kilometre_wide(point: Point) -> None:
    assert geo.kilometres(point, geo.cell(point)) < 0.8


@given(ANYWHERE, ANYWHERE)
def test_a_way_is_as_long_back(one: Point, other: Point) -> None:
    assert geo.kilometres(one, other) == pytest.approx(geo.kilometres(other, one))
    assert geo.kilometres(one, one) == 0
