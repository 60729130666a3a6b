"""A demand's history as one caller may read it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import presenting, queries, relations, timeline_queries
from app.demands.events import DemandEvent
from app.demands.lifecycle import DONE, LIVE, Relation
from app.demands.models import Claim, Demand, Note
from app.demands.presenting import Names
from app.demands.schemas import ActorOut, TimelineItem
from app.kit.events import Event
from app.kit.pagination import Page, PageRequest

SYSTEM = "系统"
FOLLOWER = "居民"
UNSAID = frozenset({"note_id", "left_note_id", "by", "appellant"})
"""What the payload keeps for the reader of the log, not of the history."""
THE_DESKS = frozenset({DemandEvent.FEEDBACK, DemandEvent.RATED})
"""What those who served and the whistler say is not for the filer."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a history, with what they need to read it by."""

    demand: Demand
    names: Names
    claims: dict[uuid.UUID, Claim]
    notes: dict[uuid.UUID, Note]
    concerned: bool
    """Whether the words are for them: the filer, the desk, and those who were asked to serve."""
    takes_part: bool
    """Whether messages are for them too: not for those who declined or withdrew."""
    sees_contact: bool
    """Whether phones and names in the words are for them: not once they no longer serve."""
    knows_filer: bool
    oversees: bool
    """Whether they are staff of the desk that has it, and may know why it is needed."""
    is_desk: bool
    own_claims: frozenset[uuid.UUID]


async def timeline(
    session: AsyncSession, caller: Caller, demand_id: uuid.UUID, wanted: PageRequest
) -> Page[TimelineItem]:
    """One page of what happened, oldest first; messages only for those concerned."""
    demand = await queries.demand(session, caller, demand_id)
    happened, cursor = await timeline_queries.history(session, demand, wanted)
    reader = await _reader(session, caller, demand, happened)
    return Page(items=[_item(reader, event) for event in happened if _may_read(reader, event)], next_cursor=cursor)


async def latest(session: AsyncSession, caller: Caller, demand_id: uuid.UUID) -> TimelineItem:
    """What happened last, for whoever has just done it."""
    demand = await queries.demand(session, caller, demand_id)
    event = await timeline_queries.latest_event(session, demand)
    return _item(await _reader(session, caller, demand, [event]), event)


async def _reader(session: AsyncSession, caller: Caller, demand: Demand, happened: Sequence[Event]) -> Reader:
    claims = await queries.claims_by_id(session, _ids(happened, "claim_id"))
    mine = (await queries.my_claims(session, caller, [demand.id])).get(demand.id, [])
    related = relations.of(caller, demand)
    view = presenting.view_of(caller, demand, mine)
    if view.seen_as and not view.is_own:
        await presenting.keep_reveal(session, caller, demand, view.seen_as)
    oversees = caller.covers(demand.handler_region_code)
    return Reader(
        demand=demand,
        names=await presenting.names_of(session, [demand], list(claims.values())),
        claims=claims,
        notes=await timeline_queries.notes(session, _ids(happened, "note_id") + _ids(happened, "left_note_id")),
        concerned=bool(related or mine) or oversees,
        takes_part=bool(related) or oversees or any(claim.state in LIVE | DONE for claim in mine),
        sees_contact=view.sees_contact,
        knows_filer=view.knows_filer,
        oversees=oversees,
        is_desk=Relation.HANDLER in related,
        own_claims=frozenset(claim.id for claim in mine),
    )


def _ids(happened: Sequence[Event], key: str) -> list[uuid.UUID]:
    return [uuid.UUID(event.payload[key]) for event in happened if event.payload.get(key)]


def _may_read(reader: Reader, event: Event) -> bool:
    match event.kind:
        case DemandEvent.MESSAGED:
            return reader.takes_part
        case DemandEvent.NEEDS_DESK | DemandEvent.PROPOSED | DemandEvent.APPROVED | DemandEvent.SENT_BACK:
            return reader.oversees
    return reader.is_desk or event.kind not in THE_DESKS


def _item(reader: Reader, event: Event) -> TimelineItem:
    unsaid = UNSAID if reader.oversees else UNSAID | {"from_id", "told"}  # these are for the desk
    detail: dict[str, Any] = {key: value for key, value in event.payload.items() if key not in unsaid}
    written = event.payload.get("note_id")
    left = event.payload.get("left_note_id")
    if written and reader.concerned:
        detail["text"] = _said(reader, written)
    if left and reader.concerned:
        detail["left"] = _said(reader, left)
    return TimelineItem(kind=event.kind, at=event.at, actor=_actor(reader, event), detail=detail)


def _said(reader: Reader, note_id: str) -> str:
    """A note's words, without people where the reader does not see them."""
    said = reader.notes[uuid.UUID(note_id)].text
    return said if reader.sees_contact else presenting.hide_people(reader.demand, said)


def _actor(reader: Reader, event: Event) -> ActorOut:
    """Who did it, called as the reader may call them."""
    by, claim_id = event.payload["by"], event.payload.get("claim_id")
    match by:
        case Relation.CLAIMANT if claim_id:
            claim = reader.claims[uuid.UUID(claim_id)]
            in_full = reader.is_desk or claim.id in reader.own_claims
            name = presenting.claimant_name(claim, reader.names, in_full)
        case Relation.CLAIMANT:
            name = presenting.CLAIMANT
        case Relation.FILER:
            name = presenting.filer_name(reader.demand, reader.names, reader.knows_filer)
        case "follower":
            name = FOLLOWER
        case Relation.HANDLER:
            name = reader.names.regions.get(reader.demand.handler_region_code, "")
        case _:
            name = SYSTEM
    return ActorOut(kind=by, display_name=name)
