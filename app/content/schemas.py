"""Response bodies of files."""

import uuid
from typing import Annotated

from pydantic import Field

from app.content.models import FileKind, MediaType
from app.kit.schema import Id, Output, Time

FileIds = Annotated[list[Id], Field(max_length=50)]
"""Files that the caller has uploaded and not used yet; how many may be, a policy says."""


class UploadedOut(Output):
    """A file that was taken in; `file_ids` of a demand or a completion names it by its id until it expires."""

    id: uuid.UUID
    kind: FileKind
    media_type: MediaType
    size: int
    width: int | None
    height: int | None
    seconds: float | None
    uploaded_at: Time
    expires_at: Time | None


class LinksOut(Output):
    """Where each variant can be fetched without a token, relative to this server; a voice note has no thumbnail."""

    full: str
    thumbnail: str | None
    until: Time


class EvidenceOut(Output):
    """What a photo says of when and where (WGS-84) it was taken, which can be forged."""

    taken_at: str | None
    lng: float | None
    lat: float | None


class FileOut(UploadedOut):
    """A file with links that whoever may see it can pass to a player or a picture view.

    `evidence` is for the desk, and empty unless the policy `keep_photo_evidence` holds.
    """

    links: LinksOut
    evidence: EvidenceOut | None
