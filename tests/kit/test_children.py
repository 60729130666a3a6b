"""Processes that end when we do."""

import pytest

from app.kit import children


def test_children_are_started_by_the_thread_whose_end_is_theirs() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="main thread"):
        pool.submit(children.run, ["/bin/true"]).result()


def test_a_program_that_cannot_run_says_so() -> None:
    code, said = children.run(["/no/such/program"])
    assert code == children.CANNOT_RUN
    assert "cannot run /no/such/program" in said
