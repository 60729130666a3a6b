"""A database that is away: a short absence is waited out, a long one is refused at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

LOOK_EVERY = 0.25
"""Seconds between two requests that look whether it is back, once nobody waits any more."""


@dataclass
class Outage:
    """Since when the database has been away, as the requests of one process have found it."""

    patience: float
    """Seconds for which requests wait for it to come back."""
    now: Callable[[], float] = time.monotonic
    _since: float | None = None
    _looked: float = 0.0

    def noticed(self) -> None:
        """A request could not reach it, or lost it."""
        if self._since is None:
            self._since = self.now()

    def over(self) -> None:
        """A request was served."""
        self._since = None

    @property
    def is_short(self) -> bool:
        """Whether it is worth waiting still."""
        return self._since is not None and self.now() - self._since < self.patience

    def refuses(self) -> bool:
        """Whether a request need not even try: another one has just looked."""
        if self._since is None or self.is_short:
            return False
        if self.now() - self._looked < LOOK_EVERY:
            return True
        self._looked = self.now()
        return False
