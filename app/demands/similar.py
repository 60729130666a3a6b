"""What was asked for nearby in like words, shown before somebody files the same once more."""

import re

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import nearness, relations, similar_queries
from app.demands.matching_schemas import SimilarOut, SimilarWanted
from app.demands.models import Demand
from app.demands.nearness import Place
from app.kit import clock, geo
from app.kit.pagination import Page
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import queries as regions

NUMBERS = re.compile(r"\d{5,}")
"""A run that may be a phone, a card or an account; a house or a bus has fewer digits."""


async def similar(session: AsyncSession, caller: Caller, wanted: SimilarWanted) -> Page[SimilarOut]:
    """The requests of a community most like a title, best first, that are under way or ended lately.

    Anybody signed in may ask, so nothing here tells who asked for what: no words but the title, no exact place.
    """
    rules = (Key.SIMILAR_FOR, Key.SIMILAR_AT_LEAST)
    kept_for, at_least = await policies.values(session, rules, wanted.region_code)
    found = await similar_queries.similar(session, wanted, clock.now() - kept_for, at_least)
    names = await regions.names(session, {row[0].region_code for row in found})
    items = [_similar_out(caller, wanted, row, names.get(row[0].region_code, "")) for row in found]
    return Page(items=items)


def _similar_out(caller: Caller, wanted: SimilarWanted, row: Row[Demand, int, bool], region_name: str) -> SimilarOut:
    demand, likeness, has_photo = row
    shown = ("id", "number", "category", "state", "result", "filed_at", "closed_at", "joins")
    here = Place(wanted.region_code, geo.cell(wanted.place) if wanted.place else None)
    return SimilarOut(
        **{column: getattr(demand, column) for column in shown},
        title=NUMBERS.sub("***", demand.title),
        region_name=region_name,
        distance=nearness.words(here, nearness.place(demand.region_code, demand.cell_lng, demand.cell_lat)),
        is_own=relations.is_filer(caller, demand),
        likeness=likeness,
        has_photo=has_photo,
    )
