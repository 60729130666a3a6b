"""Request and response bodies of appeals, complaints and suggestions."""

import uuid
from typing import Annotated

from pydantic import Field

from app.kit.pagination import PageRequest
from app.kit.schema import Bool, Id, Input, Int, LongText, Output, RegionCode, Time
from app.oversight.appeals.models import AppealKind, AppealState, ComplaintKind, ComplaintState


class AppealIn(Input):
    """An objection to a decision; it goes one level up."""

    subject_kind: AppealKind
    subject_id: Id
    reason: LongText


class AppealDecisionIn(Input):
    """Whether the appeal is right. `amount` is what the minutes or points ought to be."""

    upheld: Bool
    reason: LongText
    amount: Annotated[Int, Field(ge=0, le=100_000)] | None = None


class AppealFilter(PageRequest):
    """Which appeals: mine, or those that my desk decides."""

    scope: Annotated[str, Field(pattern="^(mine|desk)$")] = "mine"
    state: AppealState | None = None
    overdue: bool | None = None


class AppealOut(Output):
    """An appeal; `actions` is what this caller may do now."""

    id: uuid.UUID
    subject_kind: AppealKind
    subject_id: uuid.UUID
    demand_id: uuid.UUID
    demand_title: str
    region_code: str
    region_name: str
    reason: str
    disputed: int | None
    """The minutes or points that it is over, where it is over such."""
    state: AppealState
    filed_at: Time
    due_at: Time
    overdue: bool
    answer: str | None
    amount: int | None
    ended_at: Time | None
    actions: list[str]


class WaitingOut(Output):
    """How much waits for one's desks, and by when the first is due."""

    count: int
    due_at: Time | None
    overdue: bool


class ComplaintIn(Input):
    """What is wrong, or could be better. About a demand it goes one level above the desk that has it."""

    kind: ComplaintKind
    text: LongText
    region_code: RegionCode | None = None
    demand_id: Id | None = None
    anonymous: Bool = False


class AnswerIn(Input):
    """What the desk says, and whether it agrees."""

    text: LongText
    accepted: Bool


class ComplaintFilter(PageRequest):
    """Which complaints: mine, those that wait for my desk, or all under my grant."""

    scope: Annotated[str, Field(pattern="^(mine|desk|region)$")] = "mine"
    kind: ComplaintKind | None = None
    overdue: bool | None = None


class ComplaintOut(Output):
    """A complaint or suggestion; an anonymous author is named to nobody."""

    id: uuid.UUID
    kind: ComplaintKind
    region_code: str
    region_name: str
    demand_id: uuid.UUID | None
    text: str
    anonymous: bool
    author: str
    state: ComplaintState
    filed_at: Time
    due_at: Time
    overdue: bool
    answer: str | None
    accepted: bool | None
    answered_at: Time | None
    raised_again: bool
    actions: list[str]
