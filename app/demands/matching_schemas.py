"""What is asked and answered about likeness, nearness and who fits what."""

import uuid
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.demands.lifecycle import State
from app.demands.models import ClaimantKind, Result
from app.kit.geo import CoordType, Point, to_wgs84
from app.kit.pagination import PageRequest
from app.kit.schema import Output, PlainText, RegionCode, Time, wrong


class MatchReason(StrEnum):
    """Why somebody fits; the weights have the same names."""

    SKILL = "skill"
    DISTANCE = "distance"
    AVAILABILITY = "availability"
    LOAD = "load"
    FAIRNESS = "fairness"
    WISH = "wish"
    URGENCY = "urgency"


class ReasonOut(Output):
    """One reason, as a code and in words."""

    code: MatchReason
    text: str


class MatchOut(Output):
    """How well somebody and a demand fit, from 0 to 100, and why, the weightiest reason first."""

    score: int
    reasons: list[ReasonOut]


class CandidatesWanted(PageRequest):
    """Members, or organizations."""

    kind: Annotated[str, Field(pattern="^(member|organization)$")] = "member"


class CandidateOut(Output):
    """Whom the desk could offer a demand to, and what it should know before it does."""

    kind: ClaimantKind
    id: uuid.UUID
    name: str
    phone_masked: str | None = None
    organization_id: uuid.UUID
    organization_name: str
    skills: list[str]
    live: int
    """Claims that they are under way for."""
    minutes: int | None = None
    """What a member served this quarter."""
    done: int | None = None
    """How often an organization served in this category."""
    is_free: bool | None = None
    """Whether a member said that they can serve at the time; null where nobody knows."""
    distance: str
    match: MatchOut


class SimilarWanted(BaseModel):
    """The community and title of what somebody is about to file, and where that is if they say so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region_code: RegionCode
    title: Annotated[PlainText, StringConstraints(min_length=1, max_length=60)]
    lng: Annotated[float | None, Field(ge=-180, le=180)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    coord_type: CoordType | None = None

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        said = [one is not None for one in (self.lng, self.lat, self.coord_type)]
        if any(said) != all(said):
            raise wrong("place_incomplete", "位置须含经纬度和坐标系", "a place is lng, lat and coord_type together")
        return self

    @property
    def place(self) -> Point | None:
        """Where it is, in WGS-84."""
        if self.lng is None or self.lat is None or self.coord_type is None:
            return None
        return to_wgs84(Point(self.lng, self.lat), self.coord_type)


class SimilarOut(Output):
    """A request like the one asked about: enough to tell whether it is the same, nothing of who asked for it."""

    id: uuid.UUID
    number: str
    title: str
    """Long runs of digits are starred: they may be a phone."""
    category: str
    state: State
    result: Result | None
    region_name: str
    distance: str
    """How far it is in words, as coarse as a kilometre."""
    filed_at: Time
    closed_at: Time | None
    joins: int
    """How many said that they want the same."""
    is_own: bool
    has_photo: bool
    """Whether who filed it showed a photo, which is not shown here."""
    likeness: int
    """How much of the two titles is the same, in percent."""
