"""The whole way, end to end: `yihu serve --demo` and `yihu tour` as the processes that a visitor starts."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.demo.tour import cases
from app.demo.tour.hard import HARD
from tests.test_supervisor import HERE, ME, Server, free_port

TWO_MINUTES = 120
SHARED = 4
"""How many times slower than alone the machine may be: other tests may run beside this one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a tour ended, what it printed, and after how many seconds."""

    code: int
    out: str
    seconds: float


class DemoServer(Server):
    """A server with the demo in it."""

    def command(self, *more: str) -> list[str]:
        return super().command("--demo", *more)

    def tour(self, *more: str) -> Ended:
        """Walk through this server."""
        return tour("--url", f"http://127.0.0.1:{self.port}", *more)


def tour(*options: str) -> Ended:
    """`yihu tour`, to its end."""
    began = time.monotonic()
    command = [sys.executable, "-m", "app", "tour", *options]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIHU_")}
    limit = SHARED * TWO_MINUTES
    ended = subprocess.run(command, cwd=HERE, env=kept, capture_output=True, text=True, timeout=limit, check=False)
    return Ended(ended.returncode, ended.stdout + ended.stderr, time.monotonic() - began)


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    """The demo, served until the last test of this module."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o711)
        running = DemoServer(home, ME, 2)
        running.start()
        yield running
        if running.process:
            running.see()
            running.process.terminate()
            running.ended()


@pytest.fixture(scope="module")
def whole(server: DemoServer) -> Ended:
    """The whole tour, walked once for all tests."""
    return server.tour()


def test_everything_comes_as_expected(whole: Ended) -> None:
    assert whole.code == 0, whole.out
    assert "✗" not in whole.out
    assert "Traceback" not in whole.out
    assert whole.seconds < SHARED * TWO_MINUTES


@pytest.mark.parametrize("key", [case.key for case in cases.read()] + [case.key for case in HARD])
def test_every_case_is_named_and_shown(whole: Ended, key: str) -> None:
    shown = re.search(rf"^✓ {key} (?:.*\n)(?:  .*\n)+", whole.out, re.MULTILINE)
    assert shown, f"{key} is not in the output"
    assert "时间线 timeline" in shown[0]
    assert "入账 booked" in shown[0]


def test_the_totals_equal_the_ledger(whole: Ended) -> None:
    assert f"36 个实际案例 + {len(HARD)} 个难点" in whole.out
    assert "The ledger and the leaderboards say the same" in whole.out
    shown = {head: int(number) for head, number in re.findall(r"(\w+)  (\d+)", whole.out[whole.out.index("Totals") :])}
    booked = re.findall(r"(\d+) 次服务 services · (\d+) 分钟 min · (\d+) 积分 points", whole.out)
    sums = [sum(int(row[at]) for row in booked) for at in range(3)]
    assert [shown["services"], shown["minutes"], shown["points"]] == sums
    assert sums[0] > 600


@pytest.mark.parametrize(
    ("name", "words"),
    [("README.md", "{} real cases and {} hard ones"), ("README.zh-CN.md", "{} 个真实案例和 {} 个疑难情形")],
)
def test_the_readme_counts_them_right(name: str, words: str) -> None:
    assert words.format(len(cases.read()), len(HARD)) in (HERE / name).read_text(encoding="utf-8")


def test_it_can_be_walked_again_on_the_same_data(server: DemoServer, whole: Ended) -> None:
    for key in ("X18", "six-people", "h24b", "photo", "before-after"):
        again = server.tour("--case", key, "--quiet")
        assert again.code == 0, again.out
        assert "时间线" not in again.out


def test_the_rules_that_were_set_to_seconds_are_put_back(server: DemoServer, whole: Ended) -> None:
    stored = server.sql("SELECT key || ' ' || (value #>> '{}') FROM policies ORDER BY key")
    assert stored.splitlines() == [
        "answer_window P7D",
        "claim_window P2D",
        'evidence {"default": "none"}',
        "offer_window P1D",
        "presence_margin PT30M",
        "presence_margin PT30M",
        "rating_window P7D",
    ]


def test_a_second_start_is_quick_and_nothing_is_left_behind(server: DemoServer, whole: Ended) -> None:
    server.see()
    server.supervisor.terminate()
    assert server.ended() == 0
    before = time.monotonic()
    server.start()
    assert time.monotonic() - before < SHARED * 5
    assert server.sql("SELECT count(*) FROM members") == "37438"
    server.supervisor.terminate()
    assert server.ended() == 0


def test_no_server_is_said_plainly() -> None:
    ended = tour("--url", f"http://127.0.0.1:{free_port()}")
    assert ended.code == 1
    assert "yihu serve --demo" in ended.out
    assert "Traceback" not in ended.out


def test_an_unknown_case_is_answered_with_those_that_there_are() -> None:
    ended = tour("--case", "nonsense")
    assert ended.code == 2
    assert "X11" in ended.out
    assert "half-filled" in ended.out
