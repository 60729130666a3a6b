"""Leaderboards of organizations, communities and, where a policy allows it, members."""

from collections.abc import Sequence

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.schema import mask_name
from app.ledger import queries
from app.ledger.models import Board, Standing
from app.ledger.schemas import BoardRequest, LeaderboardOut, RankOut
from app.ledger.standings import FOLLOWER
from app.members import looking
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import queries as regions

Rows = Sequence[Row[Standing, str | None]]


async def leaderboard(session: AsyncSession, caller: Caller, request: BoardRequest) -> LeaderboardOut:
    """The best of a board; on the members' board everyone finds their own row too, and often nothing else."""
    region_code, period = request.region or "", request.period or clock.quarter(clock.now())
    if region_code and await regions.region(session, region_code) is None:
        raise NotFound
    items: list[RankOut] = []
    if request.by != Board.MEMBER or await policies.value(session, Key.MEMBER_RANKING, region_code):
        items = ranked(await queries.top(session, request.by, period, region_code, request.limit))
    if request.by == Board.MEMBER:
        items = await _with_own(session, caller, items, period, region_code)
        if not caller.covers(region_code):
            items = [item.model_copy(update={"name": mask_name(item.name)}) for item in items]
        else:
            looking.note(session, caller, region_code, len(items))
    return LeaderboardOut(items=items, as_of=await queries.followed_until(session, FOLLOWER))


def ranked(rows: Rows) -> list[RankOut]:
    """The rows with their ranks, best first, equals by name: equal points share a rank, and the next is skipped."""
    items: list[RankOut] = []
    for place, (standing, name) in enumerate(sorted(rows, key=_order), start=1):
        equal = items and items[-1].points == standing.points
        items.append(_item(items[-1].rank if equal else place, standing, name))
    return items


async def _with_own(
    session: AsyncSession, caller: Caller, items: list[RankOut], period: str, region_code: str
) -> list[RankOut]:
    own = str(caller.member_id)
    if caller.member_id is None or any(item.id == own for item in items):
        return items
    row = await queries.one_of(session, Board.MEMBER, period, region_code, own)
    if row is None:
        return items
    return [*items, _item(1 + await queries.better(session, row[0]), *row)]


def _order(row: Row[Standing, str | None]) -> tuple[int, int, str, str]:
    standing, name = row
    return -standing.points, -standing.minutes, name or "", standing.key


def _item(rank: int, standing: Standing, name: str | None) -> RankOut:
    return RankOut(
        rank=rank,
        id=standing.key,
        name=name or standing.key,
        points=standing.points,
        minutes=standing.minutes,
        count=standing.count,
    )
