"""Every select of regions."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, any_, bindparam, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from app.regions import codes
from app.regions.models import Level, Region

NO_NAME = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
"""Rows that only fill a level of the statistical tree; nobody calls a place so."""
Stored = Row[str, Level, str, str | None]
"""Code, level, name and parent code."""
HOMES = (Level.COMMUNITY, Level.VILLAGE)
UPPER = (Level.PROVINCE, Level.CITY, Level.DISTRICT)


def under(column: Any, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column's region code begins with one of some codes; the empty code is everywhere."""
    if "" in prefixes:
        return true()
    return or_(false(), *(column.startswith(prefix, autoescape=True) for prefix in prefixes))


def around(column: Any, region_code: str) -> ColumnElement[bool]:
    """Whether a column's region is a region, below it, or one that holds it, as a subdistrict does its communities."""
    above = [region_code[:length] for length in range(2, len(region_code))]
    return or_(under(column, [region_code]), column.in_(above))


def _among(wanted: Collection[str]) -> ColumnElement[bool]:
    """One array, since a statement takes 32,767 parameters at most."""
    return Region.code == any_(bindparam("codes", list(wanted), type_=ARRAY(Text)))


async def region(session: AsyncSession, code: str) -> Region | None:
    """One region."""
    return await session.scalar(select(Region).where(Region.code == code))


async def parent_code_of(session: AsyncSession, code: str) -> str | None:
    """The code of the region right above; none for a province and for a region that is not there."""
    return await session.scalar(select(Region.parent_code).where(Region.code == code))


async def names(session: AsyncSession, wanted: Iterable[str]) -> dict[str, str]:
    """The short names of some regions by their codes."""
    rows = await session.execute(select(Region.code, Region.name).where(_among(set(wanted))))
    return {row.code: row.name for row in rows}


async def full_names(session: AsyncSession, wanted: Iterable[str]) -> dict[str, str]:
    """Names that say where a place is, `石景山区八角街道八角南路社区`, in one statement.

    They begin at the district, or above it where that has no name of its own.
    """
    paths = {code: codes.path(code) for code in wanted}
    above = select(Region).where(_among({code for path in paths.values() for code in path}))
    found = {one.code: one for one in await session.scalars(above)}
    return {code: _full_name([found[step] for step in path if step in found]) for code, path in paths.items()}


def _full_name(path: Sequence[Region]) -> str:
    upper = [one.name for one in path if one.level in UPPER and one.name not in NO_NAME]
    lower = [one.name for one in path if one.level not in UPPER]
    return "".join([*upper[-1:], *lower])


async def named(session: AsyncSession, wanted: Collection[str], prefixes: Sequence[str]) -> Sequence[Row[str, str]]:
    """Code and name of the regions below some regions that have one of some names."""
    words = bindparam("names", list(wanted), type_=ARRAY(Text))
    statement = select(Region.code, Region.name).where(Region.name == any_(words), under(Region.code, prefixes))
    return (await session.execute(statement)).all()


def children(parent: str | None) -> Select[Region]:
    """What lies right below a region; below none, the provinces."""
    return select(Region).where(Region.parent_code == parent)  # None compares as IS NULL


def communities(prefixes: Sequence[str]) -> Select[Region]:
    """The communities and villages below some regions."""
    return select(Region).where(Region.level.in_(HOMES), under(Region.code, prefixes))


def search(text: str, parent: str | None) -> Select[Region]:
    """Regions at any depth below `parent` whose name holds `text`."""
    found = Region.name.contains(text, autoescape=True)
    below = under(Region.code, [parent or ""])
    return select(Region).where(below, found, Region.code != (parent or ""))


async def stored(session: AsyncSession, wanted: Sequence[str]) -> dict[str, Stored]:
    """Code, level, name and parent code of some regions, where they are there."""
    columns = select(Region.code, Region.level, Region.name, Region.parent_code)
    rows = await session.execute(columns.where(_among(wanted)))
    return {row.code: row for row in rows}


async def upsert(session: AsyncSession, columns: dict[str, list[str | None]]) -> None:
    """Write regions given column by column: one statement for thousands of rows."""
    arrays = (func.unnest(bindparam(name, values, type_=ARRAY(Text))) for name, values in columns.items())
    written = insert(Region).from_select(list(columns), select(*arrays))
    replaced = {name: written.excluded[name] for name in columns if name != "code"}
    await session.execute(written.on_conflict_do_update(index_elements=["code"], set_=replaced))
