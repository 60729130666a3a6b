"""Request and response bodies of takings and milestones."""

import uuid
from datetime import date

from app.cobuilding.lists.lifecycle import TakingState
from app.demands.schemas import Title
from app.kit.pagination import PageRequest
from app.kit.schema import Day, Id, IdFilter, Input, Output, ShortText, Time


class TakingIn(Input):
    """Which organization: one's own takes a project on, another's is asked to by the desk."""

    organization_id: Id


class TakingReasonIn(Input):
    """Why not, or not any more; the desk and the organization read it."""

    reason: ShortText


class TakingsWanted(PageRequest):
    """The takings of an item or of an organization, in a state."""

    item_id: IdFilter = None
    organization_id: IdFilter = None
    state: TakingState | None = None


class TakingOut(Output):
    """Who builds a project; one that has a reason is seen by the desk and the organization alone."""

    id: uuid.UUID
    item_id: uuid.UUID
    title: str
    region_code: str
    organization_id: uuid.UUID
    organization: str
    state: TakingState
    begun_at: Time
    taken_at: Time | None
    ended_at: Time | None
    reason: str | None
    actions: list[str]


class MilestoneIn(Input):
    """What is to stand by which day."""

    title: Title
    due_on: Day


class ReachIn(Input):
    """Nothing is needed."""

    note: ShortText | None = None


class MilestoneOut(Output):
    """A milestone, and whether its day has passed without it."""

    id: uuid.UUID
    title: str
    due_on: date
    reached_at: Time | None
    note: str | None
    overdue: bool
