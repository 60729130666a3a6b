"""Request and response bodies of policies and categories."""

from datetime import date
from typing import Any

from pydantic import Field

from app.kit.schema import Input, Output, RegionCode


class PolicyIn(Input):
    """A rule's value in a region from a day on; the empty region code is everywhere."""

    region_code: RegionCode | str = Field(max_length=40)
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


class CategoryOut(Output):
    """A service category: `due_in` is an ISO 8601 duration, `evidence` what must be shown (nothing)."""

    code: str
    name: str
    due_in: str
    evidence: list[str]
    points: int
