"""A plan that waits for another desk, as both desks see it."""

import uuid

from app.kit.schema import Output, Time


class Whistled(Output):
    """An organization that a whistle is for."""

    id: uuid.UUID
    display_name: str


class ProposalOut(Output):
    """A whistle that waits for the word of the subdistrict's desk."""

    organizations: list[Whistled]
    slots: int
    starts_at: Time | None
    ends_at: Time | None
    due_at: Time | None
    proposed_at: Time
