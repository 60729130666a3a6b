"""Giving files to what they belong to: each once, by who uploaded it."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.content import queries
from app.content.models import SubjectKind
from app.kit.errors import InvalidRequest


async def attach(
    session: AsyncSession,
    caller: Caller,
    file_ids: Sequence[uuid.UUID],
    subject: tuple[SubjectKind, uuid.UUID],
    *,
    most: int,
    keeps_evidence: bool,
) -> None:
    """Attach the caller's unused files, `most` at once, to a thing; raises `InvalidRequest`.

    What they say of when and where they were taken is forgotten unless the thing's region `keeps_evidence`.

    A file that is absent, somebody else's, used or expired is refused in the same words.
    """
    wanted = set(file_ids)
    if not wanted:
        return
    if len(wanted) > most:
        raise InvalidRequest.field("file_ids", "too_many_files", f"最多 {most} 个文件", f"takes at most {most} files")
    found = await queries.unused(session, caller.account_id, list(wanted))
    if len(found) < len(wanted):
        raise InvalidRequest.field(
            "file_ids",
            "unknown_file",
            "文件不存在或已使用，请重新上传",
            "a file is not there or was used; upload it again",
        )
    for file in found:
        file.subject_kind, file.subject_id = subject
        file.expires_at = None
        if not keeps_evidence:
            file.taken_at = file.lng = file.lat = None
