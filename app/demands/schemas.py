"""Request and response bodies of demands, claims and evaluations."""

import uuid
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.content.schemas import FileIds
from app.demands.causes import Cause, ClaimCause
from app.demands.kin_schemas import RelatedDemand
from app.demands.lifecycle import ClaimState, Closing, Kind, Mode, Reason, State
from app.demands.matching_schemas import MatchOut
from app.demands.models import NOT_DONE, Audience, Channel, ClaimantKind, Outcome, Result
from app.demands.plan_schemas import ProposalOut
from app.kit.geo import CoordType, Location
from app.kit.pagination import PageRequest
from app.kit.schema import (
    PHONE_LIKE,
    Bool,
    Id,
    Input,
    Int,
    LongText,
    Output,
    Phone,
    PlainText,
    RegionCode,
    RegionFilter,
    ShortText,
    TextFilter,
    Time,
    TimeIn,
    wrong,
)
from app.ledger.models import Provenance
from app.policies.defaults import QuestionCode

Tag = Annotated[PlainText, StringConstraints(min_length=1, max_length=30)]
Minutes = Annotated[Int, Field(ge=0, le=24 * 60)]
Answers = Annotated[dict[QuestionCode, ShortText], Field(max_length=20)]
Ids = Annotated[list[Id], Field(max_length=200)]


def _without_phone(title: str) -> str:
    if PHONE_LIKE.search(title):  # titles are shown in lists, to whoever may read them
        raise wrong("phone_in_title", "标题不能含电话等号码", "a title must not hold a phone number")
    return title


Title = Annotated[PlainText, StringConstraints(min_length=1, max_length=60), AfterValidator(_without_phone)]


class Contact(Input):
    """Whom to call."""

    name: ShortText
    phone: Phone


class DispatchIn(Input):
    """How a demand is put out: open to all, assigned to some, or a whistle for organizations.

    What is open and taken by nobody within the policy's hours is then offered to the fallback.
    """

    mode: Mode
    slots: Annotated[Int, Field(ge=1, le=10_000)] = 1
    audience: Audience = Audience.MEMBERS
    category: ShortText | None = None
    starts_at: TimeIn | None = None
    ends_at: TimeIn | None = None
    due_at: TimeIn | None = None
    skills: Annotated[list[Tag], Field(max_length=20)] = []
    member_ids: Ids = []
    organization_ids: Ids = []
    fallback_member_ids: Ids = []
    fallback_organization_ids: Ids = []
    note: LongText | None = None
    again: Bool = False  # also those who served in an earlier round

    @model_validator(mode="after")
    def _offers_fit_the_mode(self) -> Self:
        if self.mode == Mode.OPEN and (self.member_ids or self.organization_ids):
            raise wrong("offers_in_open_mode", "公开认领不指定对象", "an open demand is offered to nobody")
        if self.mode != Mode.OPEN and (self.fallback_member_ids or self.fallback_organization_ids):
            raise wrong("fallback_needs_open_mode", "只有公开认领才有后备对象", "only an open demand has a fallback")
        if self.mode == Mode.ASSIGNED and not (self.member_ids or self.organization_ids):
            raise wrong("offers_missing", "请指定党员或单位", "name whom it is assigned to")
        if self.mode == Mode.WHISTLE and (self.member_ids or not self.organization_ids):
            raise wrong("whistle_needs_organizations", "吹哨对象须为单位", "a whistle goes to organizations")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise wrong("ends_before_start", "结束时间须晚于开始时间", "ends_at must be after starts_at")
        return self


class DemandIn(Input):
    """A demand as it is filed; a missing title is made from the description."""

    kind: Kind = Kind.REQUEST
    category: ShortText = "other"
    title: Title | None = None
    description: LongText
    region_code: RegionCode | None = None
    address: ShortText | None = None
    location: Location | None = None
    contact: Contact | None = None
    wanted_by: TimeIn | None = None
    anonymous: Bool = False
    on_behalf_of: Contact | None = None
    answers: Answers = {}
    """To the questions that the category asks, by their codes."""
    file_ids: FileIds = []
    dispatch: DispatchIn | None = None


class Supplement(Input):
    description: LongText
    file_ids: FileIds = []


class MessageIn(Input):
    text: LongText


class ReasonIn(Input):
    """Why; people who must live with it can read it."""

    reason: LongText


class RejectIn(ReasonIn):
    """Why it is refused: in words, and as a cause that can be counted."""

    cause: Cause = Cause.OTHER


class GiveUpIn(ReasonIn):
    """Why somebody does not serve: in words, and as a cause that can be counted."""

    cause: ClaimCause = ClaimCause.OTHER


class TransferIn(Input):
    region_code: RegionCode
    reason: LongText


class CloseIn(Input):
    """What became of it: handled, unresolved or referred, these two for a cause. Only the filer makes it resolved."""

    result: Result
    reason: LongText
    cause: Cause | None = None

    @model_validator(mode="after")
    def _is_the_desks_to_say(self) -> Self:
        if self.result not in (Result.HANDLED, Result.UNRESOLVED, Result.REFERRED):
            raise wrong("not_the_desks_result", "只能为已办结、未解决或已转办", "say handled, unresolved or referred")
        if self.cause and self.result not in NOT_DONE:
            raise wrong("done_without_cause", "已办结不需填写原因", "what is handled has no cause for not doing it")
        return self


class ClaimIn(Input):
    """A claim for oneself, for an organization's `places` people, or by the desk for a `member_id`."""

    organization_id: Id | None = None
    places: Annotated[Int, Field(ge=1, le=1_000)] = 1
    member_id: Id | None = None
    note: LongText | None = None


