"""One HTTP worker as the supervisor forks it, as a process of its own: `python -m tests.http_worker FD`."""

import json
import os
import sys

from app.commands import read_settings
from app.settings import Settings
from app.supervisor import answer


def command(fd: int) -> list[str]:
    """What starts a worker on the socket `fd`."""
    return [sys.executable, "-m", "tests.http_worker", str(fd)]


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which that worker reads `settings` again."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIHU_")}
    said = settings.model_dump(mode="json", exclude_unset=True)
    chosen = {name: value for name, value in said.items() if value is not None}
    return kept | {
        f"YIHU_{name.upper()}": value if isinstance(value, str) else json.dumps(value) for name, value in chosen.items()
    }


if __name__ == "__main__":
    answer(read_settings(), int(sys.argv[1]))
