"""Processes that end when we do."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from app.kit import children
from app.kit.children import Fork
from app.kit.db import new_id
from app.kit.family import Signals


def test_children_are_started_by_the_thread_whose_end_is_theirs() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="main thread"):
        pool.submit(children.run, ["/bin/true"]).result()


def test_a_program_that_cannot_run_says_so() -> None:
    code, said = children.run(["/no/such/program"])
    assert code == children.CANNOT_RUN
    assert "cannot run /no/such/program" in said


def told_by(work: Callable[[int], object], *, keeps: bool = True) -> str:
    """What a forked child's `work` writes into the pipe that it is given, and its exit code."""
    reading, writing = os.pipe()
    child = Fork("yihu a test", lambda: work(writing), on_death=signal.SIGKILL, keeps=[writing] * keeps)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return f"{pipe.read()} {child.wait()}"


def test_a_fork_goes_on_under_its_own_name_and_in_its_own_session() -> None:
    said = told_by(lambda pipe: os.write(pipe, f"{psutil.Process().name()} {os.getsid(0) == os.getpid()}".encode()))
    assert said == "yihu a test True 0"


def test_a_fork_holds_nothing_of_its_parents_but_what_it_is_given(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as held:
        number = held.fileno()
        assert told_by(lambda pipe: os.write(pipe, str(os.path.exists(f"/dev/fd/{number}")).encode())) == "False 0"
    assert told_by(lambda pipe: os.write(pipe, b"never"), keeps=False) == " 1"


def test_a_fork_makes_other_ids_than_its_parent_and_its_siblings() -> None:
    new_id()
    made = {told_by(lambda pipe: os.write(pipe, new_id().bytes[6:].hex().encode())) for _ in range(8)}
    assert len({*made, new_id().bytes[6:].hex()}) == 9


def test_a_forks_end_is_told_as_it_was() -> None:
    assert told_by(lambda _: sys.exit(7)) == " 7"
    assert told_by(lambda _: os.kill(os.getpid(), signal.SIGTERM)) == f" {-signal.SIGTERM}"


def test_a_stop_that_comes_while_a_fork_begins_is_not_lost() -> None:
    with Signals() as signals:
        child = Fork("yihu a test", lambda: time.sleep(60), on_death=signal.SIGKILL)
        child.send(signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
        assert signals.asked == 0
