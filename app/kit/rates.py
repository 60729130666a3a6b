"""How often somebody may ask: a bucket a caller that empties with every request and fills with time.

Kept in the process, so with several HTTP workers the limit is that of each; what must hold exactly and everywhere (a
password's guesses, a person's uploads) is counted in the database.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_KEYS = 100_000
"""Callers remembered at once; the one longest silent is forgotten, and has a full bucket by then."""


@dataclass
class Rates:
    """Buckets of `per_minute` requests, each filling evenly; none limits nobody."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    _empty_until: OrderedDict[str, float] = field(init=False, default_factory=OrderedDict)
    """When each bucket would be full again, which says how much is missing now."""

    def wait(self, key: str) -> float:
        """Seconds until the next request of `key` is allowed; 0 where it is now."""
        if not self.per_minute:
            return 0.0
        missing = self._empty_until.get(key, 0.0) - self.now()
        return max(missing - 60 + 60 / self.per_minute, 0.0)

    def take(self, key: str) -> float:
        """Count one request of `key`, if it is allowed; else the seconds to wait."""
        wait = self.wait(key)
        if not wait:
            self.charge(key)
        return wait

    def charge(self, key: str) -> None:
        """Count something against `key`."""
        if not self.per_minute:
            return
        full_at = max(self._empty_until.get(key, 0.0), self.now()) + 60 / self.per_minute
        self._empty_until[key] = full_at
        self._empty_until.move_to_end(key)
        if len(self._empty_until) > MOST_KEYS:
            self._empty_until.popitem(last=False)
