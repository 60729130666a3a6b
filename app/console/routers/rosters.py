"""Rosters from a file: a template, sending it, looking at what it would do, and having it written."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import Caller
from app.console import forms, rendering
from app.console.rendering import Again
from app.console.route import PLACE, SAFE, DeskCaller, DeskRoute, Form
from app.kit import problems
from app.kit.errors import AppError, InvalidRequest
from app.kit.http import Handle, Session
from app.kit.schema import Id
from app.rosters import importing, reach
from app.rosters.models import WORKED_ON, RosterKind, RowOutcome
from app.rosters.router import FIELD, book, prepare
from app.rosters.schemas import CommitIn, RowsWanted
from app.rosters.taking import SHEETS

SHOWN = (RowOutcome.REFUSED, RowOutcome.NEW, RowOutcome.CHANGED)
"""The outcomes whose rows are shown, the ones to be looked at first."""


class FileRoute(DeskRoute):
    """A page to which a file is sent: it is read before the transaction begins, and a refusal is kept for the page."""

    def get_route_handler(self) -> Handle:
        transact = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            try:
                if request.method not in SAFE:
                    await self._read(request)
                return await transact(request)
            finally:
                await request.close()  # the file, which nobody else closes

        return read_first

    async def _read(self, request: Request) -> None:
        await request.body()
        async with request.app.state.sessions() as session:
            await self.identify(request, session)
            await session.commit()
        form = await request.form()
        try:
            kind = RosterKind(str(form.get("kind")))
            await prepare(request, request.state.desk.caller, kind, form.getlist(FIELD))
        except (AppError, ValueError) as refusal:
            request.state.prepared = refusal if isinstance(refusal, AppError) else InvalidRequest()


sending = APIRouter(route_class=FileRoute)
router = APIRouter(route_class=DeskRoute)


def _prepared_of(request: Request) -> Any:
    return getattr(request.state, "prepared", None)


@sending.get("/rosters")
async def rosters(request: Request, session: Session, caller: DeskCaller) -> Response:
    """Templates, a form to send a file by, and what was sent during the last day."""
    return await _list(request, session, caller)


@sending.post("/rosters")
async def send(
    request: Request, session: Session, caller: DeskCaller, form: Form, prepared: Annotated[Any, Depends(_prepared_of)]
) -> Response:
    """Send a file to be checked."""
    if isinstance(prepared, AppError):
        return await _list(request, session, caller, Again("send", prepared, forms.typed(form)))
    made = await importing.receive(session, caller, RosterKind(str(form["kind"])), *prepared)
    return PlainTextResponse(f"{PLACE}/rosters/{made.id}")


async def _list(request: Request, session: AsyncSession, caller: Caller, again: Again | None = None) -> Response:
    held = await reach.of_account(session, caller.account_id)
    return rendering.page(
        request,
        "rosters.html",
        caller,
        again=again,
        kinds=[(kind, SHEETS[kind].title) for kind in RosterKind if held.may(kind)],
        sent=await importing.mine(session, caller),
    )


@router.get("/rosters/templates/{kind}")
async def template(session: Session, caller: DeskCaller, kind: RosterKind) -> Response:
    """An empty workbook to fill in."""
    await importing.require(session, caller, kind)
    return book(importing.template(kind), kind)


@router.get("/rosters/{import_id}")
async def one(request: Request, session: Session, caller: DeskCaller, import_id: Id) -> Response:
    """What a file would do, or how far it is, or what it did."""
    return await _one(request, session, caller, import_id)


@router.get("/rosters/{import_id}/state")
async def state(request: Request, session: Session, caller: DeskCaller, import_id: Id) -> Response:
    """The same as a part of the page, which asks again while the worker is at it."""
    return await _one(request, session, caller, import_id, template="_roster.html")


async def _one(
    request: Request,
    session: AsyncSession,
    caller: Caller,
    import_id: Id,
    again: Again | None = None,
    template: str = "roster.html",
) -> Response:
    found = await importing.one(session, caller, import_id)
    working = found.state in WORKED_ON
    shown = {}
    for outcome in () if working else SHOWN:
        if found.counts[outcome]:
            wanted = RowsWanted(outcome=outcome, limit=20)
            shown[outcome] = (await importing.rows(session, caller, import_id, wanted)).items
    columns = [column for column in SHEETS[found.kind].columns if column.name not in importing.SECRET]
    return rendering.page(
        request, template, caller, again=again, found=found, working=working, shown=shown, columns=columns
    )


@router.post("/rosters/{import_id}/commit")
async def commit(request: Request, session: Session, caller: DeskCaller, form: Form, import_id: Id) -> Response:
    """Have it written."""
    try:
        async with session.begin_nested():
            await importing.commit(session, caller, import_id, forms.body(form, CommitIn))
    except AppError as error:
        return await _one(request, session, caller, import_id, Again("commit", problems.refusal(error)))
    return PlainTextResponse(f"{PLACE}/rosters/{import_id}")


@router.get("/rosters/{import_id}/errors")
async def errors(session: Session, caller: DeskCaller, import_id: Id) -> Response:
    """The rows that were refused, each with its reason in a last column."""
    kind, data = await importing.refused_rows(session, caller, import_id)
    return book(data, f"{kind}-errors")
