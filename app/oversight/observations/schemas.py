"""Request and response bodies of rubrics, rounds and their objects."""

import uuid
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from app.content.schemas import FileOut
from app.kit.pagination import PageRequest
from app.kit.schema import (
    Bool,
    Id,
    Input,
    Int,
    Output,
    PlainText,
    RegionCode,
    RegionFilter,
    ShortText,
    Time,
    TimeIn,
    wrong,
)
from app.oversight.observations.following_schemas import CriterionCode, RemarkOut, UndertakingOut
from app.oversight.observations.lifecycle import ObservationState
from app.oversight.observations.models import Scheme, Seen
from app.regions.models import Level

Weight = Annotated[Int, Field(ge=1, le=1_000)]
Points = Annotated[Int, Field(ge=0, le=1_000)]
Drops = Annotated[Int, Field(ge=0, le=5)]
Part = Annotated[Int, Field(ge=0, le=10_000)]
Name = Annotated[PlainText, StringConstraints(min_length=1, max_length=60)]
Year = Annotated[Int, Field(ge=2000, le=2199)]
Quarter = Annotated[Int, Field(ge=1, le=4)]


class CriterionIn(Input):
    """Something that is judged; what the dictionary calls it, and as much weight as points, where nothing is said."""

    code: CriterionCode
    title: Name | None = None
    most: Weight = 10
    weight: Weight | None = None
    seen: Seen = Seen.FIELD


class AwardIn(Input):
    """A star or flag, and from which share on it is won: hundredths of a percent of all, or of one criterion."""

    name: Name
    least: Part
    criterion: CriterionCode | None = None


class RubricVersionIn(Input):
    """What a rubric says from now on."""

    criteria: Annotated[list[CriterionIn], Field(min_length=1, max_length=50)]
    awards: Annotated[list[AwardIn], Field(max_length=20)] = []
    drop_highest: Drops = 0
    drop_lowest: Drops = 0

    @model_validator(mode="after")
    def _codes_are_known_once(self) -> Any:
        known = [one.code for one in self.criteria]
        if len(set(known)) < len(known):
            raise wrong("criteria_twice", "同一项目只能列一次", "each criterion stands once")
        if {one.criterion for one in self.awards if one.criterion} - set(known):
            raise wrong(
                "unknown_criterion", "奖项所依据的项目不在细则中", "an award is of a criterion that is not there"
            )
        return self


class RubricIn(RubricVersionIn):
    """A rubric with its first version."""

    region_code: RegionCode
    name: Name
    scheme: Scheme = Scheme.OBSERVATION


class CriterionOut(Output):
    """Something that is judged."""

    code: str
    title: str
    most: int
    weight: int
    seen: Seen


class AwardOut(Output):
    """A star or flag, and from which share on it is won."""

    name: str
    least: int
    criterion: str | None


class RubricVersionOut(Output):
    """What a rubric says."""

    id: uuid.UUID
    number: int
    criteria: list[CriterionOut]
    awards: list[AwardOut]
    drop_highest: int
    drop_lowest: int
    published_at: Time


class RubricOut(Output):
    """A rubric with its versions, the newest first."""

    id: uuid.UUID
    region_code: str
    region_name: str
    scheme: Scheme
    name: str
    versions: list[RubricVersionOut]
    actions: list[str]


class RubricsWanted(PageRequest):
    """The rubrics at and around a region."""

    region: RegionFilter = None
    scheme: Scheme | None = None


class ObservedIn(Input):
    """A community or another region, or a unit; and when the panel comes."""

    region_code: RegionCode | None = None
    organization_id: Id | None = None
    visits_at: TimeIn | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Any:
        if (self.region_code is None) == (self.organization_id is None):
            raise wrong("region_or_organization", "请填写社区或单位之一", "name a region or an organization")
        return self


class PanelistIn(Input):
    """A member of the panel, in what role and with what weight."""

    member_id: Id
    role: Name
    weight: Annotated[Int, Field(ge=1, le=100)] = 1


