"""Places and codes as one caller may see them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.checkins import queries, scan_queries
from app.checkins.errors import CodeEnded
from app.checkins.models import CodeState, Place, PlaceCode
from app.checkins.posters import Poster
from app.checkins.queries import Placed
from app.checkins.schemas import MovingCodeOut, PlaceOut, PlacesWanted
from app.demands.schemas import LocationOut
from app.kit import clock, codes, geo
from app.kit.codes import Purpose
from app.kit.crypto import Keyring
from app.kit.errors import Forbidden
from app.kit.geo import Point
from app.kit.pagination import Page
from app.regions import queries as regions

PAGE = "/q"
"""Where the page of a code stands."""
OVERLAP = timedelta(seconds=20)
"""How long a code that ends still counts when the next one is shown: who has just scanned it has time to send it."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where this service is, and what it signs with."""

    keyring: Keyring
    base_url: str

    def url(self, code: str) -> str:
        """The address of a code's page, for everybody's camera."""
        return f"{self.base_url.rstrip('/')}{PAGE}/{code}"

    def printed(self, code: PlaceCode) -> str:
        """The text of a place's code."""
        return codes.make(self.keyring, Purpose.PLACE, code.number)


async def places(session: AsyncSession, caller: Caller, site: Site, wanted: PlacesWanted) -> Page[PlaceOut]:
    """One page of the places of one's regions."""
    if not caller.is_staff:
        raise Forbidden
    found, cursor = await queries.places(session, caller, wanted)
    return Page(items=await places_out(session, caller, site, found), next_cursor=cursor)


async def place(session: AsyncSession, caller: Caller, site: Site, place_id: uuid.UUID) -> PlaceOut:
    """One place that the caller may see."""
    return await place_out(session, caller, site, await queries.place(session, caller, place_id))


async def place_out(session: AsyncSession, caller: Caller, site: Site, placed: Placed) -> PlaceOut:
    """A place that the caller has just seen or changed."""
    (shown,) = await places_out(session, caller, site, [placed])
    return shown


async def places_out(session: AsyncSession, caller: Caller, site: Site, found: Sequence[Placed]) -> list[PlaceOut]:
    """Some places as a caller may see them."""
    names = await regions.full_names(session, {place.region_code for place, _ in found})
    counts = await scan_queries.counts(session, [code.number for _, code in found])
    return [_place_out(caller, site, placed, names, counts.get(placed[1].number, 0)) for placed in found]


def _place_out(caller: Caller, site: Site, placed: Placed, names: dict[str, str], scans: int) -> PlaceOut:
    place, code = placed
    state, text = code.state(place, clock.now()), site.printed(code)
    actions = ["renew", "revoke"] if state is CodeState.LIVE else ["renew"]
    return PlaceOut(
        id=place.id,
        region_code=place.region_code,
        region_name=names.get(place.region_code, ""),
        purpose=place.purpose,
        name=place.name,
        address=place.address,
        location=_location(place),
        scans=scans,
        version=code.version,
        number=codes.in_groups(code.number),
        code=text,
        url=site.url(text),
        state=state,
        made_at=code.made_at,
        expires_at=code.expires_at,
        actions=actions if caller.covers(place.region_code, DISPATCHERS) else [],
    )


def _location(place: Place) -> LocationOut | None:
    if place.lng is None or place.lat is None or place.coord_type is None:
        return None
    shown = geo.from_wgs84(Point(place.lng, place.lat), place.coord_type)
    return LocationOut(lng=round(shown.lng, 6), lat=round(shown.lat, 6), coord_type=place.coord_type)


async def posters(session: AsyncSession, caller: Caller, site: Site, place_ids: Sequence[uuid.UUID]) -> list[Poster]:
    """What the posters of some places say; raises `CodeEnded` where one would not count any more."""
    found = await queries.some_places(session, caller, place_ids)
    for place, code in found:
        caller.require(DISPATCHERS, place.region_code)
        if code.state(place, clock.now()) is not CodeState.LIVE:
            raise CodeEnded
    wanted = {place.region_code for place, _ in found}
    short, full = await regions.names(session, wanted), await regions.full_names(session, wanted)
    return [
        Poster(
            community=short[place.region_code],
            whole_name=full[place.region_code],
            name=place.name,
            address=place.address,
            purpose=place.purpose,
            url=site.url(site.printed(code)),
            number=codes.in_groups(code.number),
            version=code.version,
            made_at=code.made_at,
            expires_at=code.expires_at,
        )
        for place, code in found
    ]


async def screen_code(session: AsyncSession, caller: Caller, site: Site, place_id: uuid.UUID) -> MovingCodeOut:
    """The code that a screen at a place shows now; raises `CodeEnded`."""
    place, code = await queries.place(session, caller, place_id)
    caller.require(DISPATCHERS, place.region_code)
    if code.state(place, clock.now()) is not CodeState.LIVE:
        raise CodeEnded
    return _moving(site, Purpose.SCREEN, code.number)


def my_code(caller: Caller, site: Site) -> MovingCodeOut:
    """The caller's own code, for a leader to scan."""
    return _moving(site, Purpose.MEMBER, codes.number_of(caller.account_id))


def _moving(site: Site, purpose: Purpose, number: str) -> MovingCodeOut:
    now = clock.now()
    code = codes.read(site.keyring, codes.make(site.keyring, purpose, number, now), now)
    until = code.until or now
    return MovingCodeOut(code=code.text, url=site.url(code.text), until=until, next_at=until - OVERLAP)
