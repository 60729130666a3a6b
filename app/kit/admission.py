"""How many requests a process works on: one too many is refused at once, so that those let in are answered soon."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.kit.errors import Unavailable


class Admission:
    """The places of those who have a connection of the database or wait for one."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody more is let in."""
        return self._taken >= self._places

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place while the block runs; raises `Unavailable` where there is none."""
        if self.is_full:
            raise Unavailable(retry_after=1)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
