"""The rule numbers of lists, with their defaults."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.kit.errors import Text
from app.policies.rules import ANY, Duration, Rule
from app.policies.spans import Span, Window, WorkingDays

Percent = Annotated[StrictInt, Field(ge=0, le=100)]


class FitWeights(BaseModel):
    """How much each share counts when a need and a resource are matched; 0 leaves it out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Percent = 40
    skill: Percent = 20
    words: Percent = 25
    distance: Percent = 15

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(dict(self).values()):
            raise ValueError("a weight above 0 is needed")
        return self


class ListKey:
    """The rules of lists, by name."""

    FIT_WEIGHTS = Rule[FitWeights](
        "list_fit_weights",
        FitWeights,
        FitWeights(),
        Text("资源需求匹配各因素的权重", "how much each reason counts when needs and resources are matched"),
    )
    FIT_AT_LEAST = Rule[int](
        "list_fit_at_least",
        Percent,
        30,
        Text("资源需求匹配至少多少分才提示", "how well a need and a resource must fit to be shown to each other"),
    )
    BOOKING_LONGEST = Rule[dict[str, timedelta]](
        "booking_longest",
        dict[str, Duration],
        {ANY: timedelta(days=30), "venue": timedelta(days=1)},
        Text("场地和物资每次最长可订时间", "how long a venue or goods can be booked at a time"),
        frozenset({ANY, "venue", "goods"}),
    )
    BOOKING_AHEAD = Rule[timedelta](
        "booking_ahead",
        Duration,
        timedelta(days=180),
        Text("场地和物资可提前多久预订", "how long ahead a venue or goods can be booked"),
    )
    SUGGESTION_DUE = Rule[Span](
        "suggestion_due",
        Window,
        WorkingDays(5),
        Text("清单建议答复时限", "time to answer a suggestion for a list before the desk is called again"),
    )
