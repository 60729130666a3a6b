"""The bounded child process in which tables are read: what a file does to its reader costs that one file.

Reads the file from standard input, the columns from its argument, and writes lines of JSON: first how many rows
there are, or why the file is refused; then pages of rows.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator, Sequence

from app.kit.workbooks.columns import Column
from app.kit.workbooks.faults import Fault, Refused
from app.kit.workbooks.reading import read

MEMORY = 320 << 20
"""Bytes of address space, the interpreter's own included."""
CPU_SECONDS = 10
MOST_WRITTEN = 64 << 20
NICE = 5
"""Others' requests go first."""
PAGE = 200
"""Rows that are handed over, kept and sealed together."""


def bound() -> None:
    """Give up, for the rest of this process, what reading does not need."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: MOST_WRITTEN,
        resource.RLIMIT_CORE: 0,  # a dump would hold the roster
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    os.nice(NICE)


def work(data: bytes, columns: Sequence[Column]) -> Iterator[str]:
    """The lines of the answer."""
    try:
        rows = read(data, columns)
    except Refused as refused:
        yield json.dumps({"refused": refused.fault, "what": refused.what})
        return
    except MemoryError:
        yield json.dumps({"refused": Fault.TOO_COMPLEX, "what": ""})
        return
    except Exception:
        yield json.dumps({"refused": Fault.DAMAGED, "what": ""})
        return
    yield json.dumps({"rows": len(rows)})
    for start in range(0, len(rows), PAGE):
        yield json.dumps(rows[start : start + PAGE], ensure_ascii=False)


def main() -> None:
    """Work under bounds and write the outcome."""
    bound()
    columns = [Column(**one) for one in json.loads(sys.argv[1])]
    for line in work(sys.stdin.buffer.read(), columns):
        sys.stdout.buffer.write(line.encode() + b"\n")


if __name__ == "__main__":
    main()
