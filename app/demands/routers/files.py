"""`/files/{id}`: a file for those who may see what it belongs to."""

from fastapi import APIRouter

from app.access.dependencies import CallerRoute, Keys, SignedInCaller
from app.content.schemas import FileOut
from app.demands import showing
from app.kit.http import Session
from app.kit.schema import Id

router = APIRouter(tags=["files 照片和语音"], route_class=CallerRoute)


@router.get("/files/{file_id}")
async def one_file(session: Session, caller: SignedInCaller, keyring: Keys, file_id: Id) -> FileOut:
    """A file with short-lived links: for who uploaded it, and for whom what it belongs to shows it."""
    return await showing.one_file(session, caller, keyring, file_id)
