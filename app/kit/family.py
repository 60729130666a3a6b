"""The supervisor's children: started, started again when they end, and stopped; and the signals it gets."""

import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from app.kit import children, log

QUICK_SECONDS = 10.0
MOST_FALLS = 5
UNWIND_SECONDS = 2.0
"""How long what was interrupted may take to end before it is interrupted again."""

logger = log.get()


class Stopped(KeyboardInterrupt):
    """We were asked to stop while still starting; asyncio lets only a KeyboardInterrupt through."""


class FellTooOften(Exception):
    """A process ends again and again right after its start."""


class Signals:
    """Counts how often we were asked to stop, and wakes `wait` at once, as the end of a child does."""

    STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __init__(self) -> None:
        self.asked = 0
        self._interrupting = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Signals":
        self._ears, self._bell = socket.socketpair()
        self._ears.setblocking(False)
        self._bell.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in (*self.STOP, signal.SIGCHLD, signal.SIGALRM):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._wakeup)
        self._ears.close()
        self._bell.close()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number in self.STOP:
            self.asked += 1
        if self._interrupting and number != signal.SIGCHLD:
            signal.setitimer(signal.ITIMER_REAL, UNWIND_SECONDS, UNWIND_SECONDS)
            raise Stopped

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Within this block a request to stop ends what is being done and raises `Stopped`.

        It comes like Python's own Ctrl-C, again every two seconds: a driver that was cancelled may hang.
        """
        if self.asked:
            raise Stopped
        self._interrupting = True
        try:
            yield
        except BaseException as error:
            if self.asked and not isinstance(error, Stopped):
                raise Stopped from error
            raise
        finally:
            self._interrupting = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def wait(self, seconds: float) -> None:
        """Sleep until a signal comes."""
        if select.select([self._ears], [], [], seconds)[0]:
            self._ears.recv(4096)


@dataclass
class Falls:
    """How often in a row a process ended within 10 s of its start; the fifth time is one too many."""

    name: str
    count: int = 0
    since: float = field(default_factory=time.monotonic)

    def started(self) -> None:
        self.since = time.monotonic()

    def fell(self) -> float:
        """Note an end; answers the seconds to wait before the next start."""
        self.count = self.count + 1 if time.monotonic() - self.since < QUICK_SECONDS else 0
        if self.count >= MOST_FALLS:
            raise FellTooOften(f"{self.name} ended {self.count} times within {QUICK_SECONDS:.0f} s of its start")
        return 0.1 * 2**self.count if self.count else 0.0

    def forgive(self) -> None:
        self.count = 0


@dataclass
class Child:
    """A process that is started again when it ends."""

    name: str
    work: Callable[[], object]
    fds: tuple[int, ...] = ()
    process: children.Fork | None = None
    not_before: float = 0.0

    def __post_init__(self) -> None:
        self.falls = Falls(self.name)

    def keep(self) -> None:
        """Start it if it does not run and its time has come."""
        now = time.monotonic()
        if self.process is not None and (code := self.process.poll()) is not None:
            logger.warning("supervisor.child_ended", child=self.name, pid=self.process.pid, status=code)
            self.process = None
            self.not_before = now + self.falls.fell()
        if self.process is None and now >= self.not_before:
            self.falls.started()
            self.process = children.Fork(self.name, self.work, on_death=signal.SIGKILL, keeps=self.fds)


def stop(family: Sequence[Child], seconds: float, signals: Signals) -> None:
    """Ask all of them to end and wait; kill who takes longer, or all when we are asked a second time."""
    running = [child.process for child in family if child.process]
    for process in running:
        process.send(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process in running):
        if time.monotonic() > deadline or signals.asked > 1:
            break
        signals.wait(0.1)
    for process in running:
        process.send(signal.SIGKILL)
        process.wait()
