"""What the tour prints: each case as its people saw it, then the totals beside the ledger's."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

from app.demo.tour.books import Sum
from app.demo.tour.client import Answer, Failed, Json
from app.demo.tour.walk import Walk

LONGEST = 1_500
"""Characters of an answer that are shown where something failed."""
PROVENANCES = (("entered", "自报"), ("confirmed", "他人确认"), ("measured", "签到计时"))


def show_walk(console: Console, walk: Walk) -> None:
    """One case: what each saw, the time line, hours and points."""
    place = walk.demand.get("region_name", "")
    console.print(Text.assemble(("✓ ", "green"), (f"{walk.key} ", "bold cyan"), (walk.title, "bold"), f"  {place}"))
    for role, lines in walk.saw.items():
        _line(console, role, " → ".join(lines))
    _line(console, "时间线 timeline", story(walk.history))
    booked = f"{walk.services} 次服务 services · {walk.minutes} 分钟 min · {walk.points} 积分 points"
    _line(console, "入账 booked", booked if walk.services else "不计工时与积分 nothing")


def story(history: Sequence[Json]) -> str:
    """A time line in one line: the same kind in a row is counted, and each begins with its time of day."""
    parts: list[str] = []
    last, count = "", 0
    for item in history:
        kind = item["kind"].partition(".")[2]
        if kind == last:
            count += 1
            parts[-1] = parts[-1].partition(" ×")[0] + f" ×{count}"
        else:
            last, count = kind, 1
            parts.append(f"{datetime.fromisoformat(item['at']):%H:%M:%S} {kind}")
    return " → ".join(parts)


def _line(console: Console, head: str, text: str) -> None:
    console.print(Text.assemble(("  " + head + "  ", "dim"), text))


def show_failure(console: Console, walk: Walk, failure: Exception) -> None:
    """Which case failed at which step, what was expected, and the answer that came instead."""
    where = f"✗ {walk.key} {walk.title} · 步骤 step: {walk.step}"
    console.print(Text(where, "bold red"))
    if isinstance(failure, Failed):
        console.print(Text(f"  {failure.what}", "red"))
        console.print(Text(f"  得到 got: {_shown(failure.shown)}"))
    else:
        console.print(Text(f"  {type(failure).__name__}: {failure}", "red"))


def show_start_failure(console: Console, url: str, failure: Exception) -> None:
    """That the server cannot be used, and what to do."""
    console.print(Text(f"✗ 无法在 {url} 走流程 The tour cannot begin: {failure}", "bold red"))
    if isinstance(failure, Failed):
        console.print(Text(f"  得到 got: {_shown(failure.shown)}"))
    console.print("  先启动 Start it first: yihu serve --demo")


def _shown(shown: object) -> str:
    words = f"{shown.status} {shown.body}" if isinstance(shown, Answer) else str(shown)
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"


def show_totals(console: Console, walks: Sequence[Walk], total: Sum, people: int, effort: tuple[int, float]) -> None:
    """What the tour did altogether, as it counted itself; the effort is in requests and seconds."""
    console.print(Text("合计 Totals", "bold"))
    done = Counter("hard" if walk.key.islower() else "case" for walk in walks)
    _line(console, "案例 cases", f"{done['case']} 个实际案例 + {done['hard']} 个难点 hard ones")
    _line(console, "服务 services", f"{total.services} 次，{people} 人 people")
    known = "，".join(f"{label} {name} {total.minutes[name]}" for name, label in PROVENANCES)
    _line(console, "工时 minutes", f"{total.all_minutes}（{known}）")
    _line(console, "积分 points", f"{total.points}")
    _line(console, "用时 effort", f"{effort[0]} 次请求 requests，{effort[1]:.0f} 秒 s")


def show_comparison(console: Console, wrong: Sequence[str]) -> None:
    """Whether the ledger says the same."""
    if not wrong:
        console.print(Text("✓ 与台账、排行榜一致 The ledger and the leaderboards say the same.", "bold green"))
        return
    console.print(Text("✗ 与台账不一致 The ledger differs:", "bold red"))
    for line in wrong:
        console.print(Text(f"  {line}", "red"))
