"""Base classes and field types of request and response bodies: strict in, stable out."""

import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, LiteralString

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from app.kit.clock import CHINA

PHONE_LIKE = re.compile(r"(?<!\d)(?:\d{7,}[Xx]?|1\d{2}[ -]\d{4}[ -]\d{4}|0\d{2,3}[ -]\d{7,8})(?!\d)")
"""Phones, and whatever else has as many digits in a row: identity and card numbers."""
NUMBER = re.compile(r"\s*[+-]?[0-9.]+\s*")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=CHINA), datetime(2200, 1, 1, tzinfo=CHINA)


class Input(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_max_length=20_000)


class Output(BaseModel):
    """A response body."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


def wrong(code: str, zh: str, en: LiteralString) -> PydanticCustomError:
    """What a validator of ours raises, in both languages; `code` is stable."""
    return PydanticCustomError(code, en, {"zh": zh})


def _without_nul(value: str) -> str:
    if "\0" in value:  # PostgreSQL text cannot hold it
        raise wrong("nul_byte", "含有无效字符", "holds a NUL byte")
    return value


def _not_a_number(value: Any) -> Any:
    number = isinstance(value, int | float) or (isinstance(value, str) and NUMBER.fullmatch(value))
    if number:  # pydantic would read it as seconds since 1970
        raise PydanticCustomError("datetime_type", "a time is an ISO 8601 string")
    return value


def _storable(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:  # beyond them converting to another offset may overflow
        raise wrong("datetime_range", "应在 1900 年到 2200 年之间", "must be between 1900 and 2200")
    return value


def _absent(value: Any) -> Any:
    blank = isinstance(value, str) and not value.strip()
    return None if blank else value  # `?region=&q=` is how a form sends filters that were left empty


class _BlankToo:
    """Says in the API's document that a blank value is taken as well."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, describe: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = describe(core)
        described["anyOf"].append({"type": "string", "pattern": r"^\s*$"})
        return described


PlainText = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_without_nul)]
ExactText = Annotated[str, AfterValidator(_without_nul)]
"""Text in which blanks count, such as a password."""
ShortText = Annotated[PlainText, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[PlainText, StringConstraints(min_length=1, max_length=4_000)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}(-[0-9]{2})*$", max_length=40)]
Phone = Annotated[str, StringConstraints(pattern=r"^1[0-9]{10}$")]
"""A mobile number of mainland China, eleven digits."""
Id = Annotated[uuid.UUID, BeforeValidator(lambda value: value if isinstance(value, str) else object())]
"""An id as the string that answers carry."""
Bool = StrictBool
Int = Annotated[StrictInt, Field(ge=-(2**31), le=2**31 - 1)]
"""A whole number that an integer column holds."""
RegionFilter = Annotated[RegionCode | None, BeforeValidator(_absent), _BlankToo()]
TextFilter = Annotated[ShortText | None, BeforeValidator(_absent), _BlankToo()]
IdFilter = Annotated[Id | None, BeforeValidator(_absent), _BlankToo()]
TimeIn = Annotated[AwareDatetime, BeforeValidator(_not_a_number), AfterValidator(_storable)]
"""An ISO 8601 time with its offset."""
DateIn = Annotated[date, BeforeValidator(_not_a_number)]
"""A day as `2026-12-01`."""


Day = Annotated[date, BeforeValidator(_not_a_number), Field(ge=EARLIEST.date(), lt=LATEST.date())]
"""A day such as `2026-10-01`."""


def china_time(value: datetime) -> str:
    """A moment as every answer shows it: ISO 8601 in +08:00 to the millisecond."""
    return value.astimezone(CHINA).isoformat(timespec="milliseconds")


Time = Annotated[datetime, PlainSerializer(china_time, return_type=str)]


def mask_phone(phone: str | None) -> str | None:
    """`138****0009`: what a list may show of a number; nothing of one too short to hide any."""
    if not phone:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def hide(text: str, words: Iterable[str | None]) -> str:
    """A text with stars where it holds a phone, a number as long as one, or one of some words."""
    shown = PHONE_LIKE.sub("****", text)
    for word in words:
        if word and len(word) > 1:  # one letter would tear holes everywhere
            shown = shown.replace(word, "**")
    return shown


def mask_name(name: str | None) -> str | None:
    """`王**`: the family name, and as many stars whatever the length."""
    return f"{name[:1]}**" if name else None
