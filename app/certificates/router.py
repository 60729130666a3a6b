"""`/certificates`, and what anybody may verify under `/certified`."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, status
from starlette.responses import Response

from app.access.dependencies import CallerRoute, Keys, SignedInCaller
from app.certificates import issuing, presenting
from app.certificates.schemas import (
    CertificateBrief,
    CertificateIn,
    CertificateOut,
    CertificatesWanted,
    CertifiedOut,
    RevocationIn,
)
from app.checkins.listing import Site
from app.checkins.router import Here
from app.kit.http import Session, TransactionalRoute
from app.kit.pagination import Page
from app.kit.schema import Id

PDF = "application/pdf"
PRINTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "记录证明 A4", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}
public = APIRouter(tags=["public 公开"], route_class=TransactionalRoute)
router = APIRouter(prefix="/certificates", tags=["certificates 记录证明"], route_class=CallerRoute)


@public.get("/certified/{code}")
async def verify(session: Session, keyring: Keys, code: str) -> CertifiedOut:
    """What a certificate says, whose it is masked, and since when it no longer counts, for whoever holds its code."""
    return await presenting.certified(session, keyring, code)


@router.post("", status_code=status.HTTP_201_CREATED)
async def issue(session: Session, caller: SignedInCaller, keyring: Keys, body: CertificateIn) -> CertificateOut:
    """Certify hours (记录证明): one's own, or at the desk those of a member who lives there, for a reason."""
    return await presenting.certificate_out(session, caller, keyring, await issuing.issue(session, caller, body))


@router.get("")
async def certificates(
    session: Session, caller: SignedInCaller, keyring: Keys, wanted: Annotated[CertificatesWanted, Query()]
) -> Page[CertificateBrief]:
    """My certificates and those of my regions, the newest first."""
    return await presenting.certificates(session, caller, keyring, wanted)


@router.get("/{certificate_id}")
async def certificate(session: Session, caller: SignedInCaller, keyring: Keys, certificate_id: Id) -> CertificateOut:
    """One certificate with its services."""
    return await presenting.certificate(session, caller, keyring, certificate_id)


@router.get("/{certificate_id}/pdf", response_class=Response, responses=PRINTED)
async def sheet(session: Session, caller: SignedInCaller, site: Here, certificate_id: Id) -> Response:
    """The same to print; one that no longer counts says so."""
    return await printed(await presenting.certificate(session, caller, site.keyring, certificate_id), site)


@router.post("/{certificate_id}/revoke")
async def revoke(
    session: Session, caller: SignedInCaller, keyring: Keys, certificate_id: Id, body: RevocationIn
) -> CertificateOut:
    """Take a certificate back; its page says since when."""
    found = await issuing.revoke(session, caller, certificate_id, body)
    return await presenting.certificate_out(session, caller, keyring, found)


async def printed(found: CertificateOut, site: Site) -> Response:
    """A sheet as a file."""
    content = await asyncio.to_thread(_pdf, found, site.url(found.code))
    named = {"Content-Disposition": 'inline; filename="certificate.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type=PDF, headers=named)


def _pdf(found: CertificateOut, url: str) -> bytes:
    from app.certificates import printing  # noqa: PLC0415 - half a second that most processes never need

    return printing.pdf(found, url)
