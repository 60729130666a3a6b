"""Request and response bodies of the ledger."""

import uuid
from typing import Annotated

from pydantic import Field, StringConstraints

from app.kit.schema import Input, Output, RegionFilter, Time
from app.ledger.models import Board, Unit

Period = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}Q[1-4]$")]
"""A quarter in China, such as `2026Q4`."""


class PeriodRequest(Input):
    """Which quarter is asked for; this one unless given."""

    period: Period | None = None


class BoardRequest(PeriodRequest):
    """Which leaderboard is asked for; everywhere unless a region is given."""

    region: RegionFilter = None
    by: Board = Board.ORGANIZATION
    limit: int = Field(default=20, ge=1, le=100)


class ByProvenance(Output):
    """Minutes by how they are known."""

    measured: int
    confirmed: int
    entered: int


class HoursOut(Output):
    """A person's minutes in a quarter; there is a target for members only."""

    minutes: int
    target_minutes: int | None
    by_provenance: ByProvenance


class OrganizationHoursOut(Output):
    """What people did for an organization in a quarter."""

    minutes: int
    members: int
    services: int
    by_provenance: ByProvenance


class EntryOut(Output):
    """One entry as its holder sees it; `reverses_id` names the entry that it takes back."""

    id: uuid.UUID
    unit: Unit
    amount: int
    rule: str | None
    source_kind: str
    source_id: uuid.UUID
    organization_id: uuid.UUID | None
    region_code: str
    served_at: Time
    booked_at: Time
    reverses_id: uuid.UUID | None


class PointsOut(Output):
    """A person's points: the sum of all their entries, and one page of these."""

    balance: int
    entries: list[EntryOut]
    next_cursor: str | None


class RankOut(Output):
    """One row of a leaderboard; equal points share a rank. The id of a community is its code."""

    rank: int
    id: str
    name: str
    points: int
    minutes: int
    count: int


class LeaderboardOut(Output):
    """A leaderboard, and the moment up to which it counts."""

    items: list[RankOut]
    as_of: Time | None
