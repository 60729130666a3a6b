"""Who fits what: more of a good thing never lowers a score, and the reasons say what counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.demands import matching
from app.demands.fitting import counts
from app.demands.matching import Asked, Helper, Terms, hours_touched
from app.demands.matching_schemas import MatchReason
from app.demands.nearness import Place, share, words
from app.kit.geo import Point
from app.policies.defaults import Weights

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TERMS = Terms(counts(Weights()), 600, NOW)
HERE = Place("110107003024", Point(116.19, 39.91))
SATURDAY = datetime(2026, 11, 28, 1, tzinfo=UTC)
"""Nine in the morning in China."""
MORNING = hours_touched(SATURDAY, SATURDAY + timedelta(hours=2))
ASKED = Asked("repair", frozenset({"repair"}), HERE, MORNING, NOW + timedelta(days=5))
PERFECT = Helper(
    HERE,
    skills=frozenset({"repair"}),
    hours=frozenset({5 * 24 + 9, 5 * 24 + 10}),
    wishes=frozenset({"repair"}),
)

Weighed = dict[MatchReason, int]
words_of = st.frozensets(st.sampled_from(["repair", "medical", "legal", "it"]))
cells = st.none() | st.builds(Point, st.floats(116, 116.4), st.floats(39.8, 40.1))
places = st.builds(Place, st.sampled_from(["110107003024", "110107003025", "110107004001", "620201001003"]), cells)
hours = st.frozensets(st.integers(0, 167))
helpers = st.builds(
    Helper,
    places,
    words_of,
    hours,
    st.frozensets(st.sampled_from([date(2026, 11, 28), date(2026, 11, 29)])),
    words_of,
    st.integers(0, 9),
    st.integers(0, 2_000),
)
windows = st.one_of(
    st.tuples(st.none(), st.none()),
    st.tuples(st.integers(0, 200), st.integers(1, 30)).map(
        lambda at: (NOW + timedelta(hours=at[0]), NOW + timedelta(hours=at[0] + at[1]))
    ),
)
asked_for = st.builds(
    lambda category, skills, place, window, due: Asked(
        category, skills, place, hours_touched(*window), NOW + timedelta(hours=due)
    ),
    st.sampled_from(["repair", "medical"]),
    words_of,
    places,
    windows,
    st.integers(-200, 400),
)
weights = st.builds(Weights, **{reason: st.integers(0, 100) for reason in MatchReason if reason != "skill"}).map(counts)


@given(asked_for, helpers, weights)
def test_a_score_is_a_percentage(asked: Asked, helper: Helper, weighed: Weighed) -> None:
    assert 0 <= matching.score(asked, helper, replace(TERMS, weights=weighed)) <= 100


@given(asked_for, helpers, weights, words_of, words_of, hours)
def test_more_of_a_good_thing_never_lowers_a_score(
    asked: Asked, helper: Helper, weighed: Weighed, skills: frozenset[str], wishes: frozenset[str], free: frozenset[int]
) -> None:
    terms = replace(TERMS, weights=weighed)
    before = matching.score(asked, helper, terms)
    better = [
        replace(helper, skills=helper.skills | skills),
        replace(helper, wishes=helper.wishes | wishes),
        replace(helper, days_off=frozenset()),
        replace(helper, live=max(helper.live - 1, 0)),
        replace(helper, minutes=helper.minutes // 2),
        replace(helper, place=asked.place),
    ]
    if helper.hours:
        better.append(replace(helper, hours=helper.hours | free))
    assert all(matching.score(asked, one, terms) >= before for one in better if _is_known(asked, one))


def _is_known(asked: Asked, helper: Helper) -> bool:
    """Whether nearness is measured the same way: without a cell one's own community is not quite here."""
    return helper.place is not asked.place or asked.place.cell is not None


@given(asked_for, helpers, st.integers(0, 300))
def test_what_is_due_sooner_is_never_less_urgent(asked: Asked, helper: Helper, sooner: int) -> None:
    pressing = asked._replace(due_at=asked.due_at - timedelta(hours=sooner))
    assert matching.score(pressing, helper, TERMS) >= matching.score(asked, helper, TERMS)


@given(places, places)
def test_nearness_is_the_same_both_ways(one: Place, other: Place) -> None:
    assert share(one, other) == pytest.approx(share(other, one))
    assert words(one, other) == words(other, one)


@given(asked_for, helpers)
def test_every_reason_is_of_something_that_counts(asked: Asked, helper: Helper) -> None:
    found = matching.reasons(asked, helper, replace(TERMS, weights=counts(Weights(distance=0))))
    assert MatchReason.DISTANCE not in found
    assert all(found.values())


def test_who_fits_in_all_is_told_why_the_weightiest_first() -> None:
    assert matching.reasons(ASKED, PERFECT, TERMS) == {
        MatchReason.SKILL: "具备所需技能（1/1）",
        MatchReason.DISTANCE: "距离近（约1公里内）",
        MatchReason.AVAILABILITY: "时间合适",
        MatchReason.LOAD: "手上没有进行中的服务",
        MatchReason.WISH: "属于愿意服务的类别",
        MatchReason.FAIRNESS: "本季度服务较少",
    }
    assert matching.score(ASKED, PERFECT, replace(TERMS, weights=counts(Weights(urgency=0)))) == 100


def test_who_said_nothing_is_taken_to_be_free_outside_of_work() -> None:
    silent = replace(PERFECT, hours=frozenset())
    at_work = ASKED._replace(hours=hours_touched(NOW, NOW + timedelta(hours=1)))  # Tuesday at noon in China
    assert matching.score(ASKED, silent, TERMS) == matching.score(ASKED, PERFECT, TERMS)
    assert matching.score(at_work, silent, TERMS) < matching.score(ASKED, silent, TERMS)
    assert matching.reasons(ASKED, silent, TERMS)[MatchReason.AVAILABILITY] == "在八小时外，时间可能合适"
    assert matching.is_free(ASKED, silent) is None


def test_a_day_off_is_a_day_off() -> None:
    away = replace(PERFECT, days_off=frozenset({date(2026, 11, 28)}))
    assert (matching.is_free(ASKED, PERFECT), matching.is_free(ASKED, away)) == (True, False)
    assert MatchReason.AVAILABILITY not in matching.reasons(ASKED, away, TERMS)


def test_a_long_stretch_is_no_appointment() -> None:
    week = ASKED._replace(hours=hours_touched(SATURDAY, SATURDAY + timedelta(days=7)))
    assert week.hours == ()
    assert matching.is_free(week, PERFECT) is None


def test_an_organization_is_known_by_what_it_did() -> None:
    novice, old_hand = Helper(HERE, done=0), Helper(HERE, done=3)
    assert matching.score(ASKED, old_hand, TERMS) > matching.score(ASKED, novice, TERMS)
    assert matching.reasons(ASKED, old_hand, TERMS)[MatchReason.SKILL] == "做过同类服务3次"


@pytest.mark.parametrize(
    ("region_code", "word"),
    [
        ("110107003024", "同一社区"),
        ("110107003025", "同一街道"),
        ("110107004001", "同一区县"),
        ("620201001003", "区县以外"),
    ],
)
def test_without_a_place_the_region_says_how_near_it_is(region_code: str, word: str) -> None:
    assert words(HERE, Place(region_code)) == word


def test_weights_that_weigh_nothing_are_refused() -> None:
    with pytest.raises(ValidationError):
        Weights(**dict.fromkeys(MatchReason, 0))