Panel = Annotated[list[PanelistIn], Field(max_length=200)]


class ObservationIn(Input):
    """A round: its objects stand in the order of the route."""

    region_code: RegionCode
    rubric_id: Id
    level: Level = Level.COMMUNITY
    title: ShortText | None = None
    year: Year
    quarter: Quarter
    ends_at: TimeIn
    objects: Annotated[list[ObservedIn], Field(max_length=300)] = []
    panel: Panel = []


class PanelIn(Input):
    """Who joins the panel of a round that is under way."""

    panel: Annotated[Panel, Field(min_length=1)]


class CallOffIn(Input):
    """Why a round is called off, or an object not ranked; or what a panelist has to do with it."""

    reason: ShortText


class CloseObservationIn(Input):
    """Whether sheets that lack criteria are left out; without that word they keep a round from being closed."""

    without_incomplete: Bool = False


class ObservationsWanted(PageRequest):
    """The rounds that I see, or those of a year and quarter."""

    region: RegionFilter = None
    scheme: Scheme | None = None
    state: ObservationState | None = None
    year: Annotated[int, Field(ge=2000, le=2199)] | None = None
    quarter: Annotated[int, Field(ge=1, le=4)] | None = None


class ScoreSheetIn(Input):
    """Points by the codes of criteria; those that are not named stay as they are."""

    points: Annotated[dict[CriterionCode, Points], Field(min_length=1, max_length=50)]


class ObservedBrief(Output):
    """An object on the route, and its result once the round is closed."""

    id: uuid.UUID
    position: int
    name: str
    region_code: str | None
    organization_id: uuid.UUID | None
    visits_at: Time | None
    reported: bool
    excused: str | None
    total: int | None
    rank: int | None


class PanelistOut(Output):
    """A member of the panel; whole names are for the desk and the panel."""

    name: str
    role: str
    weight: int
    scored: int
    """How many objects they have scored whole."""
    mine: bool


class ObservationBrief(Output):
    """A round in a list."""

    id: uuid.UUID
    title: str
    scheme: Scheme
    region_code: str
    region_name: str
    level: Level
    year: int
    quarter: int
    ends_at: Time
    state: ObservationState


class ObservationOut(ObservationBrief):
    """A round with its rubric, objects and panel; `actions` is what this caller may do now."""

    rubric_id: uuid.UUID
    version: RubricVersionOut
    newer_version: bool
    """Whether the rubric has changed since the round was opened."""
    previous_id: uuid.UUID | None
    reason: str | None
    objects: list[ObservedBrief]
    panel: list[PanelistOut]
    actions: list[str]


class SheetOut(Output):
    """What one panelist gave; the desk reads all, a panelist their own."""

    name: str
    role: str
    weight: int
    points: dict[str, int]
    complete: bool


class ObservedOut(ObservedBrief):
    """An object with its report, what was said of it, what it is to do, and what earlier rounds left open."""

    observation_id: uuid.UUID
    report: str | None
    reported_at: Time | None
    files: list[FileOut]
    remarks: list[RemarkOut]
    undertakings: list[UndertakingOut]
    earlier: list[UndertakingOut]
    sheets: list[SheetOut]
    actions: list[str]


class RankOfObject(Output):
    """Where an object stands, and where it stood in the round before."""

    observed_id: uuid.UUID
    name: str
    rank: int | None
    previous_rank: int | None
    moved: int | None
    """By how many ranks it rose; negative where it fell."""
    total: int | None
    """Hundredths of a percent, as are the parts."""
    parts: dict[str, int]
    sheets: int | None
    awards: list[str]
    excused: str | None


class RankingOut(Output):
    """The objects of a round by rank; until it is closed only its desk reads how it stands."""

    observation_id: uuid.UUID
    title: str
    provisional: bool
    version: RubricVersionOut
    previous_id: uuid.UUID | None
    items: list[RankOfObject]
