"""石景山's two weeks of reports: every organization and every member of the district, before the demo begins."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.demo.districts import District
from app.demo.organizations import Tree
from app.enrollments import carrying_over
from app.enrollments.carrying_over import Earlier
from app.kit import clock
from app.members.creating import NewMember
from app.organizations.models import OrganizationKind

DAYS = 14
OPEN_AT, OPEN_MINUTES = time(9), 480
"""The hours in which desks confirm."""
BATCH = 2_000
"""Reports a statement."""
BY_HEADS = 1
"""Organizations that are left to report in with a head-count: the garrison, which the tour walks."""


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


def plan(tree: Tree, members: Sequence[NewMember], homes: Sequence[str], seats: Sequence[str]) -> Iterator[Earlier]:
    """Organizations report to where they sit, district-wide ones to a community each; members to where they live."""
    kinds = {one.id: one.kind for one in tree.organizations}
    bodies = [one for one in tree.organizations if one.kind != OrganizationKind.GARRISON]
    places = {*homes, *seats}
    for number, body in enumerate(bodies):
        place = body.region_code if body.region_code in places else homes[number % len(homes)]
        yield Earlier(body.id, body.kind, place, _moment(number, len(bodies)))
    for number, member in enumerate(members):
        at = _moment(number, len(members))
        yield Earlier(member.organization_id, kinds[member.organization_id], member.home_region_code, at, member.id)


def _moment(number: int, count: int) -> datetime:
    first = clock.today() - timedelta(days=DAYS)
    opened = datetime.combine(first + timedelta(days=day_of(number, count)), OPEN_AT, clock.CHINA)
    return opened + timedelta(minutes=number % OPEN_MINUTES)


async def report_in(
    session: AsyncSession, desk: uuid.UUID, found: Sequence[Earlier], report: Callable[[str, int, int], None]
) -> None:
    """Write them all, as confirmed by a desk."""
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        await carrying_over.carry_over(session, desk, batch)
        report("演示报到 reports 石景山", start + len(batch), len(found))
