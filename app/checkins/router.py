"""`/places` and their posters, and `/me/code`."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.responses import Response

from app.access.dependencies import CallerRoute, HotRoute, Keys, SignedInCaller, tries
from app.checkins import arriving, deciding, listing, placing, scanning, scanning_hot
from app.checkins.listing import Site
from app.checkins.posters import Poster
from app.checkins.scan_schemas import ArriveIn, HeldScanOut, ScanDecisionIn, ScanFilter, ScannedOut, ScansIn
from app.checkins.schemas import MovingCodeOut, PlaceIn, PlaceOut, PlacesWanted, PostersWanted, RenewIn
from app.demands import listing as claims
from app.demands.schemas import ClaimOut
from app.kit.http import Session
from app.kit.pagination import Page
from app.kit.schema import Id

router = APIRouter(tags=["check-ins 签到"], route_class=CallerRoute)
hot = APIRouter(tags=["check-ins 签到"], route_class=HotRoute)
ARRIVE = ArriveIn()
"""What an empty request means: a mini-program may send no body at all."""
PDF = "application/pdf"
PRINTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "海报 A4, a page each", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
}


async def site_of(request: Request) -> Site:
    """This service as phones reach it: as the setting says, or else as it was just reached."""
    state = request.app.state
    return Site(state.keyring, state.settings.public_url or f"{request.url.scheme}://{request.url.netloc}")


async def printed(posters: list[Poster]) -> Response:
    """The posters as a file."""
    content = await asyncio.to_thread(_pdf, posters)
    named = {"Content-Disposition": 'inline; filename="posters.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type=PDF, headers=named)


def _pdf(posters: list[Poster]) -> bytes:
    from app.checkins import printing  # noqa: PLC0415 - half a second that most processes never need

    return printing.pdf(posters)


Here = Annotated[Site, Depends(site_of)]


@router.post("/places", status_code=status.HTTP_201_CREATED)
async def make(session: Session, caller: SignedInCaller, site: Here, body: PlaceIn) -> PlaceOut:
    """Make the code of a place (现场码), to be printed or shown on a screen."""
    return await listing.place_out(session, caller, site, await placing.make(session, caller, body))


@router.get("/places")
async def places(
    session: Session, caller: SignedInCaller, site: Here, wanted: Annotated[PlacesWanted, Query()]
) -> Page[PlaceOut]:
    """The places of my regions, the newest first; or the one whose number somebody reads out."""
    return await listing.places(session, caller, site, wanted)


@router.get("/places/posters", response_class=Response, responses=PRINTED)
async def posters(
    session: Session, caller: SignedInCaller, site: Here, wanted: Annotated[PostersWanted, Query()]
) -> Response:
    """The posters of some places (海报), one PDF with a page of each."""
    return await printed(await listing.posters(session, caller, site, wanted.place_id))


@router.get("/places/{place_id}")
async def place(session: Session, caller: SignedInCaller, site: Here, place_id: Id) -> PlaceOut:
    """One place with its newest code."""
    return await listing.place(session, caller, site, place_id)


@router.post("/places/{place_id}/renew")
async def renew(session: Session, caller: SignedInCaller, site: Here, place_id: Id, body: RenewIn) -> PlaceOut:
    """Make the next version of a poster; the one that hangs says that it was replaced."""
    return await listing.place_out(session, caller, site, await placing.renew(session, caller, place_id, body))


@router.post("/places/{place_id}/revoke")
async def revoke(session: Session, caller: SignedInCaller, site: Here, place_id: Id) -> PlaceOut:
    """End the code of a place at once."""
    return await listing.place_out(session, caller, site, await placing.revoke(session, caller, place_id))


@router.get("/places/{place_id}/code")
async def screen_code(session: Session, caller: SignedInCaller, site: Here, place_id: Id) -> MovingCodeOut:
    """The rotating code that a screen at a place shows now (动态码)."""
    return await listing.screen_code(session, caller, site, place_id)


@router.get("/me/code")
async def my_code(caller: SignedInCaller, site: Here) -> MovingCodeOut:
    """My own code, for a leader to scan within a minute, once (个人码)."""
    return listing.my_code(caller, site)


@hot.post("/scans")
@tries(scanning_hot.scan)
async def scan(session: Session, caller: SignedInCaller, keys: Keys, body: ScansIn) -> ScannedOut:
    """Scan codes (扫码): report in, check in and out, arrive and finish. What was heard before is answered as then."""
    return ScannedOut(items=await scanning.scan(session, caller, keys, body))


@router.post("/claims/{claim_id}/arrive", tags=["claims 接单"])
async def arrive(
    session: Session, caller: SignedInCaller, keys: Keys, claim_id: Id, body: ArriveIn = ARRIVE
) -> ClaimOut:
    """Say that one is there; `code`, what a place shows, is heard as a scan."""
    return await claims.claim(session, caller, await arriving.arrive(session, caller, keys, claim_id, body))


@router.get("/scans")
async def scans(session: Session, caller: SignedInCaller, wanted: Annotated[ScanFilter, Query()]) -> Page[HeldScanOut]:
    """Scans that wait for a person (待审核扫码), or those that are marked, of my regions and my activities."""
    return await deciding.scans(session, caller, wanted)


@router.post("/scans/{scan_id}/decide")
async def decide(session: Session, caller: SignedInCaller, scan_id: Id, body: ScanDecisionIn) -> HeldScanOut:
    """Let a scan count, from when it was heard or from another moment, or refuse it."""
    return await deciding.decide(session, caller, scan_id, body)
