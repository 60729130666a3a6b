"""How far from home somebody may claim and be asked."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.policies import service as policies
from app.policies.defaults import Key, Reach

SHARED = {Reach.COMMUNITY: 12, Reach.SUBDISTRICT: 9, Reach.DISTRICT: 6, Reach.CITY: 4}
"""How many digits of a region code two places share at each level."""


async def reach(session: AsyncSession, home_region_code: str | None) -> str | None:
    """The region within which somebody with this home may claim; None where they have no home."""
    if home_region_code is None:
        return None
    level: Reach = await policies.value(session, Key.CLAIM_REACH, home_region_code)
    return home_region_code[: SHARED[level]]


async def rings(session: AsyncSession, region_code: str) -> list[str]:
    """The regions around a place as far as its own rule lets people come, the nearest first."""
    widest = await reach(session, region_code) or region_code
    codes = [region_code[:length] for length in SHARED.values()]
    return list(dict.fromkeys(code for code in codes if code.startswith(widest)))


async def homes_near(session: AsyncSession, homes: set[str], region_code: str) -> set[str]:
    """Those of some homes from which a region is within reach."""
    levels = await policies.value_in_each(session, Key.CLAIM_REACH, homes)
    return {home for home, level in levels.items() if region_code.startswith(home[: SHARED[level]])}
