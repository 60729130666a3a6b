"""Rows as a person types them, and what becomes of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Sessions
from app.rosters import importing, taking
from app.rosters.models import RosterKind, RowOutcome
from app.rosters.reach import EVERYWHERE, Reach
from app.rosters.rows import Row
from tests.client import ANSWER, Client
from tests.demands.world import COMMUNITY, ok
from tests.kit.workbooks.making import xlsx

BRANCH = "八角南路社区党支部"


def row(kind: RosterKind, line: int, /, **cells: str) -> Row:
    """One row; a cell that is not said is empty."""
    names = [column.name for column in taking.SHEETS[kind].columns]
    assert set(cells) <= set(names)
    return Row(line, {name: cells.get(name, "") for name in names})


def member(line: int, name: str = "新党员", **cells: str) -> Row:
    """A member of the community's branch."""
    return row(RosterKind.MEMBERS, line, **{"name": name, "organization": BRANCH, "home": COMMUNITY} | cells)


def organization(line: int, name: str = "新支部", **cells: str) -> Row:
    """A branch of the community."""
    return row(RosterKind.ORGANIZATIONS, line, **{"name": name, "kind": "党支部", "region": COMMUNITY} | cells)


def clerk(line: int, username: str = "newclerk", **cells: str) -> Row:
    """A dispatcher of the community."""
    usual = {"username": username, "role": "调度员", "region": COMMUNITY, "password": "correct horse"}
    return row(RosterKind.STAFF, line, **usual | cells)


def report(line: int, name: str = "", **cells: str) -> Row:
    """A member of the community's branch, or without a name the branch itself, reports in to the community."""
    return row(RosterKind.ENROLLMENTS, line, **{"name": name, "organization": BRANCH, "region": COMMUNITY} | cells)


async def judged(
    session: AsyncSession, kind: RosterKind, *rows: Row, reach: Reach = EVERYWHERE
) -> list[tuple[str, str]]:
    """What the rows would do, each with the reason of a refusal."""
    await taking.judge(session, reach, kind, rows)
    return [(str(one.outcome), one.reason) for one in rows]


async def outcomes(session: AsyncSession, kind: RosterKind, *rows: Row, reach: Reach = EVERYWHERE) -> list[str]:
    """What the rows would do."""
    return [outcome for outcome, _ in await judged(session, kind, *rows, reach=reach)]


async def taken(
    session: AsyncSession, kind: RosterKind, *rows: Row, reach: Reach = EVERYWHERE, all_or_none: bool = False
) -> list[str]:
    """What the rows did."""
    await taking.take(session, reach, kind, rows, None, nobody_watches, all_or_none=all_or_none)
    await session.flush()  # to be asked for
    return [str(one.outcome) for one in rows]


async def nobody_watches(done: int) -> None:
    """A progress that nobody looks at."""


async def count(session: AsyncSession, table: type) -> int:
    """How many rows a table has."""
    return await session.scalar(select(func.count()).select_from(table)) or 0


HEADER = ("姓名", "手机号", "所在组织", "居住社区", "特长")


def roster(*people: Sequence[str]) -> bytes:
    """A workbook of members of the branch: name, phone, and more cells where given."""
    rows = [(one[0], one[1], *(one[2:] or (BRANCH, COMMUNITY))) for one in people]
    return xlsx(HEADER, *rows)


async def send(who: Client, data: bytes, kind: str = "members", **more: Any) -> ANSWER:
    """Send a file."""
    return await who.upload(data, path=f"/rosters/imports?kind={kind}", name="名册.xlsx", **more)


async def checked(who: Client, sent: ANSWER, sessions: Sessions) -> dict[str, Any]:
    """What is said of a file that was sent, once the worker has looked at it."""
    assert sent.status_code == 201, sent.text
    await importing.work(sessions)
    return await ok(who.get(f"/rosters/imports/{sent.json()['id']}"))


NEW, CHANGED, UNCHANGED, REFUSED = (str(one) for one in RowOutcome)
