"""Eight clients walk at random over a few demands behind two processes: whatever they do, the rules hold."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from app.demands import verifying as demands_verifying
from app.kit import db
from app.kit.events import follow
from app.ledger import standings
from app.ledger import verifying as ledger_verifying
from app.settings import Settings
from tests.client import Client
from tests.demands.town import TWICE, WINDOWS
from tests.demands.world import World, a_world, ids, in_hours
from tests.racing import Workers, a_crowd, code_of, workers
from tests.replaying import tell
from tests.walking import AT_ONCE, Board, Deed, Walker

AT_LEAST, AT_MOST, ROUND = 40, 240, 20
"""Steps of each walker; past the first number they stop as soon as all but the rare has been done by somebody."""
SEEDS = (1,)
ROWS = """
SELECT id::text, state, round, dissatisfied, claimed, slots, timer_at IS NOT NULL OR needs_desk IS NOT NULL AS is_awake,
       (SELECT coalesce(sum(places), 0) FROM claims c WHERE c.demand_id = d.id AND c.round = d.round AND
        (c.state IN ('accepted', 'arrived') OR c.state IN ('completed', 'confirmed') AND outcome = 'done')) AS held,
       (SELECT coalesce(json_object_agg(id, state), '{}') FROM claims c WHERE c.demand_id = d.id) AS claims
FROM demands d
"""
KINDS = {
    "file": "demand.filed",
    "dispatch": "demand.dispatched",
    "return": "demand.returned",
    "reject": "demand.rejected",
    "transfer": "demand.transferred",
    "escalate": "demand.escalated",
    "finish": "demand.completed",
    "close": "demand.closed",
    "reopen": "demand.reopened",
    "supplement": "demand.supplemented",
    "cancel": "demand.cancelled",
    "evaluate": "demand.evaluated",
    "join": "demand.joined",
    "merge": "demand.merged",
    "unmerge": "demand.unmerged",
    "claim": "demand.claimed",
    "accept": "demand.claimed",
    "decline": "claim.declined",
    "contact": "claim.contacted",
    "arrive": "claim.arrived",
    "complete": "claim.served",
    "withdraw": "claim.withdrawn",
    "confirm": "claim.confirmed",
    "no_show": "claim.no_show",
}
"""The one event that says that somebody did something."""
RARE = frozenset(("accept", "decline", "contact", "no_show", "transfer", "escalate", "reject"))
"""What need not have been done for a walk to be long enough."""
TOLD = """
SELECT kind, coalesce(payload->>'claim_id', subject::text), actor FROM events e
WHERE actor IS NOT NULL AND kind = ANY(:kinds) AND kind || coalesce(payload->>'result', '') <> 'demand.closedresolved'
AND NOT (kind = 'demand.escalated' AND EXISTS (SELECT FROM events r WHERE r.xid = e.xid AND r.kind = 'demand.reopened'))
"""
"""What people did; a rating closes and a reopening climbs beside its own event."""


@pytest.fixture
async def two(committing: Settings) -> Any:
    async with workers(committing) as found:
        yield found


async def all_walk(world: World, third: Client, fourth: Client, seed: int) -> Board:
    """Everybody at once, until enough has been done."""
    windows = [{"starts_at": in_hours(w[0]), "ends_at": in_hours(w[1])} if w else {} for w in WINDOWS.values()]
    board = Board(ids(world.members[:2]), windows)
    residents, desks = [world.filer, world.stranger], [world.desk, world.district_desk]
    everybody = [*residents, *desks, world.member, world.second, third, fourth]
    walkers = [
        Walker(board, who, random.Random(f"{seed} {number}"), files=who in residents, keeps_desk=who in desks)
        for number, who in enumerate(everybody)
    ]
    await walkers[0].walk(AT_ONCE)  # there is something to walk over
    for steps in range(0, AT_MOST, ROUND):
        if steps >= AT_LEAST and set(KINDS) - RARE <= {deed.action for deed in board.deeds if deed.done}:
            break
        await asyncio.gather(*(walker.walk(ROUND) for walker in walkers))
    return board


def what_it_was_done_to(deed: Deed) -> str:
    """The id of the demand or claim that an event of the deed names."""
    if deed.action in ("file", "claim"):
        return str(deed.answer.json()["id"])
    return deed.path.split("/")[2]


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_eight_clients_do_at_once_the_rules_hold(
    two: Workers, committing: Settings, committed_sessions: db.Sessions, seed: int
) -> None:
    async with committed_sessions() as session:
        world = await a_world(session, Client(two.http))
    third, fourth = await a_crowd(committed_sessions, committing, world.branch, world.member, 2)
    board = await all_walk(world, third, fourth, seed)
    answers = Counter((deed.action, code_of(deed.answer)) for deed in board.deeds)
    print(f"{len(board.deeds)} asked, {sum(one.done for one in board.deeds)} done: {sorted(answers.items())}")
    assert [deed.answer.text for deed in board.deeds if deed.answer.status_code >= 500] == []
    assert [one for one in KINDS if not answers[one, "ok"] and one not in RARE] == []
    while await follow(committed_sessions, standings.FOLLOWER, standings.count):
        pass
    await _one_event_for_each_deed(committed_sessions, board)
    await _everything_adds_up(committed_sessions)
    await _every_state_is_where_the_log_leads(committed_sessions)


async def _rows(sessions: db.Sessions, statement: str, **values: Any) -> list[Any]:
    async with sessions() as session:
        return list((await session.execute(text(statement), values)).all())


async def _one_event_for_each_deed(sessions: db.Sessions, board: Board) -> None:
    done = Counter((KINDS[one.action], what_it_was_done_to(one), one.actor) for one in board.deeds if one.done)
    told = Counter(map(tuple, await _rows(sessions, TOLD, kinds=list(KINDS.values()))))
    assert told == done


async def _everything_adds_up(sessions: db.Sessions) -> None:
    assert await _rows(sessions, TWICE) == [(0,)]
    async with sessions() as session:
        found = [*await ledger_verifying.verify(session), *await demands_verifying.verify(session)]
    assert {one.summary.en: one.differences for one in found if one.differences} == {}


async def _every_state_is_where_the_log_leads(sessions: db.Sessions) -> None:
    """Also: no place is given twice, and nothing sleeps that has not ended."""
    log = "SELECT subject::text, kind, payload FROM events WHERE kind ~ '^(demand|claim)' ORDER BY n"
    stories = tell(map(tuple, await _rows(sessions, log)))
    rows = await _rows(sessions, ROWS)
    assert {row.id for row in rows} == set(stories)
    for row in rows:
        story = stories[row.id]
        assert story.faults == []
        assert (row.state, row.round, row.dissatisfied) == (story.case.state, story.case.round, story.case.unhappy)
        assert row.claims == {claim_id: hold.state for claim_id, hold in story.claims.items()}
        assert row.claimed == row.held <= row.slots
        assert row.is_awake == (story.case.end is None or story.case.unhappy)
