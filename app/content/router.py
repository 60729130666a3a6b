"""`/files`: sending a file, and opening one by its link."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, status
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.access.dependencies import CallerRoute, Keys, SignedInCaller
from app.content import linking, uploading
from app.content.errors import refusal
from app.content.models import MediaType
from app.content.refused import Fault
from app.content.schemas import UploadedOut
from app.content.uploading import MOST_BYTES
from app.gateways.storage import Storage
from app.kit.errors import InvalidRequest, PayloadTooLarge, Text
from app.kit.http import Handle, Session, TransactionalRoute

UPLOAD_PATH = "/files"
UPLOAD_LIMIT = MOST_BYTES + (64 << 10)
"""The file and what a form writes around it."""
FIELD = "file"
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
MEDIA: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "照片或语音 The photo or voice note",
        "content": {one.value: {"schema": {"type": "string", "format": "binary"}} for one in MediaType},
    }
}
SUFFIXES = {MediaType.JPEG: "photo.jpg", MediaType.MP3: "voice.mp3", MediaType.M4A: "voice.m4a"}
INERT = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
"""Whatever a file holds, a browser runs none of it."""


class UploadRoute(CallerRoute):
    """A route that receives, cleans and stores a file before its transaction begins.

    A slow phone or a large photo holds no connection of the database. Who is not signed in is refused before
    the body is read.
    """

    def get_route_handler(self) -> Handle:
        transact = super().get_route_handler()

        async def receive_first(request: Request) -> Response:
            state = request.app.state
            async with state.sessions() as session:
                await self.identify(request, session)
                await session.commit()
            async with request.form(max_files=1, max_fields=8, max_part_size=4096) as form:
                source = _file_of(form.getlist(FIELD)).file
                request.state.mac = await asyncio.to_thread(uploading.content_mac, state.keyring, source)
                request.state.prepared = await uploading.prepare(
                    state.sessions, request.state.caller, source, request.state.mac, state.workshop, state.storage
                )
            return await transact(request)

        return receive_first

    async def content_of(self, request: Request) -> bytes:
        """The content of the file: its boundaries and its name differ from one sending to the next."""
        mac: str = request.state.mac
        return mac.encode()


def _file_of(parts: list[UploadFile | str]) -> UploadFile:
    if len(parts) != 1 or not isinstance(parts[0], UploadFile):
        raise InvalidRequest.field(
            FIELD, "missing", "请以表单字段 file 上传一个文件", "send one file as form field file"
        )
    size = parts[0].size or 0
    if size > MOST_BYTES:
        raise PayloadTooLarge(Text("文件不能超过 10 MB", "A file may hold 10 MB"))
    if not size:
        raise refusal(Fault.DAMAGED)
    return parts[0]


router = APIRouter(tags=["files 照片和语音"], route_class=UploadRoute)
public = APIRouter(tags=["files 照片和语音"], route_class=TransactionalRoute)


def _prepared_of(request: Request) -> Any:
    return request.state.mac, request.state.prepared


def _storage_of(request: Request) -> Storage:
    storage: Storage = request.app.state.storage
    return storage


@router.post(UPLOAD_PATH, status_code=status.HTTP_201_CREATED, openapi_extra=FORM)
async def upload(
    session: Session, caller: SignedInCaller, prepared: Annotated[Any, Depends(_prepared_of)]
) -> UploadedOut:
    """Send a photo (JPEG, PNG, WebP, HEIC) or a voice note (MP3, M4A) as wx.uploadFile does.

    Form fields beside the file are passed over.
    """
    return UploadedOut.model_validate(await uploading.receive(session, caller, *prepared))


@public.get("/files/links/{token}", response_class=FileResponse, responses=MEDIA)
async def open_link(
    session: Session, keyring: Keys, storage: Annotated[Storage, Depends(_storage_of)], token: str
) -> FileResponse:
    """Open a file by a link that `GET /files/{id}` has given."""
    file, path, seconds = await linking.opened(session, keyring, storage, token)
    headers = {**INERT, "Cache-Control": f"private, max-age={seconds}"}
    return FileResponse(
        path,
        media_type=file.media_type,
        headers=headers,
        filename=SUFFIXES[file.media_type],
        content_disposition_type="inline",
    )
