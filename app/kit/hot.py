"""Hot statements: written in SQLAlchemy Core on the models, compiled once, run on asyncpg without a session.

Each statement is a whole transaction, so nothing is left behind on a connection and nothing has to be reset.
"""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from weakref import WeakValueDictionary

import asyncpg
from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    BindParameter,
    Column,
    Executable,
    Float,
    Numeric,
    Select,
    Table,
    bindparam,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.kit import db, sealing
from app.kit.crypto import Keyring
from app.kit.errors import Unavailable
from app.kit.idempotency import Answer, Keyed

Values = dict[str, Any]
UNKNOWN_OUTCOME = ("08", "57P")
"""How the SQLSTATE of a broken connection begins: whether the statement was committed is not known."""


REFUSED = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What asyncpg raises where a statement failed; the last, where the server has just said goodbye."""

PLANNED_ANEW = "planned_anew"
"""The execution option of a statement whose plan depends on its values: one plan for all would be poor for some."""
MOST_WAITING = 512
"""For one turn: a crowd that rushes for one thing, a second or two of work; who comes later is told to come again."""


class NotPlain(Exception):
    """This request is not the common case; the usual way answers it."""


class OutcomeUnknown(Unavailable):
    """The connection broke under a statement: only the request's key can tell whether it was committed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as a hot command needs it."""

    keyring: Keyring
    sign_in_id: uuid.UUID
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    keyed: Callable[[uuid.UUID], Keyed] | None
    """The request's idempotency key, once its owner is known; None where it has none."""


Attempt = Callable[[Asked, "Line"], Awaitable[Answer]]
"""Answers the common case of a command in a statement or two; raises `NotPlain` or a refusal for any other."""


class _Compiled:
    """A statement's text for asyncpg, and what turns values into parameters and back."""

    def __init__(self, statement: Executable, dialect: PGDialect_asyncpg) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError("Python-side defaults do not run here: give every column a value")
        expanded = compiled.construct_expanded_state()  # IN (…) written out, one parameter a value
        self.planned_anew = statement.get_execution_options().get(PLANNED_ANEW, False)
        self.text: str = expanded.statement
        self.values: Values = dict(expanded.parameters)
        binds: Values = {**compiled._bind_processors, **expanded.processors}
        self.order = [(name, binds.get(name)) for name in expanded.positiontup]
        self.names = [entry.keyname for entry in compiled._result_columns]
        readers = [(entry.keyname, _reader(entry.type, dialect)) for entry in compiled._result_columns]
        self.readers = [(name, reader) for name, reader in readers if reader]

    def parameters(self, given: Values) -> list[Any]:
        """The values in the order of the text."""
        found = {**self.values, **given}
        return [bind(found[name]) if bind else found[name] for name, bind in self.order]

    def read(self, row: Any) -> Values:
        """A row by the names of its columns."""
        values = dict(zip(self.names, row.values(), strict=True))
        for name, reader in self.readers:
            values[name] = reader(values[name])
        return values


def _reader(type_: Any, dialect: PGDialect_asyncpg) -> Callable[[Any], Any] | None:
    """What makes a value of Python from asyncpg's; numbers, and lists of what is one already, are."""
    if isinstance(type_, Numeric | Float) or (isinstance(type_, ARRAY) and not _reader(type_.item_type, dialect)):
        return None
    if isinstance(type_, JSON):
        return _document
    reader: Callable[[Any], Any] | None = type_._cached_result_processor(dialect, None)
    return reader


def _document(stored: str | None) -> Any:
    """A JSON value; the sessions' connections read it by themselves, these are plain ones."""
    return None if stored is None else json.loads(stored)


class Turn(asyncio.Lock):
    """The turn of those who would change one thing, of whom `MOST_WAITING` may be `waiting`."""

    waiting = 0


class Pool:
    """A few connections beside the sessions' own, and the turns of those who would change one thing."""

    def __init__(self, url: str, keyring: Keyring, *, size: int, timeout_ms: int, **server_settings: str) -> None:
        self._dialect = PGDialect_asyncpg(dbapi=PGDialect_asyncpg.import_dbapi())  # type: ignore[no-untyped-call]
        sealing.entrust(self._dialect, keyring)
        self._compiled: dict[Executable, _Compiled] = {}
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._timeout = timeout_ms / 1000
        statement_timeout = int(server_settings.get("statement_timeout", 0)) / 1000
        self._pool = asyncpg.create_pool(
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            min_size=0,
            max_size=size,
            timeout=self._timeout,
            command_timeout=statement_timeout + 1 if statement_timeout else None,
            server_settings={"jit": "off", **server_settings},
            reset=_nothing_to_reset,
        )

    async def open(self) -> None:
        """Be ready; connections are made when they are needed."""
        await self._pool

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    def turn(self, thing: str) -> Turn:
        """The turn of those who would change one thing: they wait without holding a connection."""
        return self._turns.setdefault(thing, Turn())

    def compiled(self, statement: Executable) -> _Compiled:
        """A statement, compiled when it is first asked for."""
        found = self._compiled.get(statement)
        if found is None:
            found = self._compiled[statement] = _Compiled(statement, self._dialect)
        return found

    @asynccontextmanager
    async def line(self) -> AsyncIterator["Line"]:
        """A line to the database for the statements of one command.

        Raises `Unavailable` where none is free in time, and `NotPlain` where the database lets nobody in: it
        would not be otherwise on the usual way.
        """
        wait = None if self._pool.get_idle_size() else self._timeout  # a bound costs more than the acquiring
        try:
            connection = await self._pool.acquire(timeout=wait)
        except TimeoutError as error:
            raise Unavailable(retry_after=1) from error
        except REFUSED as error:
            raise NotPlain from error
        try:
            yield Line(connection, self.compiled)
        finally:
            with suppress(*REFUSED):  # a broken one is not kept; what was answered stays answered
                await self._pool.release(connection)


