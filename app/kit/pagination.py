"""Keyset pagination: a cursor names the last row seen, so pages neither skip nor repeat as rows come in."""

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from app.kit.errors import InvalidRequest

Item = TypeVar("Item")


class PageRequest(BaseModel):
    """The query parameters that every list takes; filters of one list extend it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=500)

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=6_000, json_schema_extra={"pattern": r"^[A-Za-z0-9_=-]*$"})


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = None


async def page(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[InstrumentedAttribute[Any]],
    request: PageRequest,
    *,
    descending: bool = False,
) -> tuple[Sequence[Row[*tuple[Any, ...]]], str | None]:
    """One page of `statement` in the order of `keys`, and the cursor of the next one.

    The keys must be unique together and never null, or rows that share them are skipped. Raises
    `InvalidRequest` for a cursor that no such list made.
    """
    if request.cursor is not None:
        last = tuple_(*(literal(value, key.type) for key, value in zip(keys, _read(request.cursor, keys), strict=True)))
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


def unpack(cursor: str) -> bytes:
    """What a cursor holds; raises `ValueError` for letters that none of ours has."""
    return base64.b64decode(cursor, altchars=b"-_", validate=True)


def _read(cursor: str, keys: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    try:
        values = json.loads(unpack(cursor))
        return [_parse(value, key.type) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest.field("cursor", "cursor", "游标无效", "This cursor is not ours") from error


def _parse(value: Any, column: TypeEngine[Any]) -> Any:
    """A value that PostgreSQL takes for the column; what it would not take was not written by `_write`."""
    kind = column.python_type
    if kind is int and type(value) is int:
        bits = 63 if isinstance(column, BigInteger) else 31
        if -(2**bits) <= value < 2**bits:
            return value
    elif kind in PARSERS and type(value) is str:
        return PARSERS[kind](value)
    raise ValueError(value)


def _text(value: str) -> str:
    if "\0" in value.encode().decode():  # encoding refuses lone surrogates
        raise ValueError(value)
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


PARSERS: dict[type, Callable[[str], Any]] = {
    uuid.UUID: uuid.UUID,
    datetime: _moment,
    date: date.fromisoformat,
    str: _text,
}
