"""Request and response bodies of places and codes."""

import uuid
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.checkins.models import CodeState, PlacePurpose
from app.demands.schemas import LocationOut
from app.kit.geo import Location
from app.kit.pagination import PageRequest
from app.kit.schema import Id, Input, Output, PlainText, RegionCode, RegionFilter, TextFilter, Time, TimeIn, wrong


def _one_line(value: str) -> str:
    shown = "".join(letter for letter in " ".join(value.split()) if letter.isprintable())
    if not shown:
        raise wrong("blank", "不能为空", "must not be blank")
    return shown


Name = Annotated[PlainText, StringConstraints(min_length=1, max_length=40), AfterValidator(_one_line)]
"""So short that it can be read on a poster from three steps away."""
Address = Annotated[PlainText, StringConstraints(min_length=1, max_length=60), AfterValidator(_one_line)]
MOST_POSTERS = 40
"""Whose printing takes some three seconds."""


class PlaceIn(Input):
    """A place to hang a code at; without a name it is the whole region."""

    region_code: RegionCode
    purpose: PlacePurpose
    name: Name | None = None
    address: Address | None = None
    location: Location | None = None
    """Where scans are made, for regions whose rule looks at that."""
    expires_at: TimeIn | None = None


class RenewIn(Input):
    """The next version of the poster; without a date it counts until the one after it."""

    expires_at: TimeIn | None = None


class PlacesWanted(PageRequest):
    """Which places: below a region, for a purpose, or the one whose number somebody reads out."""

    region_code: RegionFilter = None
    purpose: PlacePurpose | None = None
    number: TextFilter = None


class PostersWanted(BaseModel):
    """The places whose posters to print; a page of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place_id: Annotated[list[Id], Field(min_length=1, max_length=MOST_POSTERS)]


class PlaceOut(Output):
    """A place with its newest code; `actions` is what this caller may do now."""

    id: uuid.UUID
    region_code: str
    region_name: str
    purpose: PlacePurpose
    name: str
    address: str | None
    location: LocationOut | None
    scans: int
    """How often this version was scanned, refused ones included."""
    version: int
    number: str
    """As people read it out."""
    code: str
    """For the `scene` of WeChat."""
    url: str
    """For everybody's camera."""
    state: CodeState
    made_at: Time
    expires_at: Time | None
    actions: list[str]


class MovingCodeOut(Output):
    """A code that ends by itself: show it until `next_at`, then ask for the next."""

    code: str
    url: str
    until: Time
    """When it stops to count."""
    next_at: Time