@dataclass(frozen=True, slots=True)
class Line:
    """One connection, lent for one command."""

    _connection: Any
    _compiled: Callable[[Executable], _Compiled]

    async def row(self, statement: Executable, **values: Any) -> Values | None:
        """The only row of a statement, as `rows` reads it; None where there is none."""
        return next(iter(await self.rows(statement, **values)), None)

    async def rows(self, statement: Executable, **values: Any) -> list[Values]:
        """The rows of a statement, committed; raises `NotPlain` where the database refuses it.

        Raises `Unavailable` where a lock did not come in time, as it would not on the usual way either, and
        `OutcomeUnknown` where nobody can say whether the statement was committed.
        """
        compiled = self._compiled(statement)
        parameters = compiled.parameters(values)
        try:
            if compiled.planned_anew:
                found = await (await self._connection.prepare(compiled.text, name="")).fetch(*parameters)
            else:
                found = await self._connection.fetch(compiled.text, *parameters)
        except REFUSED as error:
            raise _failure(error) from error
        return [compiled.read(row) for row in found]


def _failure(error: Exception) -> Exception:
    """What a statement's error means; a `TimeoutError`, which is an `OSError`, is a server that fell silent."""
    state = db.sqlstate(error) or ""
    if isinstance(error, ValueError):
        return NotPlain()  # a value that cannot be sent was not sent
    if not isinstance(error, asyncpg.PostgresError) or state.startswith(UNKNOWN_OUTCOME):
        return OutcomeUnknown(retry_after=1)
    return Unavailable(retry_after=1) if state in db.PASSING else NotPlain()


async def _nothing_to_reset(_: Any) -> None:
    """Statements that are whole transactions leave nothing on a connection; asking it would be a round trip."""


def given(name: str, type_: Any) -> BindParameter[Any]:
    """A parameter of a hot statement; not `required`, since it is compiled before there are values."""
    return bindparam(name, type_=type_, required=False)


def table_of(model: type[db.Base]) -> Table:
    """A model's table."""
    return cast(Table, model.__table__)


@cache
def columns_of(model: type[db.Base]) -> dict[str, Column[Any]]:
    """The columns that a writer fills: not those that the database computes or numbers by itself."""
    return {
        column.name: column
        for column in table_of(model).columns
        if column.computed is None and column.identity is None and column.server_default is None
    }


def _named(models: Iterable[type[db.Base]]) -> list[str]:
    """How statements call one row of each of some models: by its table, the second of a table with its number."""
    seen, names = Counter[str](), []
    for model in models:
        name = table_of(model).name
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return names


def row_values(*things: db.Base) -> Values:
    """What new things write, as the statement of `writing` calls its parameters."""
    return {
        f"{called}_{name}": _value(thing, column)
        for called, thing in zip(_named(map(type, things)), things, strict=True)
        for name, column in columns_of(type(thing)).items()
    }


def writing(models: Sequence[type[db.Base]], where: CTE | None = None) -> Select[int]:
    """Write one row of each of some models; where given, only if another statement has a row, else answer none.

    Two of one model are written in their order.
    """
    latest: dict[Table, CTE] = {}
    for model, called in zip(models, _named(models), strict=True):
        table, columns = table_of(model), columns_of(model)
        row = select(*(given(f"{called}_{name}", type_=column.type) for name, column in columns.items()))
        after = latest.get(table, where)
        row = row if after is None else row.select_from(after)
        written = insert(table).from_select(list(columns), row, include_defaults=False)
        latest[table] = written.returning(*table.primary_key.columns).cte(f"new_{called}")
    counted = select(func.count().label("written"))
    counted = counted if where is None else counted.select_from(where).having(func.count() > 0)
    return counted.add_cte(*latest.values())


def _value(thing: db.Base, column: Column[Any]) -> Any:
    """A column's value, or its default where that is a constant: the unit of work would fill it in."""
    value = vars(thing).get(column.name)
    if value is None and isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return value
