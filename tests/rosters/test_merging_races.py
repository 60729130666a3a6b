"""Reporting in at the very moment in which one's entry is given up for another one."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest
from sqlalchemy import select, text

from app.enrollments.models import Enrollment
from app.kit.db import Sessions
from app.main import create_app
from app.members.models import Member
from app.rosters.models import RosterKind
from app.settings import Settings
from tests.client import ANSWER, Client
from tests.demands.world import COMMUNITY, World, a_world
from tests.factories import a_member
from tests.rosters.sheets import report, taken

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@dataclass
class Merging:
    """A merge of the first member's entry into a later one that can be held in its middle."""

    world: World
    sessions: Sessions
    given_up: Member
    kept: Member

    async def waiting(self, count: int) -> None:
        """Until so many wait for a lock."""
        async with asyncio.timeout(30), self.sessions() as session:
            while (await session.scalar(WAITING) or 0) < count:
                await session.rollback()
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """The merge has the given-up entry, has seen that nothing stands under it, and ends after the block."""
        async with self.sessions() as session, asyncio.TaskGroup() as tasks:
            await session.execute(select(Member).where(Member.id == self.kept.id).with_for_update())
            merge = tasks.create_task(self.merge())
            await self.waiting(1)
            yield
            await session.rollback()
        assert merge.result().status_code == 200, merge.result().text

    async def merge(self) -> ANSWER:
        return await self.world.desk.post(f"/members/{self.given_up.id}/merge", {"into_id": str(self.kept.id)})

    async def meanwhile(self, ask: Callable[[], Coroutine[None, None, ANSWER]]) -> ANSWER:
        """What is answered to who asks while the merge is under way."""
        async with asyncio.TaskGroup() as tasks, self.under_way():
            asked = tasks.create_task(ask())
            await self.waiting(2)
        return asked.result()

    async def enrolled(self) -> list[uuid.UUID | None]:
        """Under which entries somebody has reported in."""
        async with self.sessions() as session:
            return list(await session.scalars(select(Enrollment.member_id)))


@pytest.fixture
async def merging(committing: Settings, committed_sessions: Sessions) -> AsyncIterator[Merging]:
    patient = committing.model_copy(update={"lock_timeout_ms": 20_000})
    made = create_app(patient)
    async with made.router.lifespan_context(made):
        transport = httpx2.ASGITransport(made)
        async with httpx2.AsyncClient(transport=transport, base_url="http://yihu.test", timeout=60) as http:
            async with committed_sessions() as session:
                world = await a_world(session, Client(http))
                kept = await a_member(session, world.unit, name="党员1号")
                await session.commit()
            yield Merging(world, committed_sessions, world.members[0], kept)


async def test_who_reports_in_meanwhile_does_so_under_the_entry_that_is_kept(merging: Merging) -> None:
    answer = await merging.meanwhile(lambda: merging.world.member.post("/enrollments", {"region_code": COMMUNITY}))
    assert answer.status_code == 201, answer.text
    assert await merging.enrolled() == [merging.kept.id]


async def test_whom_the_desk_reports_in_meanwhile_is_the_entry_that_is_kept(merging: Merging) -> None:
    asked = {"member_id": str(merging.given_up.id), "region_code": COMMUNITY}
    answer = await merging.meanwhile(lambda: merging.world.desk.post("/enrollments", asked))
    assert answer.status_code == 201, answer.text
    assert await merging.enrolled() == [merging.kept.id]


async def test_who_is_nobody_any_more_reports_nobody_in(merging: Merging) -> None:
    """Of two accounts the kept entry's stays; the other one is a resident's from then on."""
    merging.kept = merging.world.members[1]
    answer = await merging.meanwhile(lambda: merging.world.member.post("/enrollments", {"region_code": COMMUNITY}))
    assert answer.status_code == 403, answer.text
    assert await merging.enrolled() == []


async def test_who_has_just_reported_in_is_not_merged(merging: Merging) -> None:
    async with merging.sessions() as session:
        await taken(session, RosterKind.ENROLLMENTS, report(2, "党员1号"))
        merge = asyncio.create_task(merging.merge())
        await merging.waiting(1)
        await session.commit()
    answer = await merge
    assert (answer.status_code, answer.json()["code"]) == (409, "member_enrolled")


async def test_a_file_that_comes_meanwhile_knows_the_entry_that_is_kept(merging: Merging) -> None:
    async with merging.sessions() as session:
        async with merging.under_way():
            file = asyncio.create_task(taken(session, RosterKind.ENROLLMENTS, report(2, "党员1号")))
            await merging.waiting(2)
        assert await file == ["refused"]
        await session.commit()
    assert await merging.enrolled() == []
