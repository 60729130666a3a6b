"""Request and response bodies of pairings, bookings and contributions."""

import uuid
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.cobuilding.lists.lifecycle import BookingState
from app.cobuilding.lists.sharing_models import ContributionKind
from app.demands.schemas import Tag
from app.kit.pagination import PageRequest
from app.kit.schema import Day, Id, IdFilter, Input, Int, Output, ShortText, Time, TimeIn, wrong

Amount = Annotated[StrictInt, Field(ge=1, le=10**12)]


class FitReason(StrEnum):
    """Why a need and a resource fit; the weights have the same names."""

    CATEGORY = "category"
    SKILL = "skill"
    WORDS = "words"
    DISTANCE = "distance"


class FitReasonOut(Output):
    """One reason, as a code and in words."""

    code: FitReason
    text: str


class FitsWanted(BaseModel):
    """How many at most; the best come first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=20, ge=1, le=100)


class FitOut(Output):
    """A resource for a need, or a need for a resource: how well they fit, from 0 to 100, and why."""

    item_id: uuid.UUID
    title: str
    owner: str | None
    region_name: str
    score: int
    reasons: list[FitReasonOut]
    paired: bool


class PairIn(Input):
    """The resource that meets the need."""

    resource_id: Id


class EndIn(Input):
    """Why; everybody who sees it reads it."""

    reason: ShortText


class PairedOut(Output):
    """What a need is met by, or a resource meets."""

    id: uuid.UUID
    item_id: uuid.UUID
    title: str
    owner: str | None


class BookIn(Input):
    """From when until when; of goods how many, and for which organization."""

    starts_at: TimeIn
    ends_at: TimeIn
    quantity: Annotated[Int, Field(ge=1, le=1_000_000)] = 1
    organization_id: Id | None = None
    purpose: ShortText | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise wrong("ends_before_start", "结束时间须晚于开始时间", "ends_at must be after starts_at")
        return self


class BookingsWanted(PageRequest):
    """The bookings of an item or for an organization, in a state."""

    item_id: IdFilter = None
    organization_id: IdFilter = None
    state: BookingState | None = None


class BookingOut(Output):
    """A booking for those whom it concerns; `overdue` is of goods that are not back."""

    id: uuid.UUID
    item_id: uuid.UUID
    title: str
    region_code: str
    starts_at: Time
    ends_at: Time
    quantity: int
    organization_id: uuid.UUID | None
    organization: str | None
    purpose: str | None
    state: BookingState
    handed_over_at: Time | None
    ended_at: Time | None
    overdue: bool
    reason: str | None
    actions: list[str]


class TimesWanted(PageRequest):
    """What is occupied from when on."""

    since: TimeIn | None = None


class TimeOut(Output):
    """A stretch in which a venue, or so many of some goods, is not to be had; by whom is not said."""

    starts_at: Time
    ends_at: Time
    quantity: int


class ContributionIn(Input):
    """What was given: fen of money, pieces of named goods, or people; by an organization, a person, or unnamed."""

    kind: ContributionKind
    amount: Amount
    what: Tag | None = None
    unit: Tag | None = None
    organization_id: Id | None = None
    giver: Tag | None = None
    given_on: Day

    @model_validator(mode="after")
    def _goods_are_named(self) -> Self:
        named = self.what is not None and self.unit is not None
        if named != (self.kind == ContributionKind.GOODS) or (self.what is None) != (self.unit is None):
            raise wrong(
                "goods_are_named",
                "物资须填写名称和单位，资金和人员不填",
                "goods have a name and a unit, nothing else has",
            )
        if self.organization_id and self.giver:
            raise wrong("one_giver", "捐助方只填单位或个人之一", "an organization or a person, not both")
        return self


class ContributionsWanted(PageRequest):
    """The contributions to an item or of an organization."""

    item_id: IdFilter = None
    organization_id: IdFilter = None


class ContributionOut(Output):
    """What was given, or taken back; who gave is for the desk and the organization that did."""

    id: uuid.UUID
    item_id: uuid.UUID
    kind: ContributionKind
    amount: int
    what: str | None
    unit: str | None
    organization_id: uuid.UUID | None
    organization: str | None
    giver: str | None
    given_on: date
    noted_at: Time
    reverses_id: uuid.UUID | None
    reason: str | None


class GoodsOut(Output):
    """How many of one thing were given."""

    what: str
    unit: str
    quantity: int


class ContributedOut(Output):
    """What an item was given, kept apart: money in fen, people, and goods by their names."""

    money: int
    people: int
    goods: list[GoodsOut]
