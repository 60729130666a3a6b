"""`/privacy` and what is mine: consents, export, leaving."""

from fastapi import APIRouter

from app.access.dependencies import CallerRoute, SignedInCaller
from app.kit.http import Session, TransactionalRoute
from app.kit.pagination import Page
from app.privacy import consenting, exporting, leaving
from app.privacy.schemas import ConsentIn, ConsentOut, DocumentOut, ExportOut, LeavingOut

public = APIRouter(prefix="/privacy", tags=["privacy 隐私"], route_class=TransactionalRoute)
router = APIRouter(prefix="/me", tags=["privacy 隐私"], route_class=CallerRoute)


@public.get("/documents")
async def documents() -> Page[DocumentOut]:
    """The texts to consent to, each with its version."""
    return consenting.documents()


@router.get("/consents")
async def my_consents(session: Session, caller: SignedInCaller) -> Page[ConsentOut]:
    """How my consents stand."""
    return await consenting.mine(session, caller)


@router.post("/consents")
async def consent(session: Session, caller: SignedInCaller, body: ConsentIn) -> ConsentOut:
    """Give a consent to a version of a text, or withdraw it."""
    return await consenting.say(session, caller, body)


@router.get("/export")
async def export(session: Session, caller: SignedInCaller) -> ExportOut:
    """Everything that is kept about me."""
    return await exporting.export(session, caller)


@router.delete("")
async def leave(session: Session, caller: SignedInCaller) -> LeavingOut:
    """Delete my account after days to think again; signing in before they are over keeps it."""
    return await leaving.leave(session, caller)
