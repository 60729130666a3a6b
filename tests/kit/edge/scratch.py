"""The app itself with a few routes more, on a table that only tests have."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import httpx2
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import Field
from sqlalchemy import text

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.errors import AppError, Text
from app.kit.http import Session, TransactionalRoute
from app.kit.pagination import PageRequest
from app.kit.schema import Id, Input, Int, LongText, Output, TimeIn
from app.main import API, create_app
from app.settings import Settings
from tests.client import Client

TABLE = """
CREATE TABLE marks (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    text text NOT NULL,
    made_by uuid,
    CONSTRAINT uq_marks_text UNIQUE (text) DEFERRABLE INITIALLY DEFERRED
);
CREATE SEQUENCE tries;
GRANT ALL ON marks, tries TO yihu_app;
"""

RESET = (
    "DROP TABLE IF EXISTS marks, elsewhere",
    "DROP SEQUENCE IF EXISTS tries",
    "DROP FUNCTION IF EXISTS at_commit CASCADE",
    "TRUNCATE idempotency_keys",
)

public = APIRouter(prefix="/scratch", route_class=TransactionalRoute)
router = APIRouter(prefix="/scratch", route_class=CallerRoute)


class Taken(AppError):
    status, code = 409, "mark_taken"
    title = Text("已有此标记", "This mark is taken")
    constraint = "uq_marks_text"


class Refused(AppError):
    status, code = 409, "mark_refused"
    title = Text("不可标记", "This mark is refused")


class RefusedButCounted(Refused):
    keeps_writes = True


class MarkIn(Input):
    text: LongText
    size: Int | None = None
    weight: Annotated[float, Field(strict=True)] | None = None
    at: TimeIn | None = None
    inner: "MarkIn | None" = None


class MarkOut(Output):
    id: uuid.UUID
    text: str


class LockIn(Input):
    ids: list[Id]


class Meeting:
    """Two wait for one another; `begun` is set when the first of them is there."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._both = asyncio.Barrier(2)

    async def attend(self) -> None:
        self.begun.set()
        await self._both.wait()


INSERT = text("INSERT INTO marks (text, made_by) VALUES (:text, :by) RETURNING id, text")
LOCK = text("SELECT text FROM marks WHERE id = :id FOR UPDATE")


@router.post("/marks", status_code=201)
async def mark(session: Session, caller: SignedInCaller, body: MarkIn) -> MarkOut:
    row = (await session.execute(INSERT, {"text": body.text, "by": caller.account_id})).one()
    return MarkOut(id=row.id, text=row.text)


@router.post("/marks/{mark_id}", status_code=201)
async def mark_again(session: Session, caller: SignedInCaller, mark_id: Id, body: MarkIn) -> MarkOut:
    """A second path with the same body."""
    return await mark(session, caller, body)


@router.post("/silent", status_code=204)
async def mark_silently(session: Session, caller: SignedInCaller, body: MarkIn) -> Response:
    await mark(session, caller, body)
    return Response(status_code=204)


@router.post("/unsaid", status_code=201)
async def mark_unsaid(session: Session, caller: SignedInCaller) -> MarkOut:
    """A write that takes no body."""
    return await mark(session, caller, MarkIn(text="unsaid"))


@router.post("/refused")
async def mark_in_vain(
    session: Session, caller: SignedInCaller, body: MarkIn, counted: bool = False, raised: bool = True
) -> Response:
    """Write, then refuse: `counted` keeps the write, not `raised` answers the refusal instead."""
    await mark(session, caller, body)
    if raised:
        raise RefusedButCounted if counted else Refused
    return Response(status_code=409)


@public.post("/marks-of-nobody", status_code=201)
async def mark_as_nobody(session: Session, body: MarkIn) -> MarkOut:
    row = (await session.execute(INSERT, {"text": body.text, "by": None})).one()
    return MarkOut(id=row.id, text=row.text)


class MarkFilter(PageRequest):
    like: str = ""


@public.get("/marks")
async def marks(session: Session, wanted: Annotated[MarkFilter, Query()]) -> int:
    found = await session.scalar(text("SELECT count(*) FROM marks WHERE text >= :like"), wanted.model_dump())
    return int(found or 0)


@public.post("/locks")
async def lock(request: Request, session: Session, body: LockIn) -> str:
    """Lock marks in the order given; each request's first try attends the meeting after its first lock."""
    for number, mark_id in enumerate(body.ids):
        await session.scalar(LOCK, {"id": mark_id})
        if number == 0 and not hasattr(request.state, "met"):
            request.state.met = True
            await request.app.state.meeting.attend()
    return "locked"


def scratch_app(settings: Settings) -> FastAPI:
    """The app with the routes above."""
    app = create_app(settings)
    app.include_router(public, prefix=API)
    app.include_router(router, prefix=API)
    return app


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[Client]:
    """A client of a started app."""
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://yihu.test") as http,
    ):
        yield Client(http)


class Owner:
    """Whoever owns the tables of a database: may do what the app's role may not."""

    def __init__(self, settings: Settings) -> None:
        self.url = str(settings.owner_database_url)

    async def run(self, *statements: str) -> None:
        """Run statements, each by itself."""
        connection = await asyncpg.connect(self.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query finds."""
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def texts(self) -> list[str]:
        """The text of every mark, in order."""
        return [str(row[0]) for row in await self.rows("SELECT text FROM marks ORDER BY text")]
