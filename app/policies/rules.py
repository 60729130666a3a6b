"""What a rule is: a key, what its values look like, its default, and what it means."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, StrictInt, TypeAdapter

from app.kit.errors import Text

Value = TypeVar("Value")
Duration = Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=3660))]
Count = Annotated[StrictInt, Field(ge=0, le=100_000)]
ANY = "default"
"""The entry of a table that holds for everything without one of its own."""


@dataclass(frozen=True)
class Rule(Generic[Value]):
    """One rule number: its key, what its values look like, its default, and what it means."""

    key: str
    type: Any
    default: Any
    means: Text
    entries: frozenset[str] = frozenset()
    """What a table may hold entries of; a rule without any is one value."""

    @property
    def is_table(self) -> bool:
        """Whether its entries are merged along the chain of regions, so that a setting may name only some."""
        return bool(self.entries)

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.type)

    def read(self, stored: Any) -> Value:
        """A stored JSON value as Python sees it; raises pydantic's `ValidationError`."""
        value: Value = self._adapter.validate_python(stored)
        return value

    def write(self, value: Value) -> Any:
        """A value as JSON: durations as ISO 8601 (`P7D`, `PT30S`), working days as `3 working days`."""
        return self._adapter.dump_python(value, mode="json")
