"""Who is compared with whom on what terms: what the two lists of matching and the clock share."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.demands import matching, matching_queries, nearness, reaching
from app.demands.matching import Asked, Helper, Terms
from app.demands.matching_queries import Facts
from app.demands.matching_schemas import MatchReason
from app.demands.models import ClaimantKind, Demand
from app.demands.nearness import Place
from app.kit import clock
from app.policies import service as policies
from app.policies.defaults import Key, Weights

RULES = (Key.MATCH_WEIGHTS, Key.HOURS_PER_QUARTER, Key.CATEGORY_SKILLS)


async def compared(
    session: AsyncSession, demand: Demand, kind: ClaimantKind
) -> tuple[Asked, dict[uuid.UUID, Helper], Terms]:
    """What is asked, everybody who could be asked, and on what terms they are compared."""
    prefixes = await reaching.rings(session, demand.region_code)
    terms = await terms_in(session, demand.region_code)
    asked = asked_of(demand)
    if kind == ClaimantKind.ORGANIZATION:
        bodies = await matching_queries.organizations_for(session, demand, prefixes)
        helpers = {body.id: Helper(Place(body.region_code), live=live, done=done) for body, done, live, *_ in bodies}
    else:
        people = await matching_queries.people_for(session, demand, prefixes)
        helpers = {row.id: member(row) for row in people}
    homes = {one: helper.place.region_code for one, helper in helpers.items()}
    near = await reaching.near(session, homes, demand.region_code)
    return asked, {one: helper for one, helper in helpers.items() if one in near}, terms


def best_first(asked: Asked, helpers: dict[uuid.UUID, Helper], terms: Terms) -> list[uuid.UUID]:
    """Some helpers by their scores; equals stay in the order in which they came, which is by lot."""
    scores = {one: matching.score(asked, helper, terms) for one, helper in helpers.items()}
    return sorted(scores, key=scores.__getitem__, reverse=True)


async def terms_in(session: AsyncSession, region_code: str) -> Terms:
    """The terms of a region today."""
    return terms(await policies.values(session, RULES, region_code))


def terms(rules: Sequence[Any]) -> Terms:
    """The terms that the values of `RULES` make now."""
    weights, target_hours, suggested = rules
    return Terms(counts(weights), target_hours * 60, clock.now(), suggested)


def counts(weights: Weights) -> dict[MatchReason, int]:
    """How much each reason counts."""
    return {reason: getattr(weights, reason) for reason in MatchReason}


def asked_of(demand: Demand | Facts) -> Asked:
    """What of a demand decides who fits it."""
    return Asked(
        category=demand.category,
        skills=frozenset(demand.skills),
        place=nearness.place(demand.region_code, demand.cell_lng, demand.cell_lat),
        hours=matching.hours_touched(demand.starts_at, demand.ends_at),
        due_at=demand.due_at,
    )


def member(row: Facts) -> Helper:
    """What of a member decides what fits them."""
    return Helper(
        place=nearness.place(row.home_region_code, row.cell_lng, row.cell_lat),
        skills=frozenset(row.skills),
        hours=frozenset(row.hours or ()),
        days_off=frozenset(row.days_off or ()),
        wishes=frozenset(row.wishes or ()),
        live=row.live,
        minutes=row.minutes,
    )
