"""Forms read as the bodies of the API: its schemas check them, and its words say what is wrong."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, ValidationError
from starlette.datastructures import FormData

from app.console.rendering import local
from app.kit import problems

Body = TypeVar("Body", bound=BaseModel)
BETWEEN = re.compile(r"[\s,，、;；]+")
WHOLE = re.compile(r"[0-9]{1,12}")
LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
"""What `<input type="datetime-local">` sends: a time on the clock in the office."""
ROW = re.compile(r"\.([0-9]{1,3})(?=\.)")
"""The number of a row in a field's name, such as `shifts.0.starts_at`."""
TRUTHS = {"true": True, "false": False}
NOT_SHOWN = frozenset({"_token", "_once", "password"})
"""Fields that say nothing about the subject of a form, and what no page may show again."""


def body(values: FormData, schema: type[Body]) -> Body:
    """What a form says, as the API would be told; a field left blank is left out. Raises `InvalidRequest`."""
    try:
        return schema.model_validate(_fields(values, schema))
    except ValidationError as error:
        wrong = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise problems.refusal(RequestValidationError(wrong)) from error


def typed(values: FormData) -> dict[str, list[str]]:
    """What a person has typed or chosen, by field, so that no refusal loses it."""
    return {name: _texts(values, name) for name in values if name not in NOT_SHOWN}


def said(thing: BaseModel, prefix: str = "") -> dict[str, list[str]]:
    """A body as its form would hold it: the way back of `body`."""
    found: dict[str, list[str]] = {}
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        for number, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, BaseModel):
                found |= said(one, f"{prefix}{name}." if number is None else f"{prefix}{name}.{number}.")
            elif one is not None:
                found.setdefault(prefix + name, []).append(local(one) if isinstance(one, datetime) else str(one))
    return found


def closed_up(values: FormData) -> FormData:
    """What was said, its rows numbered without gaps: so a refusal names the row that it was typed into."""
    given = [(name, text) for name, text in values.multi_items() if isinstance(text, str) and text.strip()]
    rows = defaultdict[str, set[int]](set)
    for name, _ in given:
        for found in ROW.finditer(name):
            rows[name[: found.start()]].add(int(found[1]))

    def closer(name: str) -> str:
        return ROW.sub(lambda found: f".{sorted(rows[name[: found.start()]]).index(int(found[1]))}", name)

    return FormData([(closer(name), text) for name, text in given])


def rows_of(values: Mapping[str, list[str]], name: str) -> int:
    """How many rows of a list have something in them."""
    numbers = [ROW.match(one, len(name)) for one in values if one.startswith(name)]
    return max((int(found[1]) + 1 for found in numbers if found), default=0)


def _texts(values: FormData, name: str) -> list[str]:
    return [one for one in values.getlist(name) if isinstance(one, str)]


def _fields(values: FormData, schema: type[BaseModel], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in schema.model_fields.items():
        value = _value(values, prefix + name, field.annotation)
        if value not in (None, [], {}):
            found[name] = value
    return found


def _value(values: FormData, name: str, annotation: Any) -> Any:
    """One field as JSON would hold it; a nested body's fields are named `contact.phone`."""
    plain = _plain(annotation)
    kind, parts = get_origin(plain) or plain, get_args(plain)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _fields(values, kind, f"{name}.")
    if kind is dict:
        inner = (one.removeprefix(f"{name}.") for one in values if one.startswith(f"{name}."))
        return {code: text for code in inner if (text := _value(values, f"{name}.{code}", str))}
    if kind is list and isinstance(parts[0], type) and issubclass(parts[0], BaseModel):
        return _bodies(values, name, parts[0])
    texts = [text.strip() for text in _texts(values, name) if text.strip()]
    if kind is list:
        return [part for text in texts for part in BETWEEN.split(text) if part]
    if not texts:
        return None
    return _scalar(texts[-1], kind)


def _bodies(values: FormData, name: str, schema: type[BaseModel]) -> list[dict[str, Any]]:
    """Several bodies, whose fields are named `children.0.title`; one of which nothing was said is none."""
    numbered = re.compile(re.escape(name) + r"\.([0-9]{1,3})\.")
    numbers = sorted({int(found[1]) for one in values if (found := numbered.match(one))})
    return [said for number in numbers if (said := _fields(values, schema, f"{name}.{number}."))]


def _scalar(text: str, kind: Any) -> Any:
    if kind is int and WHOLE.fullmatch(text):
        return int(text)
    if kind is bool:
        return TRUTHS.get(text, text)
    if kind is AwareDatetime and LOCAL.fullmatch(text):
        return f"{text}:00+08:00"
    return text  # what does not fit is for the schema to refuse


def _plain(annotation: Any) -> Any:
    """The type that a field holds beneath `Annotated`, and beneath `None` where it may be left out."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation
