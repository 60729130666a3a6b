"""Keyset pagination: a cursor names the last row seen, so pages neither skip nor repeat as rows come in."""

import base64
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.errors import InvalidRequest

Item = TypeVar("Item")
PARSERS = {uuid.UUID: uuid.UUID, datetime: datetime.fromisoformat}


class PageRequest(BaseModel):
    """The query parameters that every list takes; filters of one list extend it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=500)

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = None


async def page(
    session: AsyncSession,
    statement: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    request: PageRequest,
    *,
    descending: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of `statement` in the order of `keys`, which together must be unique, and the next cursor.

    Raises `InvalidRequest` for a cursor that this list did not make.
    """
    if request.cursor is not None:
        last = tuple_(*(literal(value, key.type) for key, value in zip(keys, _read(request.cursor, keys))))
        here = tuple_(*keys)
        statement = statement.where(here < last if descending else here > last)
    statement = statement.add_columns(*keys)
    statement = statement.order_by(*(key.desc() if descending else key for key in keys))
    rows = (await session.execute(statement.limit(request.limit + 1))).all()
    shown = rows[: request.limit]
    cursor = _write(shown[-1][-len(keys) :]) if len(rows) > request.limit else None
    return shown, cursor


def _write(values: Sequence[Any]) -> str:
    plain = json.dumps([value if isinstance(value, int) else str(value) for value in values])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(cursor: str, keys: Sequence[ColumnElement[Any]]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor))
        if len(values) != len(keys):
            raise ValueError(cursor)
        return [_parse(value, key.type.python_type) for value, key in zip(values, keys)]
    except (ValueError, TypeError) as error:
        raise InvalidRequest.field("cursor", "cursor", "游标无效", "This cursor is not ours") from error


def _parse(value: Any, kind: type) -> Any:
    if parser := PARSERS.get(kind):
        return parser(value)
    if type(value) is not kind or "\0" in str(value):
        raise ValueError(value)
    return value
