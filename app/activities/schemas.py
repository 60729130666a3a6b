"""Request and response bodies of activities."""

import uuid
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.activities.lifecycle import ActivityState, Mark, ShiftState, SignUpState
from app.demands.models import Audience
from app.kit.pagination import PageRequest
from app.kit.schema import (
    PHONE_LIKE,
    Bool,
    Id,
    IdFilter,
    Input,
    Int,
    LongText,
    Output,
    PlainText,
    RegionCode,
    RegionFilter,
    ShortText,
    TextFilter,
    Time,
    TimeIn,
    wrong,
)
from app.ledger.models import HolderKind, Provenance
from app.policies.activity_rules import ActivityKind

LONGEST_SHIFT = timedelta(hours=24)
MOST_TIMES, MOST_SLOTS = 60, 2_000


def _without_phone(text: str) -> str:
    if PHONE_LIKE.search(text):
        raise wrong("holds_phone", "请勿填写电话等号码", "holds a phone or another long number")
    return text


Title = Annotated[ShortText, AfterValidator(_without_phone)]
Name = Annotated[PlainText, StringConstraints(min_length=1, max_length=60)]
Places = Annotated[Int, Field(ge=1, le=10_000)]


class ItemIn(Input):
    """A named task, and how many people it takes."""

    name: Name
    people: Places


class SpotIn(Input):
    """A place of the activity."""

    name: Name
    address: ShortText | None = None


class RoleIn(Input):
    """What somebody does there, and for how many there is room at each spot."""

    name: Name = "参加者"
    capacity: Places


class RepeatIn(Input):
    """The same hours again, every so many days, so often in all."""

    every_days: Annotated[Int, Field(ge=1, le=31)] = 1
    times: Annotated[Int, Field(ge=1, le=MOST_TIMES)]


class TimesIn(Input):
    """From when until when; it may go past midnight."""

    starts_at: TimeIn
    ends_at: TimeIn

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if not timedelta() < self.ends_at - self.starts_at <= LONGEST_SHIFT:
            raise wrong("shift_length", "应在开始后 24 小时内结束", "must end within 24 hours of its start")
        return self


class ShiftsIn(TimesIn):
    """A shift or a series of them, each with the same roles at every spot."""

    repeat: RepeatIn | None = None
    roles: Annotated[list[RoleIn], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _roles_differ(self) -> Self:
        if len({role.name for role in self.roles}) < len(self.roles):
            raise wrong("same_role", "同一场次的岗位不能重名", "two roles of a shift have the same name")
        return self


class ActivityIn(Input):
    """An activity as its draft."""

    kind: ActivityKind
    category: ShortText | None = None
    title: Title
    description: LongText
    brand: Name | None = None
    region_code: RegionCode
    organization_id: Id | None = None
    audience: Audience = Audience.MEMBERS
    demand_id: Id | None = None
    leader_ids: Annotated[list[Id], Field(max_length=20)] = []
    items: Annotated[list[ItemIn], Field(max_length=30)] = []
    spots: Annotated[list[SpotIn], Field(max_length=50)] = []
    shifts: Annotated[list[ShiftsIn], Field(max_length=60)] = []

    @model_validator(mode="after")
    def _is_not_too_much(self) -> Self:
        per_spot = sum(len(one.roles) * (one.repeat.times if one.repeat else 1) for one in self.shifts)
        if per_spot * max(len(self.spots), 1) > MOST_SLOTS:
            raise wrong("too_many_slots", "场次、点位和岗位过多，请分为几个活动", "make several activities of it")
        return self


class WhyIn(Input):
    """Why, for everybody to read."""

    reason: Title


class MoveIn(TimesIn):
    """The new hours of one shift, and why."""

    reason: Title


class CapacityIn(Input):
    """For how many there is room."""

    capacity: Places


class SignUpIn(Input):
    """Whom an organizer signs up; oneself where nobody is named."""

    member_id: Id | None = None


class MarkIn(Input):
    """What the roll call says of one person.

    `present` and `left` are at `at`, or now; `attended` is from `arrived_at` (else the start) until `left_at` (else the
    end). A member who did not sign up may be named by `member_id`.
    """

    sign_up_id: Id | None = None
    member_id: Id | None = None
    mark: Mark
    at: TimeIn | None = None
    arrived_at: TimeIn | None = None
    left_at: TimeIn | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.sign_up_id is None) == (self.member_id is None):
            raise wrong("name_one", "请指明一条报名或一名党员", "name a sign-up or a member")
        return self


