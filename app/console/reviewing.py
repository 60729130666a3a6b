"""What one screen shows of a demand."""

import uuid
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.content.schemas import FileOut
from app.demands import feedback, listing, presenting, queries, recommending, relations, showing, similar, timeline
from app.demands.feedback_schemas import ResponseRatingOut
from app.demands.lifecycle import ENDS
from app.demands.matching_schemas import CandidateOut, CandidatesWanted, SimilarOut, SimilarWanted
from app.demands.models import Demand
from app.demands.schemas import ClaimOut, DemandOut, TimelineItem
from app.kit.crypto import Keyring
from app.kit.pagination import PageRequest
from app.members import listing as members
from app.members.schemas import MemberOut, MembersWanted
from app.organizations import listing as organizations
from app.organizations.schemas import OrganizationOut, OrganizationsWanted
from app.policies import listing as policies
from app.policies.schemas import CategoryOut
from app.regions import listing as regions
from app.regions.schemas import RegionOut, RegionsWanted

WHOLE = PageRequest(limit=100)
FOUND = 8
"""How many names a search by name answers."""


@dataclass(frozen=True, slots=True)
class Response:
    """How a department's response was rated, and whether the reader may rate it."""

    rating: ResponseRatingOut | None
    may_rate: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A demand with its claims and history, as its desk sees them."""

    demand: DemandOut
    claims: list[ClaimOut]
    history: list[TimelineItem]
    earlier: str | None
    """The cursor of the rest of the history."""
    similar: list[SimilarOut]
    categories: list[CategoryOut]
    candidates: list[CandidateOut] | None
    """Whom to ask, where that was wanted: members' names are read for a reason, which is kept."""
    found: list[MemberOut]
    """The members that were looked for by name, where the browser cannot do that by itself."""
    units: list[OrganizationOut]
    found_places: list[RegionOut]
    """The same of organizations and places."""
    places: list[tuple[str, str]]
    """The desks nearby, which a part may go to."""
    responses: dict[uuid.UUID, Response]
    """What the whistler said of each response, or may say."""
    files: dict[uuid.UUID, list[FileOut]]
    """What was photographed and said, by the demand and its claims; with the contact only."""
    is_desk: bool
    has_ended: bool
    shows_contact: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the screen was asked for beyond the usual; each is kept as seen."""

    contact: bool = False
    candidates: bool = False
    who: str = ""
    unit: str = ""
    place: str = ""
    since: str | None = None


async def review(
    session: AsyncSession, caller: Caller, keyring: Keyring, demand_id: uuid.UUID, wanted: Wanted
) -> Review:
    """Everything on the screen."""
    found = await queries.demand(session, caller, demand_id)
    if wanted.contact:
        shown = await presenting.demand_out(session, caller, found)
    else:
        (shown,) = await presenting.demands_out(session, caller, [found])
    claims = (await listing.claims_of_demand(session, caller, demand_id, WHOLE)).items
    happened = await timeline.timeline(session, caller, demand_id, PageRequest(limit=100, cursor=wanted.since))
    alike = await similar_found(session, caller, found.title, found.region_code)
    is_desk = caller.covers(found.handler_region_code, DISPATCHERS)
    return Review(
        demand=shown,
        claims=claims,
        history=happened.items,
        earlier=happened.next_cursor,
        similar=[one for one in alike if one.id != found.id],
        categories=await policies.categories(session, found.region_code),
        candidates=await _candidates(session, caller, demand_id) if wanted.candidates else None,
        found=await members_found(session, caller, wanted.who) if wanted.who else [],
        units=await organizations_found(session, caller, wanted.unit) if wanted.unit else [],
        found_places=await places_found(session, wanted.place) if wanted.place else [],
        places=await _places(session, found) if is_desk else [],
        responses=await _responses(session, caller, found, claims),
        files=await _files(session, caller, keyring, shown, claims) if wanted.contact else {},
        is_desk=is_desk,
        has_ended=found.state in ENDS,
        shows_contact=wanted.contact,
    )


async def _places(session: AsyncSession, found: Demand) -> list[tuple[str, str]]:
    """The communities of the subdistrict that handles it, or of the desk above one."""
    near = await regions.communities(session, [relations.subdistrict_of(found) or found.handler_region_code])
    return [(one.code, one.name) for one in near if one.code != found.handler_region_code]


async def _responses(
    session: AsyncSession, caller: Caller, found: Demand, claims: list[ClaimOut]
) -> dict[uuid.UUID, Response]:
    if not caller.covers(found.handler_region_code):
        return {}
    answers = {}
    for claim in claims:
        if claim.departmental:
            said = (await feedback.ratings(session, caller, claim.id)).items
            may_rate = await feedback.may_rate(session, caller, claim.id)
            answers[claim.id] = Response(said[0] if said else None, may_rate)
    return answers


async def _candidates(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> list[CandidateOut]:
    return (await recommending.candidates(session, caller, demand_id, CandidatesWanted(limit=FOUND))).items


async def _files(
    session: AsyncSession, caller: Caller, keyring: Keyring, shown: DemandOut, claims: list[ClaimOut]
) -> dict[uuid.UUID, list[FileOut]]:
    """The files of each with links that are good for a while."""
    holders = [(shown.id, shown.file_ids), *((claim.id, claim.file_ids) for claim in claims)]
    return {one: [await showing.one_file(session, caller, keyring, file) for file in files] for one, files in holders}


async def members_found(session: AsyncSession, caller: Caller, text: str) -> list[MemberOut]:
    """The first members whose name begins so, or whose phone it is."""
    wanted = MembersWanted(q=text, limit=FOUND)
    return (await members.members(session, caller, wanted)).items if wanted.q else []


async def organizations_found(session: AsyncSession, caller: Caller, text: str) -> list[OrganizationOut]:
    """The first organizations whose name holds it."""
    wanted = OrganizationsWanted(q=text, limit=FOUND)
    return (await organizations.organizations(session, caller, wanted)).items if wanted.q else []


async def places_found(session: AsyncSession, text: str) -> list[RegionOut]:
    """The first regions whose name holds it."""
    wanted = RegionsWanted(q=text, limit=FOUND)
    return (await regions.regions(session, wanted)).items if wanted.q else []


async def similar_found(session: AsyncSession, caller: Caller, title: str, region_code: str) -> list[SimilarOut]:
    """The requests of a community most like a title; nothing while there is too little to compare."""
    try:
        wanted = SimilarWanted(title=title, region_code=region_code)
    except ValidationError:
        return []
    return (await similar.similar(session, caller, wanted)).items
