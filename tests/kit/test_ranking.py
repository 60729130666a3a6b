"""Pages of a list whose order moves: nothing comes twice, nothing is left out."""

import base64
import uuid
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import ranking
from app.kit.db import new_id
from app.kit.errors import InvalidRequest

Ids = list[uuid.UUID]


def read_all(ids: Ids, limit: int, window: int, shuffle: Callable[[Ids], Sequence[uuid.UUID]]) -> Ids:
    """Every page of a list of which the order is another one each time."""
    read: Ids = []
    cursor = None
    while True:
        at = ranking.read(cursor)
        inside = [one for one in sorted(ids, reverse=True) if at.below is None or one < at.below]
        inside = [one for one in inside if at.newest is None or one <= at.newest]
        inside = [one for one in inside if at.oldest is None or one >= at.oldest][:window]
        shown, cursor = ranking.turn(at, shuffle(inside), limit, is_full=len(inside) == window)
        assert len(shown) <= limit
        read += shown
        assert len(read) == len(set(read)), "something came twice"
        if cursor is None:
            return read


@given(st.data(), st.integers(0, 40), st.integers(1, 7), st.integers(1, 15))
def test_whatever_the_scores_do_each_comes_once(data: st.DataObject, count: int, limit: int, window: int) -> None:
    ids = [new_id() for _ in range(count)]
    read = read_all(ids, limit, window, lambda inside: data.draw(st.permutations(inside)))
    assert sorted(read) == ids


def test_the_best_of_the_moment_comes_next() -> None:
    first, second, third = (new_id() for _ in range(3))
    shown, cursor = ranking.turn(ranking.read(None), [first, second, third], 1, is_full=False)
    assert shown == [first]
    shown, cursor = ranking.turn(ranking.read(cursor), [third, first, second], 1, is_full=False)
    assert shown == [third]
    assert ranking.turn(ranking.read(cursor), [first, third, second], 1, is_full=False) == ([second], None)


def test_what_comes_while_somebody_reads_waits_for_the_next_look() -> None:
    ids = [new_id() for _ in range(3)]
    _, cursor = ranking.turn(ranking.read(None), ids, 1, is_full=False)
    assert ranking.read(cursor).newest == ids[-1]


@given(st.text())
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        ranking.read(cursor)


@pytest.mark.parametrize("inner", ["[]", "[1,2,3,4]", '["x",null,null,""]', "{}", '[null,null,null,"!"]', "5"])
def test_a_cursor_of_another_shape_is_refused(inner: str) -> None:
    with pytest.raises(InvalidRequest):
        ranking.read(base64.urlsafe_b64encode(inner.encode()).decode())
