"""Request and response bodies of lists, their items and versions."""

import uuid
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.cobuilding.lists.models import ItemMode, ListKind, ResourceForm
from app.cobuilding.lists.project_schemas import MilestoneOut
from app.cobuilding.lists.sharing_schemas import ContributedOut, PairedOut
from app.demands.lifecycle import State
from app.demands.models import Result
from app.demands.schemas import Answers, Tag, Title
from app.kit.pagination import PageRequest
from app.kit.schema import (
    Id,
    IdFilter,
    Input,
    Int,
    LongText,
    Output,
    RegionCode,
    RegionFilter,
    ShortText,
    Time,
    TimeIn,
    wrong,
)

Year = Annotated[Int, Field(ge=2000, le=2199)]
Slots = Annotated[Int, Field(ge=1, le=10_000)]
Quantity = Annotated[Int, Field(ge=1, le=1_000_000)]


class ListIn(Input):
    """Which list of which region and year."""

    kind: ListKind
    region_code: RegionCode
    year: Year


class LineIn(Input):
    """A line of a list. `form` is of a resource and only of one; goods say how many there are."""

    title: Title
    detail: LongText | None = None
    category: ShortText = "other"
    owner_id: Id | None = None
    mode: ItemMode = ItemMode.OPEN
    form: ResourceForm | None = None
    slots: Slots = 1
    skills: Annotated[list[Tag], Field(max_length=20)] = []
    quantity: Quantity | None = None
    unit: Tag | None = None


class WithdrawalIn(Input):
    """Why an item leaves its list; everybody reads it."""

    reason: ShortText


class AskIn(Input):
    """Nothing is needed: what is not said here is the item's."""

    mode: ItemMode | None = None
    organization_id: Id | None = None
    slots: Slots | None = None
    starts_at: TimeIn | None = None
    ends_at: TimeIn | None = None
    answers: Answers = {}

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise wrong("ends_before_start", "结束时间须晚于开始时间", "ends_at must be after starts_at")
        return self


class ListsWanted(PageRequest):
    """Lists of a kind and a year, of a region and all below it."""

    kind: ListKind | None = None
    region: RegionFilter = None
    year: int | None = Field(default=None, ge=2000, le=2199)


class ItemsWanted(PageRequest):
    """The items of one list, or of all lists of a kind in a region and below."""

    list_id: IdFilter = None
    kind: ListKind | None = None
    region: RegionFilter = None


class ListLine(Output):
    """A line as a version has it; who owned it, by the name of then."""

    item_id: uuid.UUID
    title: str
    detail: str | None
    category: str
    owner: str | None
    mode: ItemMode
    form: ResourceForm | None
    slots: int
    skills: list[str]
    quantity: int | None
    unit: str | None


class ListOut(Output):
    """A list, and which version of it is the newest; `actions` is what this caller may do now."""

    id: uuid.UUID
    kind: ListKind
    region_code: str
    region_name: str
    year: int
    version: int
    published_at: Time | None
    actions: list[str]


class VersionBrief(Output):
    """When which version was published."""

    id: uuid.UUID
    list_id: uuid.UUID
    number: int
    published_at: Time


class VersionOut(VersionBrief):
    """A version with its lines."""

    title: str
    lines: list[ListLine]


class Became(Output):
    """A demand that an item became, and what became of it."""

    id: uuid.UUID
    number: str
    state: State
    result: Result | None
    slots: int
    claimed: int
    filed_at: Time
    closed_at: Time | None


class ListItemOut(Output):
    """An item as it stands, with those of its demands, and of what it is paired with, that the caller may see."""

    id: uuid.UUID
    list_id: uuid.UUID
    kind: ListKind
    region_code: str
    region_name: str
    title: str
    detail: str | None
    category: str
    owner_id: uuid.UUID | None
    owner: str | None
    mode: ItemMode
    form: ResourceForm | None
    slots: int
    skills: list[str]
    quantity: int | None
    unit: str | None
    published_at: Time | None
    withdrawn_at: Time | None
    reason: str | None
    demands: list[Became]
    milestones: list[MilestoneOut]
    paired: list[PairedOut]
    contributed: ContributedOut
    actions: list[str]
