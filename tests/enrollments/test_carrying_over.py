"""Reports of a time before this service: they stand on their own days, and are told of once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.enrollments.carrying_over import Earlier, carry_over
from app.kit import clock
from app.kit.events import Event
from app.organizations.models import OrganizationKind
from tests.demands.world import COMMUNITY, DISTRICT, World, ok


async def test_they_stand_on_the_days_on_which_they_were_confirmed(world: World, session: AsyncSession) -> None:
    desk = UUID((await ok(world.desk.get("/me")))["id"])
    branch, now = world.branch, clock.now()
    unit = Earlier(branch.id, OrganizationKind.BRANCH, COMMUNITY, now - timedelta(days=3))
    people = [
        Earlier(branch.id, OrganizationKind.BRANCH, COMMUNITY, now - timedelta(days=2), member.id)
        for member in world.members[:2]
    ]
    await carry_over(session, desk, [unit, *people])
    await carry_over(session, desk, [])
    await session.commit()
    found = []
    for back in (4, 3, 2, 0):
        on = (clock.today() - timedelta(days=back)).isoformat()
        total = (await ok(world.district_desk.get("/enrollments/statistics", region=DISTRICT, on=on)))["total"]
        found.append((total["organizations"], total["members"]))
    assert found == [(0, 0), (1, 0), (1, 2), (1, 2)]
    told = list(await session.scalars(select(Event).where(Event.kind.startswith("enrollment."))))
    assert [(one.kind, one.payload["count"]) for one in told] == [("enrollment.carried_over", 3)]


async def test_whoever_was_carried_over_is_enrolled_like_anybody(world: World, session: AsyncSession) -> None:
    desk = UUID((await ok(world.desk.get("/me")))["id"])
    member = world.members[0]
    at = clock.now() - timedelta(days=1)
    await carry_over(session, desk, [Earlier(world.branch.id, OrganizationKind.BRANCH, COMMUNITY, at, member.id)])
    await session.commit()
    (mine,) = (await ok(world.member.get("/enrollments")))["items"]
    assert (mine["state"], mine["region_code"], mine["is_primary"]) == ("confirmed", COMMUNITY, True)
    assert (await ok(world.member.get(f"/enrollments/{mine['id']}/receipt")))["code"]
    again = await world.member.post("/enrollments", {"region_code": COMMUNITY})
    assert again.json()["code"] == "already_enrolled"