class CompleteIn(Input):
    """What was done, and of partial work what is left; `minutes` is one's own word where the clock did not see it."""

    summary: LongText | None = None
    minutes: Minutes | None = None
    outcome: Outcome = Outcome.DONE
    left: LongText | None = None
    file_ids: FileIds = []

    @model_validator(mode="after")
    def _leaves_something_where_partial(self) -> Self:
        if self.left and self.outcome != Outcome.PARTIAL:
            raise wrong("nothing_left", "全部完成时无遗留事项", "nothing is left of what is done")
        return self


class ConfirmIn(Input):
    minutes: Minutes | None = None


class ClaimMembersIn(Input):
    """Who serves for an organization."""

    member_ids: Ids


class EvaluationIn(Input):
    """What the filer says; `channel` is `callback` where the desk notes it on the phone."""

    stars: Annotated[Int, Field(ge=1, le=5)]
    resolved: Bool
    tags: Annotated[list[Tag], Field(max_length=10)] = []
    comment: LongText | None = None
    channel: Channel = Channel.FILER


class DemandFilter(PageRequest):
    """Which demands: mine, those I follow, those I could claim, those that wait for my desk, or all under my grant."""

    scope: Annotated[str, Field(pattern="^(mine|joined|open|desk|region)$")] = "mine"
    state: State | None = None
    category: TextFilter = None
    region: RegionFilter = None
    q: TextFilter = None
    overdue: bool | None = None
    needs_desk: Reason | None = None
    """Only where this is why the desk is needed."""

    @model_validator(mode="after")
    def _reasons_are_the_desks(self) -> Self:
        if self.needs_desk and self.scope != "desk":
            raise wrong("not_the_desks_list", "仅用于工作台列表", "only the desk's list has reasons")
        return self


class ClaimFilter(PageRequest):
    """Which claims: mine, my organizations', or those on my desk's demands."""

    scope: Annotated[str, Field(pattern="^(mine|organization|desk)$")] = "mine"
    state: ClaimState | None = None


class Named(Output):
    display_name: str


class Handler(Output):
    """Whose desk has it."""

    region_code: str
    name: str


class Claimant(Output):
    """Who holds a claim; the `badge` says that they let residents see that they are a Party member."""

    id: uuid.UUID
    display_name: str
    badge: bool


class ClaimOut(Output):
    """A claim; `minutes` and `provenance` are null until something was served."""

    id: uuid.UUID
    demand_id: uuid.UUID
    claimant: Claimant
    claimant_kind: ClaimantKind | None
    """Null for those who may not know that the claimant is a Party member."""
    organization_id: uuid.UUID | None
    member_ids: list[uuid.UUID]
    places: int
    state: ClaimState
    outcome: Outcome | None
    cause: ClaimCause | None
    round: int
    note: str | None
    departmental: bool
    offered_at: Time
    expires_at: Time | None
    acknowledge_by: Time | None
    contact_by: Time | None
    arrive_by: Time | None
    claimed_at: Time | None
    contacted_at: Time | None
    arrived_at: Time | None
    completed_at: Time | None
    minutes: int | None
    provenance: Provenance | None
    file_ids: list[uuid.UUID]
    evidence_missing: bool | None
    """Whether the category asks to be shown more of the work than came; null but for the desk."""
    actions: list[str]


class LocationOut(Output):
    lng: float
    lat: float
    coord_type: CoordType


class ContactOut(Output):
    name: str
    phone: str


class EvaluationOut(Output):
    """What the filer said of a round."""

    id: uuid.UUID
    demand_id: uuid.UUID
    round: int
    stars: int
    resolved: bool
    tags: list[str]
    comment: str | None
    channel: Channel
    evaluated_at: Time
    struck_at: Time | None
    """When an appeal over it was upheld."""


class DemandOut(Output):
    """A demand as this caller may see it; `actions` is what they may do now."""

    id: uuid.UUID
    number: str
    kind: Kind
    category: str
    title: str
    description: str
    answers: dict[str, str]
    region_code: str
    region_name: str
    handler: Handler
    address: str | None
    location: LocationOut | None
    contact: ContactOut | None
    wanted_by: Time | None
    anonymous: bool
    on_behalf_of: ContactOut | None
    file_ids: list[uuid.UUID]
    state: State
    round: int
    mode: Mode | None
    audience: Audience | None
    slots: int
    claimed: int
    is_open: bool
    skills: list[str]
    starts_at: Time | None
    ends_at: Time | None
    due_at: Time
    paused_until: Time | None
    overdue: bool
    filed_at: Time
    closed_at: Time | None
    result: Result | None
    cause: Cause | None
    reopens: int
    filer: Named
    my_claim: ClaimOut | None
    actions: list[str]
    proposal: ProposalOut | None
    needs_desk: Reason | None
    joins: int
    joined: bool
    merged_into: RelatedDemand | None
    parent: RelatedDemand | None
    children: list[RelatedDemand]
    closes: Closing | None
    match: MatchOut | None = None
    """How well it fits the caller; told in the list of what is open to them."""


class CountsOut(Output):
    """How many demands each scope holds now, and why desks are needed."""

    mine: int
    open: int
    desk: int
    region: int
    overdue: int
    needs_desk: dict[Reason, int]


class ActorOut(Output):
    """Who did it: the `filer`, a `claimant`, a `follower`, the `handler` (a desk), or the `system`."""

    kind: str
    display_name: str


class TimelineItem(Output):
    """One thing that happened; `detail` holds codes, ids and, for those concerned, the words."""

    kind: str
    at: Time
    actor: ActorOut
    detail: dict[str, Any]
