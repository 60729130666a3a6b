"""The rules and categories as a reader sees them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock
from app.policies import profiles, queries, service, spans
from app.policies.defaults import CATEGORIES, RULES, Evidence
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
    """The categories; none asks for a photo unless a region wants it, since that would be formalism."""
    return [
        CategoryOut(
            code=code,
            name=CATEGORIES[code].zh,
            due_in=spans.written(profile.due_in),
            due_in_words=spans.in_words(profile.due_in),
            evidence=[] if profile.evidence == Evidence.NONE else [profile.evidence],
            evidence_limit=profile.evidence_limit,
            points=profile.points,
            skills=profile.skills,
            questions=profile.questions,
        )
        for code, profile in (await profiles.profiles(session, region_code)).items()
    ]
