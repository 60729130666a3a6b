"""The rules and categories as a reader sees them."""

from datetime import timedelta

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.policies import queries, service
from app.policies.defaults import CATEGORIES, RULES, Key
from app.policies.schemas import CategoryOut, PolicyOut


async def policies(session: AsyncSession, region_code: str) -> list[PolicyOut]:
    """Every rule as it stands in a region today."""
    stored = await queries.all_nearest(session, list(RULES), region_code, clock.today())
    return [
        PolicyOut(
            key=key,
            value=stored[key].value if key in stored else rule.write(rule.default),
            default=rule.write(rule.default),
            means=rule.means.zh,
            set_in=stored[key].region_code if key in stored else None,
            valid_from=stored[key].valid_from if key in stored else None,
        )
        for key, rule in RULES.items()
    ]


async def policy(session: AsyncSession, key: str, region_code: str) -> PolicyOut:
    """One rule as it stands in a region today."""
    return next(rule for rule in await policies(session, region_code) if rule.key == key)


async def categories(session: AsyncSession, region_code: str) -> list[CategoryOut]:
    """The categories; none asks for a photo, since that would be formalism."""
    due, points = await service.values(session, (Key.DUE_WINDOWS, Key.POINTS_PER_SERVICE), region_code)
    return [
        CategoryOut(
            code=code,
            name=name.zh,
            due_in=TypeAdapter(timedelta).dump_python(service.for_category(due, code), mode="json"),
            evidence=[],
            points=service.for_category(points, code),
        )
        for code, name in CATEGORIES.items()
    ]
