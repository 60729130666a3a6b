"""Request and response bodies of suggestions."""

import uuid
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.cobuilding.lists.lifecycle import SuggestionState
from app.cobuilding.lists.schemas import LineIn
from app.demands.schemas import Tag
from app.kit.pagination import PageRequest
from app.kit.schema import Id, IdFilter, Input, LongText, Output, Phone, RegionCode, Time, wrong


class SuggestionIn(Input):
    """What should be on a list. The desk may note it of somebody else; `phone` finds their account and is not kept."""

    text: LongText
    region_code: RegionCode | None = None
    activity_id: Id | None = None
    author_name: Tag | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _phone_has_a_name(self) -> Self:
        if self.phone and not self.author_name:
            raise wrong("name_missing", "请填写建议人姓名", "say whose phone it is")
        return self


class SuggestionAnswerIn(Input):
    """What the desk says; its author reads it."""

    text: LongText


class AcceptIn(Input):
    """The line that it becomes, and of which list."""

    list_id: Id
    line: LineIn
    text: LongText | None = None


class SuggestionsWanted(PageRequest):
    """My suggestions, or those of my desk's regions."""

    scope: Annotated[str, Field(pattern="^(mine|desk)$")] = "mine"
    state: SuggestionState | None = None
    activity_id: IdFilter = None


class SuggestionOut(Output):
    """A suggestion and what the desk made of it."""

    id: uuid.UUID
    region_code: str
    region_name: str
    text: str
    author: str | None
    activity_id: uuid.UUID | None
    raised_at: Time
    due_at: Time
    overdue: bool
    state: SuggestionState
    answer: str | None
    item_id: uuid.UUID | None
    ended_at: Time | None
    actions: list[str]
