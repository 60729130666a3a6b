"""What a poster says."""

from dataclasses import dataclass
from datetime import datetime

from app.checkins.models import PlacePurpose
from app.checkins.wording import OF_PURPOSE, Words
from app.kit.clock import CHINA


@dataclass(frozen=True, slots=True)
class Poster:
    """One sheet: whose it is, what for, where, the code and its number."""

    community: str
    whole_name: str
    """That of the community with what is above it."""
    name: str
    address: str | None
    purpose: PlacePurpose
    url: str
    number: str
    version: int
    made_at: datetime
    expires_at: datetime | None

    @property
    def words(self) -> Words:
        """Heading and steps."""
        return OF_PURPOSE[self.purpose]

    @property
    def imprint(self) -> str:
        """Which poster this is, so that an old one is known by looking."""
        made = f"第 {self.version} 版 · {_day(self.made_at)} 制"
        return f"{made} · 有效期至 {_day(self.expires_at)}" if self.expires_at else made


def _day(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d}"
