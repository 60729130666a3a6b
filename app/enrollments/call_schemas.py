"""Request and response bodies of designations and musters."""

import uuid
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.kit.pagination import PageRequest
from app.kit.schema import (
    Bool,
    Id,
    IdFilter,
    Input,
    LongText,
    Output,
    RegionCode,
    RegionFilter,
    ShortText,
    Time,
    TimeIn,
    wrong,
)


class DesignationIn(Input):
    """Where an organization and those below it are to report in."""

    organization_id: Id
    region_code: RegionCode
    is_primary: Bool | None = None
    """Unless said, the first one that stands is."""


class DesignationFilter(PageRequest):
    """Designations of an organization, in a region; those that have ended only where asked for."""

    organization_id: IdFilter = None
    region: RegionFilter = None
    ended: bool = False


class DesignationOut(Output):
    """An organization's designated place, since when and until when."""

    id: uuid.UUID
    organization_id: uuid.UUID
    organization_name: str
    region_code: str
    region_name: str
    is_primary: bool
    since: Time
    until: Time | None


class MusterIn(Input):
    """A call to report in below a region: to some organizations, or without any, to all that belong there."""

    region_code: RegionCode
    title: ShortText
    text: LongText
    starts_at: TimeIn | None = None
    """Now, unless said."""
    ends_at: TimeIn
    organization_ids: Annotated[list[Id], Field(max_length=1_000)] = []

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.starts_at is not None and self.ends_at <= self.starts_at:
            raise wrong("ends_before_start", "结束时间须晚于开始时间", "ends_at must be after starts_at")
        return self


class MusterFilter(PageRequest):
    """Musters that the caller may see; `open` are those whose time runs."""

    open: bool | None = None


class MusterOut(Output):
    """A muster (集结令)."""

    id: uuid.UUID
    region_code: str
    region_name: str
    title: str
    text: str
    starts_at: Time
    ends_at: Time
    all_below: bool
    is_open: bool
    closed_at: Time | None


class TargetCount(Output):
    """One organization that is called: whether it has reported in, and how many of its people have."""

    organization_id: uuid.UUID
    name: str
    reported: bool
    members: int
    """On the rosters at and below it."""
    enrolled: int
    heads: int


class CommunityCount(Output):
    """How many have reported in to one community upon a muster."""

    region_code: str
    region_name: str
    organizations: int
    members: int
    heads: int


class MusterCounts(Output):
    """Who has come within the time, and who has not: the organizations that have not come first."""

    organizations: list[TargetCount]
    communities: list[CommunityCount]
