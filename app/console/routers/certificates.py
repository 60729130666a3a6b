"""The desk's certificates: issued for whoever asks at the counter, printed, found by their number, taken back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.access.caller import DISPATCHERS, Caller
from app.certificates import issuing, presenting
from app.certificates.router import printed
from app.certificates.schemas import CertificateIn, CertificatesWanted
from app.checkins.router import Here, site_of
from app.console import forms, rendering, reviewing, verbs, wording
from app.console.rendering import Again
from app.console.route import PLACE, DeskCaller, DeskRoute, Form
from app.kit import clock
from app.kit.errors import AppError, InvalidRequest
from app.kit.http import Session
from app.kit.schema import Id, IdFilter

router = APIRouter(route_class=DeskRoute)


class Asked(BaseModel):
    """Which page of the list, or the number on a sheet; and a member who is looked for."""

    cursor: str | None = None
    number: Annotated[str, Field(max_length=40)] = ""
    who: Annotated[str, Field(max_length=60)] = ""
    account: IdFilter = None
    """A resident, from the roll of what they served at."""
    done: str | None = None


@router.get("/certificates")
async def certificates(
    request: Request, session: Session, caller: DeskCaller, asked: Annotated[Asked, Query()]
) -> Response:
    """Those of my regions, the newest first, or the one of a number; that members' names were read is kept."""
    return await _list(request, session, caller, asked)


@router.post("/certificates")
async def issue(request: Request, session: Session, caller: DeskCaller, form: Form) -> Response:
    """Certify the hours of a member or a resident who asks at the counter."""
    caller.require(DISPATCHERS)
    try:
        body = forms.body(form, CertificateIn)
        if body.member_id is None and body.account_id is None:  # or a desk that is a member too would certify itself
            raise InvalidRequest.field("member_id", "missing", "请先查找并选择党员", "choose a member")
        made = await issuing.issue(session, caller, body)
    except AppError as error:
        return await _list(request, session, caller, Asked(), Again("issue", error, forms.typed(form)))
    return PlainTextResponse(f"{PLACE}/certificates?number={made.number}&done=certificate_issued")


@router.get("/certificates/{certificate_id}/pdf")
async def sheet(session: Session, caller: DeskCaller, site: Here, certificate_id: Id) -> Response:
    """One to print."""
    return await printed(await presenting.certificate(session, caller, site.keyring, certificate_id), site)


@router.post("/certificates/{certificate_id}/{action}")
async def change(
    request: Request, session: Session, caller: DeskCaller, form: Form, certificate_id: Id, action: str
) -> Response:
    """Take one back."""
    verb = verbs.find(verbs.OF_CERTIFICATES, action)
    if refusal := await verbs.tried(session, caller, verb, certificate_id, form):
        again = Again(f"{action} {certificate_id}", refusal, forms.typed(form))
        return await _list(request, session, caller, Asked(), again)
    return PlainTextResponse(f"{PLACE}/certificates?done=certificate_revoked")


async def _list(
    request: Request, session: AsyncSession, caller: Caller, asked: Asked, again: Again | None = None
) -> Response:
    site, who = await site_of(request), asked.who.strip()
    wanted = CertificatesWanted(cursor=asked.cursor, number=asked.number.strip() or None)
    return rendering.page(
        request,
        "certificates.html",
        caller,
        again=again,
        found=await presenting.certificates(session, caller, site.keyring, wanted),
        site=site,
        wanted=wanted,
        issues=bool(caller.reach(DISPATCHERS)),
        who=who,
        account=asked.account or (again.values.get("account_id", [None])[-1] if again else None),
        members=await reviewing.members_found(session, caller, who) if who else [],
        today=clock.today(),
        done=wording.done(asked.done),
    )
