"""The two lists of who fits what: open demands for somebody, best first, and somebody for a demand."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import claiming, matching, matching_queries, nearness, presenting, queries, reaching, relations
from app.demands.lifecycle import Action
from app.demands.matching import Asked, Helper, Terms
from app.demands.matching_queries import Facts
from app.demands.matching_schemas import CandidateOut, CandidatesWanted, MatchOut, ReasonOut
from app.demands.models import ClaimantKind, Demand
from app.demands.nearness import Place
from app.demands.schemas import DemandFilter, DemandOut
from app.kit import clock, ranking
from app.kit.pagination import Page
from app.kit.schema import mask_phone
from app.members import queries as members
from app.organizations import queries as organizations
from app.policies import service as policies
from app.policies.defaults import Key

RULES = (Key.MATCH_WEIGHTS, Key.HOURS_PER_QUARTER, Key.CATEGORY_SKILLS)
Suggested = dict[str, list[str]]


async def open_demands(session: AsyncSession, caller: Caller, wanted: DemandFilter) -> Page[DemandOut]:
    """One page of what the caller could claim, best first; scores may move between pages, the pages hold together."""
    reaches = await claiming.reaches(session, caller)
    position = ranking.read(wanted.cursor)
    rows = await matching_queries.open_window(session, caller, wanted, reaches, position)
    helper = await _helper(session, caller)
    terms, suggested = await _terms(session, helper.place.region_code)
    asked = {row.id: _asked(row, suggested) for row in rows}
    scores = {one: matching.score(demand, helper, terms) for one, demand in asked.items()}
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)  # of equals the newest stays first
    shown, cursor = ranking.turn(position, ranked, wanted.limit, is_full=len(rows) == matching_queries.WINDOW)
    found = await queries.demands_by_id(session, shown)
    answers = await presenting.demands_out(session, caller, [found[one] for one in shown])
    items = [one.model_copy(update={"match": _match(asked[one.id], helper, terms)}) for one in answers]
    return Page(items=items, next_cursor=cursor)


async def candidates(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: CandidatesWanted
) -> Page[CandidateOut]:
    """One page of whom the desk could offer a demand to, best first."""
    demand = await queries.demand(session, caller, demand_id)
    relations.require(relations.of(caller, demand), Action.DISPATCH)
    kind = ClaimantKind(wanted.kind)
    asked, helpers, terms = await compared(session, demand, kind)
    ranked = best_first(asked, helpers, terms)
    shown, cursor = ranking.turn(ranking.read(wanted.cursor), ranked, wanted.limit, is_full=False)
    show = _members_out if kind == ClaimantKind.MEMBER else _organizations_out
    items = await show(session, shown, asked, helpers, terms)
    return Page(items=items, next_cursor=cursor)


async def compared(
    session: AsyncSession, demand: Demand, kind: ClaimantKind
) -> tuple[Asked, dict[uuid.UUID, Helper], Terms]:
    """What is asked, everybody who could be asked, and on what terms they are compared."""
    prefixes = await reaching.rings(session, demand.region_code)
    terms, suggested = await _terms(session, demand.region_code)
    asked = _asked(demand, suggested)
    if kind == ClaimantKind.ORGANIZATION:
        bodies = await matching_queries.organizations_for(session, demand, prefixes)
        helpers = {body.id: Helper(Place(body.region_code), live=live, done=done) for body, done, live, *_ in bodies}
    else:
        people = await matching_queries.people_for(session, demand, prefixes)
        helpers = {row.id: _member_helper(row) for row in people}
    homes = {helper.place.region_code for helper in helpers.values()}
    near = await reaching.homes_near(session, homes, demand.region_code)
    return asked, {one: helper for one, helper in helpers.items() if helper.place.region_code in near}, terms


def best_first(asked: Asked, helpers: dict[uuid.UUID, Helper], terms: Terms) -> list[uuid.UUID]:
    """Some helpers by their scores; equals stay in the order in which they came, which is by lot."""
    scores = {one: matching.score(asked, helper, terms) for one, helper in helpers.items()}
    return sorted(scores, key=scores.__getitem__, reverse=True)


async def _terms(session: AsyncSession, region_code: str) -> tuple[Terms, Suggested]:
    weights, target_hours, suggested = await policies.values(session, RULES, region_code)
    return Terms(weights, target_hours * 60, clock.now()), suggested


def _asked(demand: Demand | Facts, suggested: Suggested) -> Asked:
    skills = demand.skills or policies.for_category(suggested, demand.category)
    return Asked(
        category=demand.category,
        skills=frozenset(skills),
        place=nearness.place(demand.region_code, demand.cell_lng, demand.cell_lat),
        starts_at=demand.starts_at,
        ends_at=demand.ends_at,
        due_at=demand.due_at,
    )


async def _helper(session: AsyncSession, caller: Caller) -> Helper:
    """The caller as somebody who could serve: a member, a resident, or for an organization."""
    if caller.member_id is not None:
        return _member_helper(await matching_queries.person(session, caller.member_id))
    home = caller.home_region_code
    if home is None:
        known = await organizations.organizations(session, caller.organization_ids)
        home = next((one.region_code for one in known.values()), "")
    return Helper(Place(home), live=await matching_queries.live_claims(session, caller.account_id))


def _member_helper(row: Facts) -> Helper:
    return Helper(
        place=nearness.place(row.home_region_code, row.cell_lng, row.cell_lat),
        skills=frozenset(row.skills),
        hours=frozenset(row.hours or ()),
        days_off=frozenset(row.days_off or ()),
        wishes=frozenset(row.wishes or ()),
        live=row.live,
        minutes=row.minutes,
    )


def _match(asked: Asked, helper: Helper, terms: Terms) -> MatchOut:
    found = matching.reasons(asked, helper, terms)
    reasons = [ReasonOut(code=code, text=text) for code, text in found.items()]
    return MatchOut(score=matching.score(asked, helper, terms), reasons=reasons)


async def _members_out(
    session: AsyncSession, shown: list[uuid.UUID], asked: Asked, helpers: dict[uuid.UUID, Helper], terms: Terms
) -> list[CandidateOut]:
    people = await members.members(session, shown)
    bodies = await organizations.organizations(session, [person.organization_id for person in people.values()])
    return [
        CandidateOut(
            kind=ClaimantKind.MEMBER,
            id=one,
            name=people[one].name,
            phone_masked=mask_phone(people[one].phone),
            organization_id=people[one].organization_id,
            organization_name=bodies[people[one].organization_id].name,
            skills=people[one].skills,
            live=helpers[one].live,
            minutes=helpers[one].minutes,
            is_free=matching.is_free(asked, helpers[one]),
            distance=nearness.words(asked.place, helpers[one].place),
            match=_match(asked, helpers[one], terms),
        )
        for one in shown
    ]


async def _organizations_out(
    session: AsyncSession, shown: list[uuid.UUID], asked: Asked, helpers: dict[uuid.UUID, Helper], terms: Terms
) -> list[CandidateOut]:
    bodies = await organizations.organizations(session, shown)
    return [
        CandidateOut(
            kind=ClaimantKind.ORGANIZATION,
            id=one,
            name=bodies[one].name,
            organization_id=one,
            organization_name=bodies[one].name,
            skills=[],
            live=helpers[one].live,
            done=helpers[one].done,
            distance=nearness.words(asked.place, helpers[one].place),
            match=_match(asked, helpers[one], terms),
        )
        for one in shown
    ]
