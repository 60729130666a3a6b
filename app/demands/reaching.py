"""How far somebody may claim and be asked: around where they are enrolled, and who is nowhere, around home."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments import queries as enrollments
from app.policies import service as policies
from app.policies.defaults import Key, Reach

SHARED = {Reach.COMMUNITY: 12, Reach.SUBDISTRICT: 9, Reach.DISTRICT: 6, Reach.CITY: 4}
"""How many digits of a region code two places share at each level."""
Gathered = dict[str, list[Any]] | None
Homes = Mapping[uuid.UUID, str | None]
"""Where members, residents and organizations are at home, by their ids."""


async def reaches(session: AsyncSession, homes: Homes) -> dict[uuid.UUID, list[str]]:
    """The regions within which each of some may claim; none for who is enrolled nowhere and has no home."""
    enrolled = await enrollments.places_of(session, list(homes))
    stations = {one: enrolled.get(one) or ([home] if home else []) for one, home in homes.items()}
    places = {place for those in stations.values() for place in those}
    levels = await policies.value_in_each(session, Key.CLAIM_REACH, places)
    return {one: [around(place, levels[place]) for place in those] for one, those in stations.items()}


def hot(home: str | None, rules: Gathered, places: list[tuple[str, Any]] | None) -> list[str]:
    """What `reaches` answers of one person, from what a hot statement gathered of their home and places."""
    if places is None:
        return [around(home, policies.read_above(Key.CLAIM_REACH, rules))] if home else []
    return [around(place, policies.read(Key.CLAIM_REACH, stored)) for place, stored in places]


def around(place: str, level: Reach) -> str:
    """The region around a place that a rule lets people go."""
    return place[: SHARED[level]]


async def rings(session: AsyncSession, region_code: str) -> list[str]:
    """The regions around a place as far as its own rule lets people come, the nearest first."""
    widest = around(region_code, await policies.value(session, Key.CLAIM_REACH, region_code))
    codes = [region_code[:length] for length in SHARED.values()]
    return list(dict.fromkeys(code for code in codes if code.startswith(widest)))


async def near(session: AsyncSession, homes: Homes, region_code: str) -> set[uuid.UUID]:
    """Those of some from whose places a region is within reach."""
    found = await reaches(session, homes)
    return {one for one, prefixes in found.items() if is_within(region_code, prefixes)}


def is_within(region_code: str, prefixes: Sequence[str]) -> bool:
    """Whether a region lies in one of some."""
    return region_code.startswith(tuple(prefixes))
