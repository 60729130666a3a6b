"""Request and response bodies of what follows a visit: reports, remarks, undertakings, highlights."""

import uuid
from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints, model_validator

from app.content.schemas import FileIds, FileOut
from app.kit.pagination import PageRequest
from app.kit.schema import Bool, Day, Id, Input, LongText, Output, RegionCode, RegionFilter, ShortText, Time, wrong
from app.oversight.observations.lifecycle import UndertakingState
from app.oversight.observations.models import Undertaken

CriterionCode = Annotated[str, StringConstraints(pattern="^[a-z0-9_]{1,30}$")]


class RemarkIn(Input):
    """What is said of an object."""

    text: LongText


class UndertakingIn(Input):
    """What was found, or what an object means to do; by when, where it is not the usual time."""

    kind: Undertaken
    text: ShortText
    criterion: CriterionCode | None = None
    due_on: Day | None = None


class ObservedReportIn(Input):
    """What an object reports, with photos."""

    text: LongText
    file_ids: FileIds = []


class ShownIn(Input):
    """What was done about an undertaking, with photos."""

    text: LongText
    file_ids: FileIds = []


class LookIn(Input):
    """Whether an undertaking is settled, and what was seen."""

    settled: Bool
    note: ShortText | None = None


class HighlightIn(Input):
    """What is worth copying."""

    title: ShortText
    text: LongText


class CopiedIn(Input):
    """Where a highlight was copied, and how."""

    region_code: RegionCode | None = None
    organization_id: Id | None = None
    note: ShortText

    @model_validator(mode="after")
    def _one_of_two(self) -> Any:
        if (self.region_code is None) == (self.organization_id is None):
            raise wrong("region_or_organization", "请填写社区或单位之一", "name a region or an organization")
        return self


class LookOut(Output):
    """What somebody saw."""

    observation_id: uuid.UUID | None
    settled: bool
    note: str | None
    made_at: Time


class UndertakingOut(Output):
    """What an object is to do, what it has shown, and what was seen of it."""

    id: uuid.UUID
    observation_id: uuid.UUID
    observed_id: uuid.UUID
    object_name: str
    kind: Undertaken
    text: str
    criterion: str | None
    due_on: date
    overdue: bool
    state: UndertakingState
    shown: str | None
    shown_at: Time | None
    files: list[FileOut]
    looks: list[LookOut]
    actions: list[str]


class UndertakingsWanted(PageRequest):
    """What is to be done, of the objects that I see."""

    kind: Undertaken | None = None
    state: UndertakingState | None = None
    overdue: bool | None = None


class RemarkOut(Output):
    """What was said of an object."""

    text: str
    made_at: Time


class HighlightsWanted(PageRequest):
    """Highlights of my district."""

    region: RegionFilter = None


class CopiedOut(Output):
    """Who copied it, and how."""

    name: str
    region_code: str | None
    organization_id: uuid.UUID | None
    note: str
    made_at: Time


class HighlightOut(Output):
    """What of an object is worth copying, and who copied it."""

    id: uuid.UUID
    observation_id: uuid.UUID
    observed_id: uuid.UUID
    object_name: str
    title: str
    text: str
    made_at: Time
    copied: list[CopiedOut]
    actions: list[str]
