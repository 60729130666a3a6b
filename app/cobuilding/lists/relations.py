"""What a caller is to what was taken, booked or suggested; pure."""

import uuid

from app.access.caller import DISPATCHERS, Caller
from app.cobuilding.lists.lifecycle import ListRelation


def of(
    caller: Caller,
    region_code: str,
    organization_id: uuid.UUID | None = None,
    owner_id: uuid.UUID | None = None,
) -> frozenset[ListRelation]:
    """The desk of a region, who speaks for the organization that takes or books, and for the owner."""
    held = {
        ListRelation.DESK: caller.covers(region_code, DISPATCHERS),
        ListRelation.PARTY: organization_id is not None and organization_id in caller.organization_ids,
        ListRelation.OWNER: owner_id is not None and owner_id in caller.organization_ids,
    }
    return frozenset(relation for relation, holds in held.items() if holds)
