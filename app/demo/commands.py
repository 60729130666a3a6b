"""The command `yihu tour`."""

import asyncio
from typing import Annotated

import httpx2
import typer
from rich.console import Console

from app.demo.tour import running
from app.demo.tour.client import Failed
from app.demo.tour.report import show_start_failure


def tour(
    url: Annotated[str, typer.Option(help="Where `yihu serve --demo` runs.")] = "http://127.0.0.1:8000",
    case: Annotated[str | None, typer.Option(help="Walk one case only, such as X11 or half-filled.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Totals and failures only.")] = False,
) -> None:
    """Walk the real cases and the hard ones through a running server, and compare with its ledger."""
    console = Console(soft_wrap=True, highlight=False)
    wanted = running.stops(case)
    if not wanted:
        keys = ", ".join(stop.key for stop in running.stops(None))
        console.print(f"没有这个案例 No such case; 可选 one of: {keys}")
        raise typer.Exit(2)
    try:
        right = asyncio.run(running.run(url, wanted, console, quiet=quiet))
    except (httpx2.HTTPError, Failed) as failure:
        show_start_failure(console, url, failure)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if right else 1)
