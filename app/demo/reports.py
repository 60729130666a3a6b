"""石景山's two weeks of reports: what its desk sent in on each day, as rows of a file; the last day is the tour's."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.demo.districts import District
from app.demo.organizations import Tree
from app.kit import clock
from app.members.creating import NewMember
from app.organizations.models import OrganizationKind
from app.rosters import reach, taking
from app.rosters.enrollments import COLUMNS
from app.rosters.models import RosterKind
from app.rosters.rows import Row

DAYS = 14
SENT_AT = time(9)
"""When the desk sends its file."""
BY_HEADS = 1
"""Organizations that are left to report in with a head-count: the garrison, which the tour walks."""

Line = dict[str, str]
"""A row of a file: its cells by the names of their columns."""


def day_of(number: int, count: int) -> int:
    """On which of the days the report `number` of `count` was made, the first of each being 0."""
    return number * DAYS // count


def by_day(district: District) -> list[tuple[int, int]]:
    """How many organizations and members reported in on each of the days."""
    bodies, people = (
        Counter(day_of(number, count) for number in range(count))
        for count in (district.organizations - BY_HEADS, district.members)
    )
    return [(bodies[day], people[day]) for day in range(DAYS)]


def plan(tree: Tree, members: Sequence[NewMember], homes: Sequence[str], seats: Sequence[str]) -> list[list[Line]]:
    """Each day's rows, one organization with its members after the other.

    Organizations report to where they sit, district-wide ones to a community each; members to where they live.
    """
    days: list[list[Line]] = [[] for _ in range(DAYS)]
    bodies = [one for one in tree.organizations if one.kind != OrganizationKind.GARRISON]
    places, paths = {*homes, *seats}, tree.paths
    for number, body in enumerate(bodies):
        place = body.region_code if body.region_code in places else homes[number % len(homes)]
        days[day_of(number, len(bodies))].append({"organization": paths[body.id], "region": place})
    turn = {body.id: number for number, body in enumerate(bodies)}
    for number, member in enumerate(sorted(members, key=lambda one: turn[one.organization_id])):
        named = {"organization": paths[member.organization_id], "name": member.name, "phone": member.phone or ""}
        days[day_of(number, len(members))].append({**named, "region": member.home_region_code})
    return days


async def report_in(
    session: AsyncSession, desk: uuid.UUID, days: Sequence[Sequence[Line]], report: Callable[[str, int, int], None]
) -> None:
    """Take over the files of all days but the last, each on its day, with the rights of the desk that sent it."""
    held, first = await reach.of_account(session, desk), clock.today() - timedelta(days=DAYS - 1)
    so_far, count = 0, sum(map(len, days[:-1]))

    async def show(done: int) -> None:
        report("演示报到 reports 石景山", so_far + done, count)

    for number, lines in enumerate(days[:-1]):
        rows = [Row(at, {one.name: line.get(one.name, "") for one in COLUMNS}) for at, line in enumerate(lines, 2)]
        with clock.at(datetime.combine(first + timedelta(days=number), SENT_AT, clock.CHINA)):
            kind = RosterKind.ENROLLMENTS
            if not await taking.take(session, held, kind, rows, desk, show, all_or_none=True):
                raise ValueError(next(row.reason for row in rows if row.reason))
        so_far += len(lines)
