"""报到动态统计表: how many are enrolled, by place, kind of unit and day, as of any day that has begun."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import STAFF, Caller
from app.enrollments import statistics_queries as queries
from app.enrollments.models import MemberKind
from app.enrollments.statistics_schemas import Figures, Grouping, StatisticsOut, StatisticsRow, StatisticsWanted
from app.kit import clock
from app.kit.errors import InvalidRequest
from app.regions import queries as regions
from app.regions.errors import UnknownRegion

Key = tuple[str | date | None, ...]


@dataclass
class _Count:
    """What is added up for one row."""

    organizations: int = 0
    heads: int = 0
    kinds: dict[MemberKind, int] = field(default_factory=lambda: dict.fromkeys(MemberKind, 0))

    def add(self, kind: MemberKind | None, count: int, heads: int) -> None:
        """Count organizations, where there is no kind, or members."""
        if kind is None:
            self.organizations += count
            self.heads += heads
        else:
            self.kinds[kind] += count

    @property
    def figures(self) -> Figures:
        return Figures(
            organizations=self.organizations, heads=self.heads, members=sum(self.kinds.values()), **self.kinds
        )


async def statistics(session: AsyncSession, caller: Caller, wanted: StatisticsWanted) -> StatisticsOut:
    """The table of a region that the caller is staff of, as the rows of enrollments say."""
    caller.require(STAFF, wanted.region)
    on = wanted.on or clock.today()
    if on > clock.today():
        raise InvalidRequest.field("on", "future_day", "截止日期不能晚于今天", "that day has not begun")
    name = (await regions.full_names(session, [wanted.region]))[wanted.region]
    if not name:
        raise UnknownRegion("region")
    groupings = [one for one in Grouping if one in wanted.by]
    counted, total = _pivot(await queries.counted(session, wanted.region, on, groupings), len(groupings))
    return StatisticsOut(
        region_code=wanted.region,
        region_name=name,
        on=on,
        by=groupings,
        rows=await _named(session, groupings, counted),
        total=total.figures,
    )


def _pivot(rows: Iterable[Sequence[object]], width: int) -> tuple[dict[Key, _Count], _Count]:
    """The counts by kind of member as one count for each of the keys, and all together."""
    found: dict[Key, _Count] = {}
    total = _Count()
    for *key, kind, count, heads in rows:
        for one in (found.setdefault(tuple(key[:width]), _Count()), total):  # type: ignore[arg-type]
            one.add(kind, count, heads)  # type: ignore[arg-type]
    return found, total


async def _named(
    session: AsyncSession, groupings: Sequence[Grouping], counted: dict[Key, _Count]
) -> list[StatisticsRow]:
    keys = [dict(zip(groupings, key, strict=True)) for key in counted]
    names = await regions.names(session, {str(key[Grouping.REGION]) for key in keys if Grouping.REGION in key})
    return [
        StatisticsRow(
            region_code=key.get(Grouping.REGION),
            region_name=names.get(str(key.get(Grouping.REGION))),
            unit_kind=key.get(Grouping.UNIT_KIND),
            day=key.get(Grouping.DAY),
            **count.figures.model_dump(),
        )
        for key, count in zip(keys, counted.values(), strict=True)
    ]
