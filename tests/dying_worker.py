"""An HTTP worker that dies where a request's key says so, and is started again: `python -m tests.dying_worker FD`.

The service knows nothing of it: the points are hung on from outside. A point is deadly once, so that the same
request sent again is served.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Executable, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import supervisor
from app.commands import read_settings
from app.demands import hot_queries
from app.kit import hot
from app.kit.family import Child, Signals, stop
from app.main import create_app
from app.settings import Settings

PATCH = pytest.MonkeyPatch()
WRITING = (hot_queries.CLAIM_KEYED, hot_queries.FILE_KEYED)
CODE = 137
"""As of a process that kill -9 ended."""


class Point(StrEnum):
    """Where in a keyed request its process dies."""

    FIRST_STATEMENT = "before-the-first-statement"
    EFFECT = "between-effect-and-saved-answer"
    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"
    BEFORE_ANSWER = "before-the-answer"
    FIRST_BYTE = "after-its-first-byte"
    HOT_STATEMENT = "before-the-hot-statement"
    AFTER_HOT_COMMIT = "after-the-hot-commit"


DOOM: ContextVar[str] = ContextVar("DOOM", default="")
"""The key of the request that is being served, which begins with its point."""


def key_of(point: Point) -> str:
    """An idempotency key whose request meets its end at that point."""
    return f"die-{point}"


def graves(data_dir: Path) -> Path:
    """The folder with a file for every point that was deadly."""
    return data_dir / "graves"


def run(settings: Settings, fd: int) -> None:
    """Serve, and start again whenever the worker has died."""
    graves(settings.data_dir).mkdir()
    _hang_on(settings.data_dir)
    worker = Child("yihu http", lambda: supervisor.answer(settings, fd), (fd,))
    with Signals() as signals:
        while not signals.asked:
            worker.keep()
            worker.falls.forgive()  # they are what this is about
            signals.wait(0.05)
        stop([worker], supervisor.GRACEFUL_SECONDS, signals)


def _hang_on(data_dir: Path) -> None:
    def here(point: Point) -> None:
        grave = graves(data_dir) / point
        if DOOM.get() == key_of(point) and not grave.exists():
            grave.touch()
            os._exit(CODE)

    def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        here(Point.FIRST_STATEMENT)
        if statement.startswith("UPDATE idempotency_keys"):
            here(Point.EFFECT)

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "commit", lambda _: here(Point.BEFORE_COMMIT))
    _after_commit(lambda: here(Point.AFTER_COMMIT))
    _around_hot(here)
    PATCH.setattr(supervisor, "create_app", lambda settings: _Doomed(create_app(settings), here))


def _after_commit(then: Callable[[], None]) -> None:
    commit: Any = PGDialect_asyncpg.do_commit

    def committing(dialect: PGDialect_asyncpg, connection: Any) -> None:
        commit(dialect, connection)
        then()

    PATCH.setattr(PGDialect_asyncpg, "do_commit", committing)


def _around_hot(here: Callable[[Point], None]) -> None:
    row = hot.Line.row

    async def taking(line: hot.Line, statement: Executable, **values: Any) -> hot.Values | None:
        if any(statement is one for one in WRITING):
            here(Point.HOT_STATEMENT)
        found = await row(line, statement, **values)
        if any(statement is one for one in WRITING):
            here(Point.AFTER_HOT_COMMIT)
        return found

    PATCH.setattr(hot.Line, "row", taking)


class _Doomed:
    """The application, whose answers may be its last words."""

    def __init__(self, app: ASGIApp, here: Callable[[Point], None]) -> None:
        self.app, self.here = app, here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        DOOM.set(dict(scope.get("headers", [])).get(b"idempotency-key", b"").decode())

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.here(Point.BEFORE_ANSWER)
            await send(message)
            if message["type"] == "http.response.start" and DOOM.get() == key_of(Point.FIRST_BYTE):
                await asyncio.sleep(0.1)  # until the head has left
                self.here(Point.FIRST_BYTE)

        await self.app(scope, receive, last)


if __name__ == "__main__":
    run(read_settings(), int(sys.argv[1]))
