"""Base classes and field types of request and response bodies: strict in, stable out."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from app.kit.clock import CHINA


class Input(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_max_length=20_000)


class Output(BaseModel):
    """A response body."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


def _without_nul(value: str) -> str:
    if "\0" in value:  # PostgreSQL text cannot hold it
        raise PydanticCustomError("nul_byte", "NUL bytes are not allowed")
    return value


def _not_a_number(value: Any) -> Any:
    if isinstance(value, int | float):  # pydantic would read it as seconds since 1970
        raise PydanticCustomError("datetime_type", "a time is an ISO 8601 string")
    return value


PlainText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_without_nul)]
ShortText = Annotated[PlainText, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[PlainText, StringConstraints(min_length=1, max_length=4_000)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}(-[0-9]{2})*$", max_length=40)]
Phone = Annotated[str, StringConstraints(pattern=r"^1[0-9]{10}$")]
"""A mobile number of mainland China, eleven digits."""
Id = Annotated[uuid.UUID, BeforeValidator(lambda value: value if isinstance(value, str) else object())]
"""An id as the string that answers carry."""
Bool = StrictBool
Int = StrictInt
TimeIn = Annotated[AwareDatetime, BeforeValidator(_not_a_number)]
"""An ISO 8601 time with its offset."""


def china_time(value: datetime) -> str:
    """A moment as every answer shows it: ISO 8601 in +08:00 to the millisecond."""
    return value.astimezone(CHINA).isoformat(timespec="milliseconds")


Time = Annotated[datetime, PlainSerializer(china_time, return_type=str)]


def mask_phone(phone: str | None) -> str | None:
    """`138****0009`: what a list may show of a number."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else None


def mask_name(name: str | None) -> str | None:
    """`王**`: the family name, and as many stars whatever the length."""
    return f"{name[:1]}**" if name else None
