"""What the form of an activity shows: what is written in it, rows for more, and what there is to choose from."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import copying, listing, queries
from app.activities.schemas import ActivityFilter, ActivityOut
from app.console import forms, reviewing
from app.demands import queries as demands
from app.demands.models import Demand
from app.kit.errors import NotFound
from app.kit.schema import Id, IdFilter, Input
from app.members import looking
from app.members import queries as members
from app.members.schemas import MemberOut
from app.organizations import queries as organizations
from app.organizations.schemas import OrganizationOut
from app.regions import listing as regions
from app.regions import queries as places
from app.regions.schemas import RegionOut

Values = Mapping[str, list[str]]
SPARE = 2
"""Empty rows below those that are filled; whoever needs more asks for them."""
EARLIER = 20


class Chosen(Input):
    """What of a form names something that is shown by its name; what names nothing is nothing."""

    organization_id: IdFilter = None
    demand_id: IdFilter = None
    leader_ids: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for by name, where the browser cannot do that by itself."""

    members: list[MemberOut] = field(default_factory=list)
    units: list[OrganizationOut] = field(default_factory=list)
    places: list[RegionOut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form filled in so far."""

    values: Values
    places: list[tuple[str, str]]
    """Regions to choose from; none where there are too many, which are then looked for."""
    host: str | None
    demand: Demand | None
    leaders: dict[str, str]
    """Names by id, where the reader may know them."""
    earlier: list[ActivityOut]
    """What may be held again."""
    found: Found

    def said(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, [""])[-1]

    def rows(self, name: str, most: int) -> int:
        """How many rows of a list to show."""
        return min(forms.rows_of(self.values, name) + SPARE, most)


async def again(session: AsyncSession, caller: Caller, activity_id: uuid.UUID) -> Values:
    """The form of an earlier activity that is held again."""
    return forms.said(await copying.anew(session, caller, await queries.activity(session, caller, activity_id)))


async def for_demand(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> Values:
    """The form of an activity that serves a demand."""
    found = await demands.demand(session, caller, demand_id)
    known = {"demand_id": str(found.id), "region_code": found.region_code, "category": found.category}
    return {name: [text] for name, text in known.items()}


async def sheet(session: AsyncSession, caller: Caller, values: Values, *, looked_for: bool) -> Sheet:
    """The form with what stands in it; what is looked for by name is found where that was asked."""
    chosen = _chosen(values)
    hosts = await organizations.organizations(session, [chosen.organization_id])
    return Sheet(
        values=values,
        places=await _places(session, caller, values.get("region_code", [])),
        host=next((one.name for one in hosts.values()), None),
        demand=await _demand(session, caller, chosen.demand_id),
        leaders=await _names(session, caller, chosen.leader_ids),
        earlier=(await listing.activities(session, caller, ActivityFilter(scope="desk", limit=EARLIER))).items,
        found=await _look(session, caller, values) if looked_for else Found(),
    )


async def _places(session: AsyncSession, caller: Caller, typed: list[str]) -> list[tuple[str, str]]:
    """One's own regions, the communities below them and what lies between; what is typed already, too."""
    reach = caller.reach(DISPATCHERS)
    near = await regions.communities(session, reach)
    if len(near) == regions.MOST_TO_CHOOSE:
        return []
    codes = {*reach, *typed, *(one.parent_code or "" for one in near)} - {"", *(one.code for one in near)}
    above = await places.full_names(session, sorted(one for one in codes if caller.covers(one, DISPATCHERS)))
    return [*above.items(), *((one.code, one.full_name) for one in near)]


async def _look(session: AsyncSession, caller: Caller, values: Values) -> Found:
    who, unit, place = ((values.get(name) or [""])[-1].strip() for name in ("who", "unit", "place"))
    return Found(
        members=await reviewing.members_found(session, caller, who),
        units=await reviewing.organizations_found(session, caller, unit),
        places=await reviewing.places_found(session, place) if place else [],
    )


def _chosen(values: Values) -> Chosen:
    said = {name: texts if name == "leader_ids" else texts[-1] for name, texts in values.items() if texts}
    try:
        return Chosen.model_validate({name: said[name] for name in Chosen.model_fields if name in said})
    except ValidationError:  # the verb says what is wrong with it
        return Chosen()


async def _demand(session: AsyncSession, caller: Caller, demand_id: uuid.UUID | None) -> Demand | None:
    try:
        return await demands.demand(session, caller, demand_id) if demand_id else None
    except NotFound:
        return None


async def _names(session: AsyncSession, caller: Caller, ids: Sequence[uuid.UUID]) -> dict[str, str]:
    """The names of members of one's regions; that they were read is on record."""
    known = [one for one in (await members.members(session, ids)).values() if caller.covers(one.home_region_code)]
    for one in known:
        looking.note(session, caller, one.home_region_code, 1)
    return {str(one.id): one.name for one in known}
