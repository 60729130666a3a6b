"""Children that fall, and requests to stop."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.kit import family
from app.kit.family import MOST_FALLS, Child, FellTooOften, Signals, Stopped, stop


def test_a_child_that_falls_again_and_again_is_given_up() -> None:
    child = Child("hopeless", lambda: sys.exit(1))
    started: set[int] = set()

    def keep() -> None:
        for _ in range(2_000):
            child.keep()
            if child.process:
                started.add(child.process.pid)
            time.sleep(0.02)

    with pytest.raises(FellTooOften, match="hopeless ended 5 times"):
        keep()
    assert len(started) == MOST_FALLS


def test_a_hangup_asks_to_stop_unless_nohup_is_in_force() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        for handler, asked in ((signal.SIG_IGN, 0), (signal.SIG_DFL, 1)):
            signal.signal(signal.SIGHUP, handler)
            with Signals() as signals:
                signal.raise_signal(signal.SIGHUP)
                assert signals.asked == asked
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.fixture
def _with_a_terminal() -> Iterator[None]:
    """As if nobody had started us under nohup, where SIGHUP is ignored, as it should be."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_with_a_terminal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_stop_while_starting_cancels_what_is_being_done_in_order(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(family, "UNWIND_SECONDS", 60.0)
    happened: list[str] = []

    async def seed() -> None:
        try:
            asyncio.get_running_loop().call_later(0.1, signal.raise_signal, number)
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            happened.append("cancelled")
            raise

    with Signals() as signals:
        with pytest.raises(Stopped), signals.interrupting():
            asyncio.run(seed())
        assert signals.asked == 1
        with pytest.raises(Stopped), signals.interrupting():
            happened.append("begun after the request to stop")
    assert happened == ["cancelled"]


def test_what_does_not_let_itself_be_cancelled_is_interrupted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "UNWIND_SECONDS", 0.2)

    def stubborn() -> None:
        for _ in range(3):
            with suppress(KeyboardInterrupt):
                time.sleep(20)
        raise TimeoutError

    began = time.monotonic()
    with Signals() as signals:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        with pytest.raises(Stopped), signals.interrupting():
            stubborn()
    assert time.monotonic() - began < 10


def test_a_child_that_does_not_listen_is_killed_at_the_second_request_to_stop() -> None:
    def ignore() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)

    deaf = Child("deaf", ignore)
    with Signals() as signals:
        deaf.keep()
        time.sleep(0.5)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        began = time.monotonic()
        stop([deaf], 30, signals)
    assert time.monotonic() - began < 5
