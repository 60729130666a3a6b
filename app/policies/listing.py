"""The rules and categories as a reader sees them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.policies import queries, service, spans
from app.policies.defaults import CATEGORIES, RULES, Key
from app.policies.schemas import CategoryOut, PolicyOut


async def policies(session: AsyncSession, region_code: str) -> list[PolicyOut]:
    """Every rule as it stands in a region today."""
    stored = await queries.standing(session, list(RULES), region_code, clock.today())
    return [
        PolicyOut(
            key=key,
            value=rule.write(service.standing(rule, stored.get(key, ()))),
            default=rule.write(rule.default),
            means=rule.means.zh,
            set_in=stored[key][0].region_code if key in stored else None,
            valid_from=stored[key][0].valid_from if key in stored else None,
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
            due_in=spans.written(service.for_category(due, code)),
            due_in_words=spans.in_words(service.for_category(due, code)),
            evidence=[],
            points=service.for_category(points, code),
        )
        for code, name in CATEGORIES.items()
    ]
