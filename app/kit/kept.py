"""What was worked out of a thing, kept by the thing's version, so that it cannot be out of date."""

import uuid
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """One value a thing, of its newest version, for `most` things; what came first goes first.

    A version is whatever a value was made from. It is asked of the database each time, never kept.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: dict[uuid.UUID, tuple[Hashable, Value]] = {}

    def get(self, thing: uuid.UUID, version: Hashable) -> Value | None:
        """What was kept of this version of a thing."""
        found = self._values.get(thing)
        return found[1] if found is not None and found[0] == version else None

    def put(self, thing: uuid.UUID, version: Hashable, value: Value) -> Value:
        """Keep what was made of a version, and answer it."""
        if self._values.pop(thing, None) is None and len(self._values) >= self.most:
            del self._values[next(iter(self._values))]
        self._values[thing] = (version, value)
        return value
