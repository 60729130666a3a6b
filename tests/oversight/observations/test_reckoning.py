"""From sheets to totals, ranks and awards: by hand, and what holds for all."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.oversight.observations import reckoning
from app.oversight.observations.reckoning import Criterion, Result, Sheet

JUDGED = [Criterion("visit", 60, 20), Criterion("archive", 40, 100)]
SHEETS = st.lists(
    st.builds(
        Sheet,
        weight=st.integers(1, 5),
        points=st.fixed_dictionaries({"visit": st.integers(0, 20), "archive": st.integers(0, 100)}),
    ),
    min_size=1,
    max_size=9,
)


def sheet(visit: int, archive: int, weight: int = 1) -> Sheet:
    return Sheet(weight, {"visit": visit, "archive": archive})


def test_a_share_is_the_weights_whatever_the_points_are_out_of() -> None:
    assert reckoning.share(JUDGED, sheet(20, 0)) == Fraction(60, 100)
    assert reckoning.share(JUDGED, sheet(10, 50)) == Fraction(1, 2)
    assert reckoning.result(JUDGED, [sheet(20, 0)]) == Result(6_000, 1, {"visit": 10_000, "archive": 0})


def test_a_half_of_a_hundredth_is_rounded_upward_once() -> None:
    thirds = [sheet(1, 0), sheet(0, 0), sheet(0, 0)]
    assert reckoning.result(JUDGED, thirds).total == 100
    assert reckoning.result([Criterion("visit", 1, 7)], [sheet(1, 0)]).total == 1_429


def test_sheets_weigh_as_their_roles_do() -> None:
    assert reckoning.result(JUDGED, [sheet(20, 100, weight=3), sheet(0, 0)]).total == 7_500


@pytest.mark.parametrize(("highest", "lowest", "total"), [(0, 0, 5_000), (1, 0, 2_500), (0, 1, 7_500), (1, 1, 5_000)])
def test_the_highest_and_lowest_are_dropped(highest: int, lowest: int, total: int) -> None:
    three = [sheet(20, 100), sheet(10, 50), sheet(0, 0)]
    assert reckoning.result(JUDGED, three, highest, lowest).total == total


def test_nothing_is_dropped_where_nothing_would_be_left() -> None:
    assert reckoning.result(JUDGED, [sheet(20, 100), sheet(0, 0)], 1, 1) == Result(
        5_000, 2, {"visit": 5_000, "archive": 5_000}
    )


def test_of_equal_sheets_the_lighter_is_dropped() -> None:
    heavy, light, low = sheet(20, 100, weight=3), sheet(20, 100), sheet(0, 0)
    for order in ([heavy, light, low], [light, low, heavy], [low, heavy, light]):
        assert reckoning.result(JUDGED, order, highest=1).total == 7_500


@given(SHEETS, st.integers(0, 3), st.integers(0, 3), st.randoms(use_true_random=False))
def test_a_total_is_a_share_between_its_sheets_in_whatever_order_they_come(
    sheets: list[Sheet], highest: int, lowest: int, random: object
) -> None:
    found = reckoning.result(JUDGED, sheets, highest, lowest)
    shares = [reckoning.share(JUDGED, one) * reckoning.WHOLE for one in sheets]
    assert round(min(shares)) - 1 <= found.total <= round(max(shares)) + 1
    assert 0 <= found.total <= reckoning.WHOLE
    assert 1 <= found.sheets <= len(sheets)
    random.shuffle(sheets)  # type: ignore[attr-defined]
    assert reckoning.result(JUDGED, sheets, highest, lowest) == found


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_more_is_never_ranked_behind_less_and_equals_share_a_rank(totals: list[int]) -> None:
    ranks = reckoning.ranks(totals)
    assert all(ranks[total] == 1 + sum(other > total for other in totals) for total in totals)


STARS = [{"name": f"{name}星", "least": least, "criterion": None} for name, least in (("三", 6_000), ("五", 9_000))]
FLAG = {"name": "平安法治星", "least": 8_000, "criterion": "visit"}


@pytest.mark.parametrize(
    ("total", "visit", "won"),
    [
        (9_000, 0, ["五星"]),
        (8_999, 0, ["三星"]),
        (5_999, 0, []),
        (0, 8_000, ["平安法治星"]),
        (10_000, 10_000, ["五星", "平安法治星"]),
    ],
)
def test_the_highest_step_is_won_and_each_flag_for_itself(total: int, visit: int, won: list[str]) -> None:
    assert reckoning.awards([*STARS, FLAG], Result(total, 1, {"visit": visit})) == won
