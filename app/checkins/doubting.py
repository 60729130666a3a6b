"""What makes a scan wait for a person, and what is only marked; where somebody is, is evidence and no proof."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.checkins import scan_queries
from app.checkins.models import Place
from app.checkins.scan_models import Scan, ScanFlag, ScanLocation, ScanReason
from app.checkins.scan_schemas import ScanIn, SeenAt
from app.kit import geo
from app.kit.geo import Point
from app.policies import service as policies
from app.policies.scan_rules import ScanKey

FASTEST = 150.0
"""Kilometres an hour between two scans of one person."""
NEARBY = 2.0
"""Kilometres that a phone may be mistaken by from one scan to the next."""
VAGUEST = 1_000.0
"""Metres; a phone that knows no better knows nothing."""
LOOKED_BACK = timedelta(hours=12)
NULL_ISLAND, ISLAND = Point(0.0, 0.0), 200.0
"""Where phones are that know nothing at all, and how many kilometres around."""


@dataclass(slots=True)
class Doubts:
    """Why a scan waits, if it does; what is odd about it; where it was made, where that is kept."""

    reason: ScanReason | None = None
    flags: list[ScanFlag] = field(default_factory=list)
    location: ScanLocation | None = None


async def doubts(session: AsyncSession, scan: Scan, item: ScanIn, place: Place | None, region_code: str) -> Doubts:
    """What is to be said about a scan beside what it means."""
    rules = (ScanKey.LOCATION, ScanKey.RANGE, ScanKey.DEVICE_PEOPLE, ScanKey.DEVICE_WINDOW)
    uses_location, metres, most, window = await policies.values(session, rules, region_code)
    found = Doubts()
    if place is not None:  # a leader's phone scans the codes of many
        people = await scan_queries.people_of(session, scan.device, scan.received_at - window)
        if len(people | {scan.scanned_by}) >= most:
            found.flags.append(ScanFlag.SHARED_DEVICE)
    if item.location is None or not uses_location:
        return found
    there = item.location.wgs84
    found.location = ScanLocation(
        scan_id=scan.id, lng=there.lng, lat=there.lat, accuracy=item.location.accuracy, at=scan.received_at
    )
    if await _flew(session, scan, there):
        found.flags.append(ScanFlag.TRAVEL)
    if is_suspicious(item.location):
        found.reason = ScanReason.SUSPICIOUS_PLACE
    elif is_far(place, item.location, metres):
        found.reason = ScanReason.OUT_OF_RANGE
    return found


def is_suspicious(location: SeenAt) -> bool:
    """Whether a phone cannot be where it says: exact to nothing, vaguer than a quarter, or where nobody lives."""
    accuracy = location.accuracy
    unlikely = accuracy is not None and not 0 < accuracy <= VAGUEST
    return unlikely or geo.kilometres(location.wgs84, NULL_ISLAND) < ISLAND


def is_far(place: Place | None, location: SeenAt, metres: int) -> bool:
    """Whether a phone is surely farther than so many metres from a place."""
    away = distance(place, location.wgs84)
    return away is not None and away - (location.accuracy or 0) > metres


def distance(place: Place | None, there: Point) -> float | None:
    """Metres from a place, where it is known where that is."""
    if place is None or place.lng is None or place.lat is None:
        return None
    return geo.kilometres(Point(place.lng, place.lat), there) * 1000


async def _flew(session: AsyncSession, scan: Scan, there: Point) -> bool:
    """Whether nobody gets here so fast from where they scanned last."""
    before = await scan_queries.last_seen(session, scan.scanned_by, scan.received_at - LOOKED_BACK)
    if before is None:
        return False
    earlier, where = before
    way = geo.kilometres(Point(where.lng, where.lat), there)
    hours = abs(_said(scan) - _said(earlier)).total_seconds() / 3600
    return way > NEARBY and way > FASTEST * hours


def _said(scan: Scan) -> datetime:
    """When a scan was made, as far as one can tell: two that were kept for hours are not one moment."""
    return scan.claimed_at if scan.offline else scan.received_at
