"""`/rosters`: templates to fill in, and files to take over."""

import hashlib
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from app.access.caller import Caller
from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.errors import InvalidRequest, PayloadTooLarge, Text
from app.kit.http import Handle, Session
from app.kit.workbooks.opening import MOST_BYTES
from app.members.schemas import MemberOut
from app.rosters import importing, merging
from app.rosters.models import RosterKind
from app.rosters.schemas import CommitIn, ImportOut, ImportsOut, MergeMemberIn, RowsOut, RowsWanted
from app.rosters.taking import SHEETS

UPLOAD_PATH = "/rosters/imports"
UPLOAD_LIMIT = MOST_BYTES + (64 << 10)
"""The file and what a form writes around it."""
FIELD = "file"
KINDS = TypeAdapter(RosterKind)
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary", "description": "至多 10 MB"}},
                }
            }
        },
    }
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOOK: dict[int | str, dict[str, Any]] = {
    200: {"description": "Excel", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


async def prepare(request: Request, caller: Caller, kind: RosterKind, parts: list[UploadFile | str]) -> None:
    """Read a file that was sent, outside of any transaction, for who may send such files; raises `AppError`."""
    state = request.app.state
    async with state.sessions() as session:
        await importing.require(session, caller, kind)
    if len(parts) != 1 or not isinstance(parts[0], UploadFile):
        raise InvalidRequest.field(
            FIELD, "missing", "请以表单字段 file 上传一个文件", "send one file as form field file"
        )
    if (parts[0].size or 0) > MOST_BYTES:
        raise PayloadTooLarge(Text("文件不能超过 10 MB", "A file may hold 10 MB"))
    request.state.digest = hashlib.sha256(await parts[0].read()).digest()
    request.state.prepared = await state.opener.open(parts[0].file, SHEETS[kind].columns)


class ImportRoute(CallerRoute):
    """A route that reads a table before its transaction begins; who is not signed in is refused before the body."""

    def get_route_handler(self) -> Handle:
        transact = super().get_route_handler()

        async def read_first(request: Request) -> Response:
            async with request.app.state.sessions() as session:
                await self.identify(request, session)
                await session.commit()
            try:
                kind = KINDS.validate_python(request.query_params.get("kind"))
            except ValidationError:
                return await transact(request)  # which refuses it
            async with request.form(max_files=1, max_fields=8, max_part_size=4096) as form:
                await prepare(request, request.state.caller, kind, form.getlist(FIELD))
            return await transact(request)

        return read_first

    async def content_of(self, request: Request) -> bytes:
        """The content of the file: its boundaries and its name differ from one sending to the next."""
        digest: bytes | None = getattr(request.state, "digest", None)
        return digest or await request.body()  # where the kind is none, nothing was read


sending = APIRouter(tags=["rosters 名册"], route_class=ImportRoute)
router = APIRouter(prefix="/rosters", tags=["rosters 名册"], route_class=CallerRoute)
people = APIRouter(prefix="/members", tags=["members 党员"], route_class=CallerRoute)


def _prepared_of(request: Request) -> Any:
    return getattr(request.state, "prepared", None)


def book(data: bytes, name: str) -> Response:
    """A workbook to download."""
    return Response(data, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


@sending.post(UPLOAD_PATH, status_code=status.HTTP_201_CREATED, openapi_extra=FORM)
async def send(
    session: Session, caller: SignedInCaller, kind: RosterKind, prepared: Annotated[Any, Depends(_prepared_of)]
) -> ImportOut:
    """Send an .xlsx, .xls or CSV (UTF-8 with BOM, GB18030) to be checked; nothing is written yet."""
    return ImportOut.of(await importing.receive(session, caller, kind, *prepared))


@router.get("/templates/{kind}", response_class=Response, responses=BOOK)
async def template(session: Session, caller: SignedInCaller, kind: RosterKind) -> Response:
    """An empty workbook to fill in."""
    await importing.require(session, caller, kind)
    return book(importing.template(kind), kind)


@router.get("/imports")
async def imports(session: Session, caller: SignedInCaller) -> ImportsOut:
    """What I sent during the last day."""
    return ImportsOut(items=await importing.mine(session, caller))


@router.get("/imports/{import_id}")
async def one(session: Session, caller: SignedInCaller, import_id: uuid.UUID) -> ImportOut:
    """How far one of them is; ask again while it is `checking` or `writing`."""
    return await importing.one(session, caller, import_id)


@router.get("/imports/{import_id}/rows")
async def rows(
    session: Session, caller: SignedInCaller, import_id: uuid.UUID, wanted: Annotated[RowsWanted, Query()]
) -> RowsOut:
    """Its rows, and what each would do."""
    return await importing.rows(session, caller, import_id, wanted)


@router.post("/imports/{import_id}/commit")
async def commit(session: Session, caller: SignedInCaller, import_id: uuid.UUID, body: CommitIn) -> ImportOut:
    """Have it written, in one transaction."""
    return await importing.commit(session, caller, import_id, body)


@router.get("/imports/{import_id}/errors", response_class=Response, responses=BOOK)
async def errors(session: Session, caller: SignedInCaller, import_id: uuid.UUID) -> Response:
    """The rows that were refused, each with its reason in a last column."""
    kind, data = await importing.refused_rows(session, caller, import_id)
    return book(data, f"{kind}-errors")


@people.post("/{member_id}/merge")
async def merge(session: Session, caller: SignedInCaller, member_id: uuid.UUID, body: MergeMemberIn) -> MemberOut:
    """Say that a member is another one: lists show that one, account and phone follow, hours add up."""
    return await merging.merge(session, caller, member_id, body.into_id)


@people.post("/{member_id}/unmerge")
async def unmerge(session: Session, caller: SignedInCaller, member_id: uuid.UUID) -> MemberOut:
    """Take that back."""
    return await merging.unmerge(session, caller, member_id)
