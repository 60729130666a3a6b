"""What the table of enrollments is asked and answers."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.kit.schema import Day, Output, RegionCode
from app.organizations.models import OrganizationKind


class Grouping(StrEnum):
    """What the rows of the table are told apart by, in this order."""

    REGION = "region"
    UNIT_KIND = "unit_kind"
    DAY = "day"


class StatisticsWanted(BaseModel):
    """A region as of the end of a day (today, unless said), told apart by some of place, kind of unit and day.

    The places of a district or below it are communities (and subdistricts where organizations report in to them),
    those of a city are its districts. The day is the one on which somebody was confirmed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: RegionCode
    on: Day | None = None
    by: Annotated[list[Grouping], Field(max_length=3)] = [Grouping.REGION, Grouping.UNIT_KIND]


class Figures(Output):
    """How many stand: organizations, members by their kinds, and people who were only counted."""

    organizations: int
    members: int
    in_service: int
    retired: int
    mobile: int
    applicant: int
    heads: int


class StatisticsRow(Figures):
    """One row of the table; what it is not told apart by is null."""

    region_code: str | None
    region_name: str | None
    unit_kind: OrganizationKind | None
    day: date | None


class StatisticsOut(Output):
    """报到动态统计表; its total is the sum of its rows."""

    region_code: str
    region_name: str
    on: date
    by: list[Grouping]
    rows: list[StatisticsRow]
    total: Figures
