"""The bench still works: one quick part of it, on a database and a server of its own."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]


def test_a_quick_part_of_the_bench_prints_its_row() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--only", "claim", "--rounds", "1", "--scripts"]
    ended = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "INSERT INTO claims" in ended.stdout, "pgbench ran something else than the service"
    [row] = [line for line in ended.stdout.splitlines() if line.startswith("│ claim")]
    assert int(row.split("│")[-2]) < 10, "claims were refused"  # a busy machine may be too busy for one or two
