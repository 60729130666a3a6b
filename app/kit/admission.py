"""How many requests a process works on: one too many is refused at once, so that those let in are answered soon."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.kit.errors import Unavailable


class Admission:
    """The places of those who have a connection of the database or wait for one; a quarter is kept for a few."""

    def __init__(self, places: int) -> None:
        self._places, self._free_to_all = places, places - places // 4
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody more is let in but those for whom places are kept."""
        return self._taken >= self._free_to_all

    @contextmanager
    def place(self, *, kept: bool = False) -> Iterator[None]:
        """Have a place, or one of those `kept`, while the block runs; raises `Unavailable` where there is none."""
        if self._taken >= self._places if kept else self.is_full:
            raise Unavailable(retry_after=1)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
