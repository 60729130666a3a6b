"""Column types for personal data: sealed with AES-256-GCM at rest, found again by a keyed hash.

A sealed value is `key id ‖ blind index ‖ nonce ‖ ciphertext ‖ tag`. The database itself copies the blind index (an
HMAC-SHA256 of the value, cut to 16 bytes) into a generated column, so that no writer can forget or forge it.
Every column has keys of its own, so a value cannot be moved to another one, nor compared with it.
"""

import hashlib
import hmac
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Computed,
    Dialect,
    LargeBinary,
    SQLColumnExpression,
    TypeDecorator,
    any_,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql import operators

from app.kit.crypto import KEY_ID, Keyring

INDEX = 16
"""Bytes of a blind index."""
DIRECT = {operators.is_, operators.is_not}
"""What may be asked of a sealed column itself: whether it is empty."""


def entrust(dialect: Any, keyring: Keyring) -> None:
    """Give the keys to the statements of a dialect, which is one engine's own."""
    dialect.keyring = keyring


def _keyring(dialect: Dialect) -> Keyring:
    keyring: Keyring | None = getattr(dialect, "keyring", None)
    if keyring is None:
        raise LookupError("this engine was made without a keyring: db.connect(…, keyring=…)")
    return keyring


class Sealed(TypeDecorator[Any]):
    """A text, or a number where `kind` is float, that only a holder of the keys can read.

    `name` is the column as `table.column`; `findable` puts a blind index in front, see `index_of`.
    """

    impl = LargeBinary
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Refuses to compare ciphertexts, which differ where the values are the same."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            if op in DIRECT or (op in (operators.eq, operators.ne) and other == (None,)):
                return super().operate(op, *other, **kwargs)
            raise TypeError(f"{self.type} cannot be compared in SQL; ask its blind index (kit.sealing.finds)")

    comparator_factory = Comparator

    def __init__(self, name: str, kind: type[str] | type[float] = str, *, findable: bool = False) -> None:
        super().__init__()
        self.name, self.kind, self.findable = name, kind, findable
        self.purpose = f"column:{name}"
        self.index_length = INDEX if findable else 0

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else self.seal(_keyring(dialect), value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else self.unseal(_keyring(dialect), value)

    def seal(self, keyring: Keyring, value: Any) -> bytes:
        """A value as it is stored."""
        text = repr(value) if self.kind is float else str(value)
        index = blind(keyring.key(f"index:{self.name}"), text) if self.findable else b""
        return keyring.seal(self.purpose, text.encode(), index)

    def unseal(self, keyring: Keyring, sealed: bytes) -> Any:
        """The value of what is stored; raises `Undecipherable`."""
        plain = keyring.unseal(self.purpose, sealed, self.index_length)
        return plain.decode() if self.kind is str else float(plain)


def blind(key: bytes, text: str) -> bytes:
    """What finds a text again without telling it."""
    return hmac.digest(key, text.encode(), hashlib.sha256)[:INDEX]


def blinds(keyring: Keyring, name: str, text: str) -> list[bytes]:
    """The blind indexes of a text in the column `name`, the newest key's first."""
    return [blind(key, text) for key in keyring.keys(f"index:{name}")]


def number(key: bytes, text: str) -> int:
    """Eight bytes of a blind index: enough to tell beginnings apart, and half the size."""
    return int.from_bytes(blind(key, text)[:8], signed=True)


class Blind(TypeDecorator[Any]):
    """The blind index of a sealed column; see `finds`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Blinds(TypeDecorator[Any]):
    """Binds a value as its blind indexes under every live key, so that a look-up outlives a rotation."""

    impl = ARRAY(LargeBinary)
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> list[bytes] | None:
        return None if value is None else blinds(_keyring(dialect), self.name, value)


class Prefixes(TypeDecorator[Any]):
    """Every beginning of a text as a blind number, bound as the text itself; see `begins`."""

    impl = ARRAY(BigInteger)
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> list[int] | None:
        if value is None:
            return None
        key = _keyring(dialect).key(f"prefix:{self.name}")
        return [number(key, value[:length]) for length in range(1, len(value) + 1)]


class Prefix(TypeDecorator[Any]):
    """Binds one beginning of a text as its blind numbers under every live key."""

    impl = ARRAY(BigInteger)
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: str | None, dialect: Dialect) -> list[int] | None:
        if value is None:
            return None
        return [number(key, value) for key in _keyring(dialect).keys(f"prefix:{self.name}")]


def index_of(name: str) -> MappedColumn[Any]:
    """The generated column that holds the blind index of `name`, a findable `table.column` of the same table."""
    copied = f"substring({name.partition('.')[2]} from {KEY_ID + 1} for {INDEX})"
    return mapped_column(Blind(name), Computed(copied, persisted=True), deferred=True)


def finds(index: SQLColumnExpression[Any], value: str | BindParameter[str] | None) -> ColumnElement[bool]:
    """The column behind a blind index holds `value`; a parameter must be of the type `Blinds`."""
    name = cast(Blind, index.type).name  # type: ignore[attr-defined]
    return index == any_(value if isinstance(value, BindParameter) else literal(value, Blinds(name)))


def begins(prefixes: SQLColumnExpression[Any], text: str) -> ColumnElement[bool]:
    """The column behind `prefixes` begins with `text`."""
    name = cast(Prefixes, prefixes.type).name  # type: ignore[attr-defined]
    return prefixes.bool_op("&&")(literal(text, Prefix(name)))
