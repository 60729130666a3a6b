"""Every select of policies."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.policies.models import Policy


def _prefixes(region_code: str) -> list[str]:
    return [region_code[:length] for length in range(len(region_code) + 1)]


def _applying(region_code: str, on: date) -> Select[Policy]:
    return (
        select(Policy)
        .where(Policy.region_code.in_(_prefixes(region_code)), Policy.valid_from <= on)
        .order_by(Policy.key, func.length(Policy.region_code).desc(), Policy.valid_from.desc())
    )


async def nearest(session: AsyncSession, key: str, region_code: str, on: date) -> Policy | None:
    """The setting of the nearest ancestor that is valid on a day."""
    return await session.scalar(_applying(region_code, on).where(Policy.key == key).limit(1))


async def all_nearest(session: AsyncSession, keys: Sequence[str], region_code: str, on: date) -> dict[str, Policy]:
    """The nearest settings of several keys."""
    statement = _applying(region_code, on).where(Policy.key.in_(keys)).ext(distinct_on(Policy.key))
    return {row.key: row for row in await session.scalars(statement)}
