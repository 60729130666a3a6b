"""Child processes that cannot outlive us: the kernel signals them when we die, however we die.

The same file is the helper that runs in the child before the program does. It is run by path, with the
standard library only, so that a child costs one bare interpreter start (20 ms). It imports everything
first: once it has become another user it may not be able to read the library any more.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
CANNOT_RUN = 127
"""The exit code of a child whose program could not be run; its stderr says why."""


def spawn(  # noqa: PLR0913 - a narrow door to Popen, whose names these are
    command: Sequence[str | Path],
    *,
    on_death: signal.Signals,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, as `user` where given; when we die it gets `on_death`.

    A session of its own keeps a terminal's Ctrl-C for us, who stop children in their order.
    """
    _only_from_the_main_thread()
    helper = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(on_death)), user or ""]
    return subprocess.Popen(  # noqa: S603 - commands are ours, never a request's
        [*helper, *map(str, command)],
        env=env,
        pass_fds=pass_fds,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd="/" if user else None,  # `user` may not be allowed to stand where we do
        start_new_session=True,
    )


def run(
    command: Sequence[str | Path],
    *,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    text: str = "",
) -> tuple[int, str]:
    """Run `command` to its end with `text` as its input; answers exit code and everything it printed."""
    with spawn(
        command,
        on_death=signal.SIGKILL,
        user=user,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            output, _ = process.communicate(text.encode())
        except BaseException:
            process.kill()
            raise
    return process.returncode, output.decode(errors="replace")


class Fork:
    """A child that goes on from where we are, everything imported, and does `work`; it gets `on_death` when we die.

    It keeps our standard streams and the descriptors in `keeps`. `name` is what `ps` and `top` call it.
    """

    def __init__(
        self, name: str, work: Callable[[], object], *, on_death: signal.Signals, keeps: Collection[int] = ()
    ) -> None:
        _only_from_the_main_thread()
        parent = os.getpid()
        everything = set(signal.Signals)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, everything)  # no handler of ours may run in the child
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _go_on(name, work, parent, on_death, keeps)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, the number of the signal that ended it with a minus, or None while it runs."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        """The same, once it has ended."""
        return self._reap(0)

    def _reap(self, options: int) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, options)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended: its number may be another's then."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _go_on(
    name: str, work: Callable[[], object], parent: int, on_death: signal.Signals, keeps: Collection[int]
) -> NoReturn:
    """Be the child of a fork: let go of what is the parent's, do the work and end."""
    code = CANNOT_RUN
    try:
        signal.set_wakeup_fd(-1)
        for number in signal.valid_signals():
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        os.setsid()
        _call_ourselves(name)
        _die_with(parent, on_death)
        _close_all_but(keeps)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        work()
        code = 0
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    except BaseException:
        code = 1
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _call_ourselves(name: str) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def _close_all_but(keeps: Collection[int]) -> None:
    """Close what the parent has open: its lock would stay locked, its sockets taken, as long as we live."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor > 2 and descriptor not in keeps:
            with suppress(OSError):  # the one that listed them is closed already
                os.close(descriptor)


def _only_from_the_main_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started from the main thread: the kernel counts a thread as the parent")


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds, until the process has ended."""
    for number, patience in steps:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue


def _become(parent: int, on_death: int, user: str, command: list[str]) -> NoReturn:
    """Drop to `user`, tie our life to `parent` and turn into `command`."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        if user:
            _drop_to(user)
        _die_with(parent, on_death)
        os.execv(command[0], command)  # noqa: S606 - running what we were given is what this file is for
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}{' as ' + user if user else ''}: {error}\n")
    sys.exit(CANNOT_RUN)


def _drop_to(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _die_with(parent: int, on_death: int) -> None:
    """Ask for the signal after `setuid`, which clears it; `parent` may be gone by then already."""
    if sys.platform == "linux":  # elsewhere only an orderly end stops the children
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, on_death, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit(CANNOT_RUN)


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
