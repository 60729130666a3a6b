"""What a category means in a region: its clock, points, skills, questions, and what is to be shown of the work."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.policies import service
from app.policies.defaults import CATEGORIES, Evidence, Key, Question
from app.policies.spans import Span

RULES = (
    Key.DUE_WINDOWS,
    Key.POINTS_PER_SERVICE,
    Key.EVIDENCE,
    Key.EVIDENCE_LIMIT,
    Key.CATEGORY_SKILLS,
    Key.CATEGORY_QUESTIONS,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """One category in one region, in the order of `RULES`."""

    due_in: Span
    points: int
    evidence: Evidence
    evidence_limit: int
    """So many photos at most, asked for or not."""
    skills: list[str]
    questions: list[Question]


async def profiles(session: AsyncSession, region_code: str) -> dict[str, Profile]:
    """Every category as it stands in a region today, in one statement."""
    rules = await service.values(session, RULES, region_code)
    return {code: Profile(*(service.for_category(rule, code) for rule in rules)) for code in CATEGORIES}


async def profile(session: AsyncSession, region_code: str, category: str) -> Profile:
    """One category as it stands in a region today."""
    return (await profiles(session, region_code))[category]
