"""Two processes award and take back at random: at every moment that anybody can see, balances are what is booked."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from app import worker
from app.kit.db import Sessions, new_id, transaction
from app.ledger import queries, summary_queries, verifying
from app.ledger.models import Entry, Unit
from app.settings import Settings
from tests import factories, http_worker
from tests.racing import HERE

PROCESSES, SOURCES, HOLDERS = 2, 40, 5


@dataclass
class Town:
    """Services that two processes work on at once, and who served."""

    organization: str
    holders: list[str]
    sources: list[str] = field(default_factory=lambda: [str(new_id()) for _ in range(SOURCES)])

    async def keep_books(self, seed: int, settings: Settings) -> Counter[str]:
        """Let one process work to its end: how often it did what."""
        command = (sys.executable, "-m", "tests.ledger.bookkeeper", str(seed))
        environment = http_worker.environment(settings)
        process = await asyncio.create_subprocess_exec(*command, cwd=HERE, env=environment, stdin=PIPE, stdout=PIPE)
        out, _ = await process.communicate(json.dumps(self.__dict__).encode())
        assert process.returncode == 0
        return Counter(json.loads(out))


async def a_town(sessions: Sessions) -> Town:
    async with transaction(sessions) as session:
        await factories.a_region(session)
        branch = await factories.an_organization(session)
        members = [await factories.a_member(session, branch, name=f"党员{number}号") for number in range(HOLDERS)]
        return Town(str(branch.id), [str(member.id) for member in members])


async def seen(sessions: Sessions) -> dict[str, int]:
    """The balances of one moment; fails where anything differs from what is booked and not taken back."""
    async with transaction(sessions) as session:
        await summary_queries.freeze(session)
        entries = (await session.scalars(select(Entry))).all()
        taken_back = Counter(entry.reverses_id for entry in entries if entry.reverses_id)
        standing = [entry for entry in entries if entry.reverses_id is None and entry.id not in taken_back]
        assert set(taken_back.values()) <= {1}, "taken back once at most"
        once = Counter((entry.source_id, entry.unit, entry.holder_id) for entry in standing)
        assert set(once.values()) <= {1}, "nobody is given twice for one service"
        points: dict[str, int] = defaultdict(int)
        for entry in standing:
            points[str(entry.holder_id)] += entry.amount if entry.unit == Unit.POINTS else 0
        for entry in {entry.holder_id: entry for entry in entries}.values():
            assert await queries.balance(session, [entry.holder_id]) == points[str(entry.holder_id)]
        findings = await verifying.verify(session)
    assert {one.summary.en: one.differences for one in findings if one.differences} == {}
    return dict(points)


async def test_at_every_moment_a_balance_is_the_sum_of_what_was_given_and_not_taken_back(
    committing: Settings, committed_sessions: Sessions
) -> None:
    town = await a_town(committed_sessions)
    working = asyncio.gather(*(town.keep_books(seed, committing) for seed in range(PROCESSES)))
    moments = []
    while not working.done():
        moments.append(await seen(committed_sessions))
        await worker.follow(committed_sessions)  # the summaries follow meanwhile
        await asyncio.sleep(0)
    done = sum(await working, Counter[str]())
    while await worker.follow(committed_sessions):
        continue
    moments.append(await seen(committed_sessions))
    different = {tuple(sorted(moment.items())) for moment in moments}
    print(f"{dict(done)}; {len(moments)} moments, {len(different)} of them different; at the end {moments[-1]}")
    assert len(different) > 5, "somebody looked while it changed"
    assert min(done.values()) > PROCESSES
