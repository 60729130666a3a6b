"""What messages say of appeals, complaints and bindings to who may see these now; never a word of a person's."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.members.models import BindingRequest
from app.notifications import matter_queries as queries
from app.notifications.texts import ADMINISTRATORS, APPEALED, COMPLAINED
from app.oversight import listing
from app.oversight.queries import titles
from app.regions import queries as regions


@dataclass(frozen=True, slots=True)
class Told:
    """What a text may name, and what its reader may do now."""

    details: dict[str, Any]
    actions: list[str]


async def told(session: AsyncSession, caller: Caller, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Told]:
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
    return found


def _actions(caller: Caller, binding: BindingRequest) -> list[str]:
    waits = binding.decided_at is None and caller.covers(binding.region_code, DISPATCHERS)
    return ["decide"] if waits else []
