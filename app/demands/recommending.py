"""The two lists of who fits what: open demands for somebody, best first, and somebody for a demand."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import (
    claiming,
    fitting,
    matching,
    matching_queries,
    nearness,
    presenting,
    queries,
    relations,
)
from app.demands.lifecycle import Action
from app.demands.matching import Asked, Helper, Terms
from app.demands.matching_schemas import CandidateOut, CandidatesWanted, MatchOut, ReasonOut
from app.demands.models import ClaimantKind
from app.demands.nearness import Place
from app.demands.schemas import DemandFilter, DemandOut
from app.kit import ranking
from app.kit.pagination import Page
from app.kit.ranking import Position
from app.kit.schema import mask_phone
from app.members import looking
from app.members import queries as members
from app.organizations import queries as organizations


async def open_demands(session: AsyncSession, caller: Caller, wanted: DemandFilter) -> Page[DemandOut]:
    """One page of what the caller could claim, best first; scores may move between pages, the pages hold together."""
    reaches = await claiming.reaches(session, caller)
    position = ranking.read(wanted.cursor)
    rows = await matching_queries.open_window(session, caller, wanted, reaches, position)
    helper = await _helper(session, caller)
    terms = await fitting.terms_in(session, helper.place.region_code)
    asked = {row.id: fitting.asked_of(row) for row in rows}
    shown, cursor = best_of(asked, helper, terms, position, wanted.limit)
    found = await queries.demands_by_id(session, list(shown))
    answers = await presenting.demands_out(session, caller, [found[one] for one in shown])
    items = [one.model_copy(update={"match": shown[one.id]}) for one in answers]
    return Page(items=items, next_cursor=cursor)


def best_of(
    asked: dict[uuid.UUID, Asked], helper: Helper, terms: Terms, position: Position, limit: int
) -> tuple[dict[uuid.UUID, MatchOut], str | None]:
    """The next of a window for somebody, best first, with why they fit, and the cursor after them."""
    scores = matching.scores(asked, helper, terms)
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)  # of equals the newest stays first
    shown, cursor = ranking.turn(position, ranked, limit, is_full=len(asked) == matching_queries.WINDOW)
    return {one: _match(scores[one], asked[one], helper, terms) for one in shown}, cursor


async def candidates(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: CandidatesWanted
) -> Page[CandidateOut]:
    """One page of whom the desk could offer a demand to, best first."""
    demand = await queries.demand(session, caller, demand_id)
    relations.require(relations.of(caller, demand), Action.DISPATCH)
    kind = ClaimantKind(wanted.kind)
    asked, helpers, terms = await fitting.compared(session, demand, kind)
    ranked = fitting.best_first(asked, helpers, terms)
    shown, cursor = ranking.turn(ranking.read(wanted.cursor), ranked, wanted.limit, is_full=False)
    show = _members_out if kind == ClaimantKind.MEMBER else _organizations_out
    items = await show(session, shown, asked, helpers, terms)
    if kind == ClaimantKind.MEMBER:
        looking.note(session, caller, demand.region_code, len(items), demand_id=demand.id)
    return Page(items=items, next_cursor=cursor)


async def _helper(session: AsyncSession, caller: Caller) -> Helper:
    """The caller as somebody who could serve: a member, a resident, or for an organization."""
    if caller.member_id is not None:
        return fitting.member(await matching_queries.person(session, caller.member_id))
    home = caller.home_region_code
    if home is None:
        known = await organizations.organizations(session, caller.organization_ids)
        home = next((one.region_code for one in known.values()), "")
    return Helper(Place(home), live=await matching_queries.live_claims(session, caller.account_id))


def _match(score: int, asked: Asked, helper: Helper, terms: Terms) -> MatchOut:
    found = matching.reasons(asked, helper, terms)
    return MatchOut(score=score, reasons=[ReasonOut(code=code, text=text) for code, text in found.items()])


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
            match=_match(matching.score(asked, helpers[one], terms), asked, helpers[one], terms),
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
            match=_match(matching.score(asked, helpers[one], terms), asked, helpers[one], terms),
        )
        for one in shown
    ]
