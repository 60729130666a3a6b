"""Request and response bodies of policies and categories."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.kit.schema import Input, Output, PlainText, RegionCode
from app.policies.defaults import Evidence, Question
from app.policies.models import DayKind


class PolicyIn(Input):
    """A rule's value in a region from a day on; the empty region code is everywhere."""

    region_code: RegionCode | Literal[""]
    value: Any
    valid_from: date = Field(alias="from")


class PolicyOut(Output):
    """A rule as it stands in a region today, and where that comes from."""

    key: str
    value: Any
    default: Any
    means: str
    set_in: str | None
    valid_from: date | None


class DayIn(Input):
    """What a day is in a region and all below it; no `kind` takes back what was said there."""

    region_code: RegionCode | Literal[""]
    kind: DayKind | None
    name: Annotated[PlainText, StringConstraints(max_length=100)] = ""


class DayOut(Output):
    """A day: whether people work, and, unless it only goes by the week, as what it was entered and where."""

    day: date
    works: bool
    kind: DayKind | None
    name: str | None
    set_in: str | None


class CalendarOut(Output):
    """The days of a year that were entered; every other day goes by the week."""

    region_code: str
    year: int
    days: list[DayOut]


class CategoryOut(Output):
    """A service category: `due_in` is `3 working days` or an ISO 8601 duration such as `PT4H`.

    `evidence` is what is asked to be shown of the work; nothing unless a region says so.
    """

    code: str
    name: str
    due_in: str
    due_in_words: str
    evidence: list[Evidence]
    evidence_limit: int
    """Photos of the work at most."""
    points: int
    skills: list[str]
    questions: list[Question]
