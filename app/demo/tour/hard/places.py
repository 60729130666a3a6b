"""Where the hard cases take place, and how one rule is set there for as long as one case needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.demo import staff
from app.demo.tour.client import Json
from app.demo.tour.people import People
from app.demo.tour.walk import Walk
from app.kit import clock

COMMUNITY = "110107003024"
"""八角南路社区: the hard cases that need no rule of their own."""
NEIGHBOUR = "110107001028"
"""沁山水南社区: where a demand of the wrong desk belongs."""
SUBDISTRICT = "110107002"
"""老山街道: its first communities are used by nothing else, so rules may be set there."""
OFFERS, ANSWERS, RATINGS, FALLBACKS, PICTURES = (f"{SUBDISTRICT}{number:03}" for number in (1, 2, 3, 9, 11))
SECONDS = "PT4S"
"""Long enough for the steps before it under load, short enough to wait for."""

GARRISON = "110107010"
"""五里坨街道: where the garrison reports in."""
POINTS, PARK = "440604010014", "530322002009"
"""丽豪社区, whose campaign has nine points, and the community of 幸福公园."""

EVERYWHERE = (COMMUNITY, NEIGHBOUR, OFFERS, ANSWERS, RATINGS, FALLBACKS, PICTURES, POINTS, PARK)


@asynccontextmanager
async def rule(walk: Walk, key: str, community: str, value: object = SECONDS) -> AsyncIterator[None]:
    """Set a rule in one community, and put back what held there before."""
    admin = await walk.people.staff(staff.ADMIN)
    before = next(one for one in await _rules(walk.people, community) if one["key"] == key)
    today = clock.today().isoformat()
    setting = {"region_code": community, "from": today}
    changed = await admin.put(f"/policies/{key}", **setting, value=value)
    walk.expect(changed["value"] == value, f"规则 rule {key} = {value}", changed)
    try:
        yield
    finally:
        await admin.put(f"/policies/{key}", **setting, value=before["value"])


async def _rules(people: People, community: str) -> list[Json]:
    admin = await people.staff(staff.ADMIN)
    return list(await admin.get("/policies", region=community))