class RollCallIn(Input):
    """The marks of a roll call; all of them stand, or none."""

    marks: Annotated[list[MarkIn], Field(min_length=1, max_length=500)]


class LateEntryIn(Input):
    """A presence after the roll was closed, and how it is known."""

    sign_up_id: Id | None = None
    member_id: Id | None = None
    arrived_at: TimeIn
    left_at: TimeIn
    reason: ShortText

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.sign_up_id is None) == (self.member_id is None):
            raise wrong("name_one", "请指明一条报名或一名党员", "name a sign-up or a member")
        if self.arrived_at >= self.left_at:
            raise wrong("left_before_arrival", "离开时间应晚于到达时间", "must leave after arriving")
        return self


class EntryDecisionIn(Input):
    """Whether a second person vouches for the entry."""

    accepted: Bool


class ActivityFilter(PageRequest):
    """Which activities: `open` ones of a region (the caller's own unless given), `mine`, or the `desk`'s."""

    scope: Literal["open", "mine", "desk"] = "open"
    region: RegionFilter = None
    kind: ActivityKind | None = None
    state: ActivityState | None = None
    brand: TextFilter = None
    organization_id: IdFilter = None


class SignUpFilter(PageRequest):
    """Which of the caller's own sign-ups: those that are under way, or all."""

    all: bool = False


class LateEntryFilter(PageRequest):
    """Which entries of the caller's regions: those that wait, or all."""

    all: bool = False


class ActivityOut(Output):
    """An activity as a list shows it; `starts_at` is when its next shift begins, or its last one began."""

    id: uuid.UUID
    kind: ActivityKind
    category: str | None
    title: str
    brand: str | None
    region_code: str
    region_name: str
    organization_id: uuid.UUID | None
    organization_name: str | None
    audience: Audience
    demand_id: uuid.UUID | None
    state: ActivityState
    reason: str | None
    starts_at: Time | None
    shift_count: int
    free: int
    """Places left in shifts that have not begun."""


class ItemOut(Output):
    """A named task."""

    name: str
    people: int


class SpotOut(Output):
    """A place."""

    id: uuid.UUID
    name: str
    address: str | None


class SlotOut(Output):
    """A role at a spot in a shift."""

    id: uuid.UUID
    spot_id: uuid.UUID | None
    role: str
    capacity: int
    taken: int
    waiting: int


class ShiftOut(Output):
    """A shift with what one can sign up for."""

    id: uuid.UUID
    starts_at: Time
    ends_at: Time
    state: ShiftState
    reason: str | None
    slots: list[SlotOut]
    actions: list[str]


class SignUpOut(Output):
    """A sign-up; `position` is the place in the waiting list."""

    id: uuid.UUID
    activity_id: uuid.UUID
    activity_title: str
    shift_id: uuid.UUID
    starts_at: Time
    ends_at: Time
    slot_id: uuid.UUID | None
    role: str | None
    spot: str | None
    state: SignUpState
    position: int | None
    due_at: Time | None
    walk_in: bool
    arrived_at: Time | None
    left_at: Time | None
    minutes: int | None
    provenance: Provenance | None
    auto_left: bool
    late: bool
    actions: list[str]


class RollOut(SignUpOut):
    """A line of the roll, with who it is."""

    person_kind: HolderKind
    person_id: uuid.UUID
    name: str


class ActivityDetail(ActivityOut):
    """One activity whole, with the caller's own sign-ups and what they may do."""

    description: str
    items: list[ItemOut]
    spots: list[SpotOut]
    shifts: list[ShiftOut]
    leader_ids: list[uuid.UUID] | None
    """For who organizes it."""
    mine: list[SignUpOut]
    actions: list[str]


class LateEntryOut(Output):
    """A presence that was entered after the fact."""

    id: uuid.UUID
    shift_id: uuid.UUID
    arrived_at: Time
    left_at: Time
    entered_at: Time
    accepted: bool | None
    decided_at: Time | None


class EntryToDecideOut(LateEntryOut):
    """An entry as the desk that decides it reads it."""

    activity_title: str
    name: str
    reason: str
    actions: list[str]


class CalendarLinkOut(Output):
    """Whether a calendar link stands, and the address that was just made: it is shown once."""

    made_at: Time | None
    address: str | None = None
