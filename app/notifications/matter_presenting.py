"""What messages say of matters to who may see these now; never a word of a person's."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.activities import presenting as activities
from app.cobuilding.lists import lifecycle as list_lifecycle
from app.cobuilding.lists import relations as list_relations
from app.cobuilding.lists.lifecycle import ListRelation
from app.enrollments import lifecycle as enrollment_lifecycle
from app.enrollments import relations as enrollment_relations
from app.kit.clock import CHINA
from app.members.models import BindingRequest
from app.notifications import enrollment_matters, list_matters, observation_matters, sign_up_queries
from app.notifications import matter_queries as queries
from app.notifications.texts import ADMINISTRATORS, APPEALED, COMPLAINED, SIGNED_UP, UNDERTAKEN
from app.organizations import queries as organizations
from app.oversight.appeals import listing
from app.oversight.appeals.queries import titles
from app.oversight.observations import following_views, standing
from app.oversight.observations import lifecycle as observation_lifecycle
from app.regions import queries as regions

Ids = Collection[uuid.UUID]
TIME = "%m月%d日%H:%M"
YOU, MEMBER_OF = "您", "{}的一名党员"


@dataclass(frozen=True, slots=True)
class Told:
    """What a text may name, and what its reader may do now."""

    details: dict[str, Any]
    actions: list[str]


async def told(session: AsyncSession, caller: Caller, ids: Ids) -> dict[uuid.UUID, Told]:
    """Those of some matters that the caller may see, by their ids."""
    if not ids:
        return {}
    appeals = await queries.visible_appeals(session, caller, ids)
    complaints = await queries.visible_complaints(session, caller, ids)
    bindings = await queries.visible_bindings(session, caller, ids)
    named = await titles(session, [one.demand_id for one in appeals])
    codes = {one.region_code for one in appeals} | {one.region_code for one in complaints}
    desks = await regions.names(session, list(codes | {one.region_code for one in bindings}))
    found: dict[uuid.UUID, Told] = {}
    for appeal in appeals:
        what = {"title": named[appeal.demand_id], "about": APPEALED[appeal.subject_kind]}
        details: dict[str, Any] = what | {"desk": desks.get(appeal.region_code, ADMINISTRATORS)}
        found[appeal.id] = Told(details, listing.appeal_actions(caller, appeal))
    for complaint in complaints:
        details = {"what": COMPLAINED[complaint.kind], "desk": desks.get(complaint.region_code, ADMINISTRATORS)}
        found[complaint.id] = Told(details, listing.complaint_actions(caller, complaint))
    for binding in bindings:
        found[binding.id] = Told({"desk": desks.get(binding.region_code, ADMINISTRATORS)}, _actions(caller, binding))
    entries = await queries.visible_entries(session, caller, ids)
    shown = await activities.entries_out(session, caller, entries)
    desks |= await regions.names(session, [one.region_code for one in entries])
    for entry, what_it_says in zip(entries, shown, strict=True):
        details = {"title": what_it_says.activity_title, "desk": desks.get(entry.region_code, ADMINISTRATORS)}
        found[entry.id] = Told(details, what_it_says.actions)
    found |= await _of_enrollments(session, caller, ids)
    found |= await _of_lists(session, caller, ids)
    found |= await _of_musters(session, caller, ids)
    return found | await _of_observations(session, caller, ids)


async def _of_enrollments(session: AsyncSession, caller: Caller, ids: Ids) -> dict[uuid.UUID, Told]:
    """Who reports in is named by the organization only."""
    found = await enrollment_matters.visible_enrollments(session, caller, ids)
    bodies = await organizations.organizations(session, [one.organization_id for one in found])
    places = await regions.names(session, [one.region_code for one in found])
    told = {}
    for one in found:
        body = bodies[one.organization_id]
        rights = enrollment_relations.of(caller, one, enrollment_relations.speaks_for(caller, body))
        whose = MEMBER_OF.format(body.name) if one.member_id else body.name
        who = YOU if one.member_id and one.member_id == caller.member_id else whose
        details = {"who": who, "desk": places.get(one.region_code, "")}
        told[one.id] = Told(details, [*enrollment_lifecycle.actions(one.state, rights)])
    return told


async def _of_lists(session: AsyncSession, caller: Caller, ids: Ids) -> dict[uuid.UUID, Told]:
    """Suggestions by whose desk they are at alone; what is built and booked by its line."""
    suggestions = await list_matters.visible_suggestions(session, caller, ids)
    takings = await list_matters.visible_takings(session, caller, ids)
    bookings = await list_matters.visible_bookings(session, caller, ids)
    codes = {one.region_code for one in suggestions} | {one.region_code for one, _ in takings}
    places = await regions.names(session, codes | {one.region_code for one, _ in bookings})
    found: list[tuple[uuid.UUID, StrEnum, str, dict[str, Any], frozenset[ListRelation]]] = []
    for suggestion in suggestions:
        rights = list_relations.of(caller, suggestion.region_code)
        found.append((suggestion.id, suggestion.state, suggestion.region_code, {}, rights))
    for taking, title in takings:
        rights = list_relations.of(caller, taking.region_code, taking.organization_id)
        found.append((taking.id, taking.state, taking.region_code, {"title": title}, rights))
    for one, title in bookings:
        rights = list_relations.of(caller, one.region_code, one.organization_id, one.owner_id)
        found.append((one.id, one.state, one.region_code, {"title": title}, rights))
    return {
        matter_id: Told(what | {"desk": places.get(code, "")}, list_lifecycle.actions(state, rights))
        for matter_id, state, code, what, rights in found
    }


async def _of_musters(session: AsyncSession, caller: Caller, ids: Ids) -> dict[uuid.UUID, Told]:
    found = await enrollment_matters.visible_musters(session, caller, ids)
    places = await regions.names(session, [one.region_code for one in found])
    return {
        one.id: Told(
            {
                "desk": places.get(one.region_code, ""),
                "title": one.title,
                "ends_at": one.ends_at.astimezone(CHINA).strftime(TIME),
            },
            [],
        )
        for one in found
    }


async def _of_observations(session: AsyncSession, caller: Caller, ids: Ids) -> dict[uuid.UUID, Told]:
    """Rounds by their titles, and what follows them by its kind."""
    found = await observation_matters.visible_observations(session, caller, ids)
    follow = await observation_matters.visible_undertakings(session, caller, ids)
    places = await regions.names(session, [one.region_code for one in (*found, *(one for _, one in follow))])
    told = {}
    for one in found:
        rights = await standing.relations(session, caller, one)
        may = observation_lifecycle.actions(one.state, rights, observation_lifecycle.OF_THE_ROUND)
        told[one.id] = Told({"title": one.title, "desk": places.get(one.region_code, "")}, [*may])
    for made, one in follow:
        details = {"title": one.title, "desk": places.get(one.region_code, ""), "what": UNDERTAKEN[made.kind]}
        told[made.id] = Told(details, [*await following_views.actions(session, caller, made)])
    return told


async def told_of_sign_ups(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Told]:
    """Those of some sign-ups that are the caller's, by their ids."""
    shown = await activities.sign_ups_out(session, caller, await sign_up_queries.own(session, caller, ids))
    return {
        one.id: Told(
            {
                "title": one.activity_title,
                "starts_at": one.starts_at.astimezone(CHINA).strftime(TIME),
                "state": SIGNED_UP[one.state],
            },
            one.actions,
        )
        for one in shown
    }


def _actions(caller: Caller, binding: BindingRequest) -> list[str]:
    waits = binding.decided_at is None and caller.covers(binding.region_code, DISPATCHERS)
    return ["decide"] if waits else []
