"""Pages neither skip nor repeat, and take no cursor that no list made."""

import base64
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import BigInteger, DateTime, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column

from app.kit.db import new_id
from app.kit.errors import InvalidRequest
from app.kit.pagination import PageRequest, page

MOMENT = datetime(2026, 11, 22, 8, 30, 15, 123456, tzinfo=UTC)


class Scratch(DeclarativeBase):
    """Apart from the app's tables."""


class Leaf(Scratch):
    __tablename__ = "leaves"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger)
    small: Mapped[int]
    name: Mapped[str] = mapped_column(Text(collation="C"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@pytest.fixture
async def leaves(session: AsyncSession) -> AsyncSession:
    """A session with an empty table of leaves, gone with the session."""
    await session.execute(
        text(
            "CREATE TEMPORARY TABLE leaves (id uuid PRIMARY KEY, number bigint, small int, "
            'name text COLLATE "C", at timestamptz) ON COMMIT DROP'
        )
    )
    return session


async def grow(session: AsyncSession, *numbers: int) -> None:
    """A leaf a number; three share each name and moment."""
    for number in numbers:
        at = MOMENT.replace(minute=number // 3 % 60)
        name = f"叶 {number // 3:04}"
        session.add(Leaf(number=number, small=number, name=name, at=at))
        await session.flush()  # ids in the order of making


async def walk(
    session: AsyncSession, keys: Sequence[InstrumentedAttribute[Any]], *, limit: int = 7, **how: Any
) -> list[int]:
    """The numbers on all pages, one after the other."""
    seen: list[int] = []
    cursor = None
    while True:
        wanted = PageRequest(limit=limit, cursor=cursor)
        rows, cursor = await page(session, select(Leaf), keys, wanted, **how)
        assert len(rows) <= limit
        seen += [row[0].number for row in rows]
        if cursor is None:
            return seen
        assert len(rows) == limit


ORDERS = [
    [Leaf.id],
    [Leaf.number],
    [Leaf.small],
    [Leaf.name, Leaf.id],
    [Leaf.at, Leaf.id],
    [Leaf.at, Leaf.name, Leaf.number],
]


@pytest.mark.parametrize("keys", ORDERS, ids=lambda keys: "-".join(key.key for key in keys))
@pytest.mark.parametrize("count", [0, 1, 7, 8, 50])
async def test_all_pages_together_hold_every_row_once(
    leaves: AsyncSession, keys: list[InstrumentedAttribute[Any]], count: int
) -> None:
    await grow(leaves, *range(count))
    assert await walk(leaves, keys) == list(range(count))
    assert await walk(leaves, keys, descending=True) == list(range(count))[::-1]


async def test_rows_that_come_in_meanwhile_neither_shift_nor_repeat_a_page(leaves: AsyncSession) -> None:
    await grow(leaves, *range(20))
    newest_first: list[int] = []
    oldest_first: list[int] = []
    down = up = None
    for turn in range(30):
        if down is not None or not newest_first:
            rows, down = await page(leaves, select(Leaf), [Leaf.id], PageRequest(limit=3, cursor=down), descending=True)
            newest_first += [row[0].number for row in rows]
        if up is not None or not oldest_first:
            rows, up = await page(leaves, select(Leaf), [Leaf.id], PageRequest(limit=3, cursor=up))
            oldest_first += [row[0].number for row in rows]
        if turn < 5:
            await grow(leaves, 100 + turn)
    assert newest_first == list(range(20))[::-1]
    assert oldest_first == [*range(20), 100, 101, 102, 103, 104]


async def test_a_row_that_goes_meanwhile_takes_no_other_with_it(leaves: AsyncSession) -> None:
    await grow(leaves, *range(10))
    rows, cursor = await page(leaves, select(Leaf), [Leaf.id], PageRequest(limit=4))
    await leaves.delete(rows[-1][0])
    await leaves.flush()  # the next page must see it
    rows, _ = await page(leaves, select(Leaf), [Leaf.id], PageRequest(limit=4, cursor=cursor))
    assert [row[0].number for row in rows] == [4, 5, 6, 7]


def sealed(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


GARBAGE = [
    "",
    "x",
    "null",
    "\0",
    "光",
    "====",
    "a" * 500,
    "[" * 400,
    base64.urlsafe_b64encode(b"not json").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 300).decode(),
    base64.urlsafe_b64encode(b"5").decode(),
    base64.urlsafe_b64encode(b"null").decode(),
    base64.urlsafe_b64encode(b"{}").decode(),
    base64.urlsafe_b64encode(b"[NaN]").decode(),
    base64.urlsafe_b64encode(b'["\\ud800"]').decode(),
    sealed(5)[:2] + "*" + sealed(5)[2:],
    sealed(),
    sealed(1, 2, 3, 4),
    sealed(None),
    sealed(True),
    sealed([]),
    sealed({}),
    sealed(1.5),
    sealed(10**300),
    sealed(-(2**63) - 1),
    sealed("nul\0byte"),
    sealed("0001-01-01T00:00:00+23:59"),
    sealed("2026-11-22T00:00:00"),
    sealed("2026-11-22"),
]
FITTING = {"name": {sealed("0001-01-01T00:00:00+23:59"), sealed("2026-11-22T00:00:00"), sealed("2026-11-22")}}
"""Of the garbage, what happens to be a text and so could be somebody's name."""


@pytest.mark.parametrize("cursor", GARBAGE)
@pytest.mark.parametrize("key", ["id", "number", "small", "name", "at"])
async def test_a_cursor_that_is_not_of_this_list_is_refused(leaves: AsyncSession, key: str, cursor: str) -> None:
    asked = page(leaves, select(Leaf), [getattr(Leaf, key)], PageRequest(cursor=cursor))
    if cursor in FITTING.get(key, ()):
        assert await asked == ([], None)
        return
    with pytest.raises(InvalidRequest) as refused:
        await asked
    assert [wrong.field for wrong in refused.value.errors] == ["cursor"]


async def test_a_number_too_large_for_its_column_is_refused(leaves: AsyncSession) -> None:
    assert await page(leaves, select(Leaf), [Leaf.number], PageRequest(cursor=sealed(2**63 - 1))) == ([], None)
    with pytest.raises(InvalidRequest):
        await page(leaves, select(Leaf), [Leaf.small], PageRequest(cursor=sealed(2**31)))


async def test_a_cursor_of_another_list_is_refused(leaves: AsyncSession) -> None:
    await grow(leaves, *range(3))
    _, by_name = await page(leaves, select(Leaf), [Leaf.name, Leaf.id], PageRequest(limit=1))
    _, by_id = await page(leaves, select(Leaf), [Leaf.id], PageRequest(limit=1))
    for keys, cursor in (([Leaf.id], by_name), ([Leaf.name, Leaf.id], by_id), ([Leaf.number], by_id)):
        with pytest.raises(InvalidRequest):
            await page(leaves, select(Leaf), keys, PageRequest(limit=1, cursor=cursor))


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 101}, {"limit": 10**9}, {"limit": "x"}, {"cursor": "x" * 6_001}, {"page": 2}]
)
def test_a_page_has_between_1_and_100_rows(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PageRequest(**asked)


def test_a_page_has_20_rows_unless_asked() -> None:
    assert PageRequest().limit == 20
    assert [PageRequest(limit=limit).limit for limit in (1, 100)] == [1, 100]
