"""The database: engine, base class, naming convention, ids and what a constraint's name says."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import uuid_utils.compat
from asyncpg import PostgresError
from sqlalchemy import CheckConstraint, DateTime, Enum, MetaData, Text, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.orm.attributes import manager_of_class

from app.kit import sealing
from app.kit.crypto import Keyring

Sessions = async_sessionmaker[AsyncSession]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

RETRYABLE = {"40001", "40P01"}
"""Serialization failure and deadlock: PostgreSQL asks for the whole transaction again."""
PASSING = {"55P03", "57014", "57P01", "57P02", "57P03"}
"""Lock and statement timeout, and a server that is shutting down, crashing or coming up."""
PASSING_CLASSES = {"08", "53"}
"""The connection was lost, or the server lacks connections, memory or disk."""
CANNOT_CONNECT, GOING_DOWN = {"57P03", "53300"}, {"57P01", "57P02"}
"""The server is coming up or has no connection left; it is shutting down or has crashed."""
UNSTORABLE_TEXT = {"22021", "22P05"}
"""A NUL or a lone surrogate, which no text column can hold, got as far as the database."""


def _values(codes: type[StrEnum]) -> list[str]:
    return [code.value for code in codes]


class Base(DeclarativeBase):
    """Every table's base; `alembic check` compares what hangs on it with the migrations."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it once
        datetime: DateTime(timezone=True),
        str: Text(),
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=_values),
    }


Thing = TypeVar("Thing", bound=Base)


def made(model: type[Thing], **values: Any) -> Thing:
    """A new object with these values, whether a session adds it or a hot statement writes it.

    Its class would note each value as a change, which costs ten times as much and which nobody asks of what is new.
    """
    thing: Thing = manager_of_class(model).new_instance()
    vars(thing).update(values)
    return thing


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unique, and in the order of making."""
    return uuid_utils.compat.uuid7()


Id = Annotated[uuid.UUID, mapped_column(primary_key=True, default=new_id)]
"""A primary key column, filled in Python so that an id is known before the row is written."""

Code = Annotated[str, mapped_column(Text(collation="C"))]
"""Text compared byte by byte: with any other collation LIKE 'prefix%' may not use the index."""


PERSONAL = {"personal": True}
"""Marks a column with personal data: never in logs or events, listed for export and erasure."""
APPEND_ONLY = {"append_only": True}
"""Marks a table whose rows the app role may neither change nor remove."""


def one_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """A column of text that holds one of `codes`; an enum type would need a lock to grow."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", column)


def connect(
    url: str,
    *,
    pool_size: int,
    keyring: Keyring | None = None,
    pool_timeout_ms: int = 2_000,
    **server_settings: str,
) -> AsyncEngine:
    """An engine whose every session carries `server_settings` (`statement_timeout` and the like).

    Statements are planned for their values each time: a plan made for any region or person is a hundred times worse.

    `keyring` opens the columns of personal data. `pool_timeout_ms` bounds the wait for a free connection, and
    that for a new one as well.
    """
    statement_timeout = int(server_settings.get("statement_timeout", 0)) / 1000
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_ms / 1000,
        hide_parameters=True,  # an error that quotes them would carry personal data into the log
        connect_args={
            "timeout": pool_timeout_ms / 1000,
            # a server that fell silent cannot keep its own limit
            "command_timeout": statement_timeout + 1 if statement_timeout else None,
            "server_settings": {"jit": "off", "plan_cache_mode": "force_custom_plan", **server_settings},
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    if keyring:
        sealing.entrust(engine.dialect, keyring)
    return engine


def _refuse_closed(connection: DBAPIConnection, *_: object) -> None:
    """Have the pool connect anew where the server has hung up; asking it each time would be three round trips."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def sessions(engine: AsyncEngine) -> Sessions:
    """Sessions that keep loaded values after a commit, so that an answer can be made from them."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(make: Sessions) -> AsyncIterator[AsyncSession]:
    """One transaction: commits when the block ends, rolls back when it raises."""
    async with make() as session, session.begin():
        yield session


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind an error of the database, wherever it is wrapped."""
    cause = _postgres_error(error)
    return getattr(cause, "sqlstate", None)


def may_pass(error: DBAPIError) -> bool:
    """Whether the same request may well succeed shortly."""
    state = sqlstate(error) or ""
    return error.connection_invalidated or state in RETRYABLE | PASSING or state[:2] in PASSING_CLASSES


def is_away(error: BaseException) -> bool:
    """Whether no connection could be made, so that certainly nothing was done."""
    return isinstance(error, ConnectionError | FileNotFoundError) or sqlstate(error) in CANNOT_CONNECT


def is_lost(error: BaseException) -> bool:
    """Whether the connection broke, so that what was under way may have been committed."""
    state = sqlstate(error) or ""
    broken = isinstance(error, DBAPIError) and error.connection_invalidated
    return broken or state in GOING_DOWN or state[:2] == "08"


def violated(error: BaseException) -> str | None:
    """The name of the constraint that refused a row."""
    return getattr(_postgres_error(error), "constraint_name", None)


def _postgres_error(error: BaseException) -> Any:
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None and not isinstance(cause, PostgresError):
        cause = cause.__cause__
    return cause
